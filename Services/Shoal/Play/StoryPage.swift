// A story for people: YAML with short lines, compiled to the lines that `StoryReader` reads.
//
//     story: A cart that nobody pays for is an open cart
//     timezone: Europe/Berlin                # optional; of the project and of the times below
//     day: 2025-03-01                        # optional; the day of the first time, 2025-01-01
//     segments:
//       open-cart:                           # a condition, or a document
//         all:
//           - did: {event: Added To Cart}
//           - didNot: {event: Charged}
//     when:
//       - 12:00 u1 Added To Cart {sku: 7}    # instant, user, event, properties
//       - +15m u1 Charged {amount: 10} ts 12:10 id order-1
//       - 12:20 set u1 {plan: pro}
//       - 12:21 unset u1 [plan]
//       - 12:22 list vip add [u1, u2]        # or remove, or replace
//       - 12:23 erase u2
//       - 2025-03-02 09:00 restart evaluator
//     then:
//       - 12:14 open-cart in [u1] out [u2]
//       - open-cart exactly [] count 0       # without an instant: when all has happened
//       - 12:20 feed [u1 entered left-cart 12:15]   # all that live segments told since the last
//       - +1h open-cart explain u1 out flips never
//
// `+15m` counts from the line before; a time alone means the local day of the line before. A user,
// an event or a segment whose name would be read as something else stands in quotation marks. A
// line may also be an object in the other notation: `- {at: 12:00, event: …}`.

import Basics
import Segments
import Stories

/// Compiles pages.
enum StoryPage {
    /// The day of a story that names none.
    static let usualDay = "2025-01-01"

    /// The title and the lines of a page.
    static func compile(_ text: String) throws(StoryProblem)
        -> (title: String?, lines: [(line: Int, value: PlainValue)])
    {
        let sections = try StorySections(text)
        let head = try StoryHead(sections.head)
        let time = StoryTime(zone: head.zone)
        var events = StoryLines(time: time, start: head.start, isThen: false)
        for (line, text) in sections.when { try events.add(text, line: line) }
        var checks = StoryLines(time: time, start: head.start, isThen: true)
        checks.end = events.last
        for (line, text) in sections.then { try checks.add(text, line: line) }
        let first = min(events.first ?? head.start, checks.first ?? head.start)
        var lines: [(line: Int, value: PlainValue)] = []
        func at(_ instant: Timestamp) -> PlainEntry { PlainEntry("at", .int(instant.ms)) }
        if let (line, zone) = head.zoneLine {
            lines.append((line, .map([at(first), PlainEntry("timezone", .text(zone))])))
        }
        for segment in head.segments {
            let define = PlainEntry("define", .text(segment.key), line: segment.line)
            let body = PlainEntry("as", segment.value, line: segment.line)
            lines.append((segment.line ?? 1, .map([at(first), define, body])))
        }
        // What happens at an instant has happened when a check asks as of it.
        var (ours, theirs) = (events.told[...], checks.told[...])
        while let event = ours.first ?? theirs.first {
            let check = theirs.first
            let isEvent = !ours.isEmpty && (check.map { event.at <= $0.at } ?? true)
            guard let next = isEvent ? ours.popFirst() : theirs.popFirst() else { break }
            lines.append((next.line, .map([at(next.at)] + next.entries)))
        }
        return (head.title, lines)
    }
}

/// A page cut into its head and its two lists of short lines.
private struct StorySections {
    /// The page with both lists blanked out, so that line numbers stay.
    var head = ""
    var when: [(line: Int, text: String)] = []
    var then: [(line: Int, text: String)] = []

    init(_ text: String) throws(StoryProblem) {
        var list: String?
        var seen: Set<String> = []
        for (index, whole) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = whole.hasSuffix("\r") ? whole.dropLast() : whole
            let number = index + 1
            let trimmed = line.drop { $0 == " " }
            let isTop =
                !trimmed.isEmpty && trimmed.startIndex == line.startIndex
                && !trimmed.hasPrefix("- ") && !trimmed.hasPrefix("#")
            if isTop {
                let name = trimmed.prefix { $0 != ":" }
                list = name == "when" || name == "then" ? String(name) : nil
                if let list {
                    let rest = trimmed.dropFirst(list.count + 1).drop { $0 == " " }
                    guard seen.insert(list).inserted, rest.isEmpty || rest.hasPrefix("#") else {
                        throw StoryProblem(
                            line: number,
                            place: list,
                            "`\(list):` stands there once, with its lines below it",
                            hint: "write each as `- 12:00 …`"
                        )
                    }
                }
            }
            if let list, !isTop {
                try add(trimmed, to: list, line: number)
            }
            head += (list == nil ? String(line) : "") + "\n"
        }
    }

    private mutating func add(_ text: Substring, to list: String, line: Int) throws(StoryProblem) {
        guard !text.isEmpty, !text.hasPrefix("#") else { return }
        if text.hasPrefix("- ") {
            let item = (line, String(text.dropFirst(2)))
            if list == "when" { when.append(item) } else { then.append(item) }
            return
        }
        // A line that goes on below belongs to the one above.
        switch (list, when.isEmpty, then.isEmpty) {
        case ("when", false, _): when[when.count - 1].text += " " + text
        case ("then", _, false): then[then.count - 1].text += " " + text
        default:
            throw StoryProblem(
                line: line,
                place: list,
                "a line of `\(list)` begins with a dash",
                hint: "write it as `- 12:00 …`"
            )
        }
    }
}

/// What a page says before its lists.
private struct StoryHead {
    var title: String?
    var zone = Zone.utc
    var zoneLine: (line: Int, zone: String)?
    var start: Timestamp
    var segments: [PlainEntry] = []

    init(_ text: String) throws(StoryProblem) {
        do throws(DefinitionProblem) {
            let plain = try PlainDocument.read(text)
            let isEmpty = plain == .null
            let whole = Field(value: isEmpty ? .map([]) : plain, place: "", line: 1)
            let fields = try whole.fields(["story", "timezone", "day", "segments"])
            title = try fields["story"]?.text()
            if let field = fields["timezone"] {
                let name = try field.text()
                zone = try Zone.read(name, field)
                zoneLine = (field.line ?? 1, name)
            }
            start = zone.instant(ofLocal: Timestamp.rfc3339(StoryPage.usualDay) ?? .earliest)
            if let field = fields["day"] { start = try field.instant(zone: zone) }
            if let field = fields["segments"] {
                guard case .map(let entries) = field.value else {
                    throw field.unexpected("names and definitions")
                }
                segments = entries
            }
        } catch {
            throw StoryProblem(
                line: error.line,
                place: error.place == "document" ? "" : String(error.place.drop { $0 == "." }),
                error.message,
                hint: error.hint ?? ""
            )
        }
    }
}
