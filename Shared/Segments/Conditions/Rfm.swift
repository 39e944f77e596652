// Recency and frequency in cells: how long ago was the last such event, how many were there.

import Basics

/// The user's events put the user into one of these cells, as in RFM analysis.
///
/// *Recency* scores how long ago the last event was: with the usual edges of 7, 30, 90 and 180 days
/// it is 5 for less than 7 days, 4 from 7 days to less than 30, …, 1 from 180 days on. *Frequency*
/// scores how many events there were: with the usual edges of 2, 4, 8 and 16 it is 1 for one event,
/// 2 for 2 or 3, …, 5 from 16 on. Who has no such event is in no cell. Days are of 24 h.
public struct Rfm: ConditionKind {
    static let keyword = "rfm"
    /// Edges of one score.
    public static let edgesMax = 9
    private static let dayMs: Int64 = 86_400_000
    static let usualRecency = [7, 30, 90, 180].map { $0 * dayMs }
    static let usualFrequency = [2, 4, 8, 16]

    /// Which events count; the window is `ever` or rolling.
    public var match: EventMatch
    /// Scores of recency, both ends included; nil: any.
    public var recency: ClosedRange<Int>?
    /// Scores of frequency, both ends included; nil: any.
    public var frequency: ClosedRange<Int>?
    /// Where recency's score goes down by one, ascending.
    ///
    /// Unit: ms since the last event.
    public var recencyEdgesMs: [Int64]
    /// Where frequency's score goes up by one, ascending.
    ///
    /// Unit: events.
    public var frequencyEdges: [Int]

    /// These cells, with the usual edges unless others are given.
    public init(
        _ match: EventMatch,
        recency: ClosedRange<Int>? = nil,
        frequency: ClosedRange<Int>? = nil,
        recencyEdgesMs: [Int64]? = nil,
        frequencyEdges: [Int]? = nil
    ) {
        self.match = match
        self.recency = recency
        self.frequency = frequency
        self.recencyEdgesMs = recencyEdgesMs ?? Self.usualRecency
        self.frequencyEdges = frequencyEdges ?? Self.usualFrequency
    }

    /// Composed of plain counts: so many in all, some lately enough, none too lately.
    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        var slots = [builder.events(Did(match, count: count), node: node)]
        if let recency {
            let best = recencyEdgesMs.count + 1
            if recency.lowerBound > 1 {
                slots.append(within(recencyEdgesMs[best - recency.lowerBound], &builder, node))
            }
            if recency.upperBound < best {
                let near = recencyEdgesMs[best - 1 - recency.upperBound]
                slots.append(builder.not(within(near, &builder, node)))
            }
        }
        return builder.composed(slots, node: node)
    }

    /// Some event within the last so long.
    private func within(_ ms: Int64, _ builder: inout PlanBuilder, _ node: Int) -> Int {
        var match = match
        if case .rolling(let wholeMs) = match.window {
            match.window = .rolling(ms: min(ms, wholeMs))
        } else {
            match.window = .rolling(ms: ms)
        }
        return builder.events(Did(match), node: node)
    }

    /// How many events the wanted scores of frequency mean.
    private var count: CountTest {
        guard let frequency else { return .atLeastOne }
        let low = frequency.lowerBound > 1 ? frequencyEdges[frequency.lowerBound - 2] : 1
        guard frequency.upperBound <= frequencyEdges.count else { return CountTest(.atLeast(low)) }
        return CountTest(.between(low, frequencyEdges[frequency.upperBound - 1] - 1))
    }

    /// The scores of so many events with so much time since the last.
    private func scores(count: Int, sinceMs: Int64) -> (recency: Int, frequency: Int) {
        (
            recencyEdgesMs.count + 1 - recencyEdgesMs.count { $0 <= sinceMs },
            1 + frequencyEdges.count { $0 <= count }
        )
    }
}

// Document form: see `DefinitionReader`.
extension Rfm {
    private static let own = ["recency", "frequency", "recencyEdges", "frequencyEdges"]

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(EventMatch.fields + own)
        var rfm = Rfm(try EventMatch.read(fields, zone: reading.zone))
        rfm.recency = try fields["recency"].map(scores) ?? nil
        rfm.frequency = try fields["frequency"].map(scores) ?? nil
        if let field = fields["recencyEdges"] {
            rfm.recencyEdgesMs = []
            for item in try field.items() { rfm.recencyEdgesMs.append(try item.duration()) }
        }
        if let field = fields["frequencyEdges"] {
            rfm.frequencyEdges = []
            for item in try field.items() { rfm.frequencyEdges.append(try item.whole()) }
        }
        return .rfm(rfm)
    }

    /// `5`, or `[4, 5]` with both ends included.
    private static func scores(_ field: Field) throws(DefinitionProblem) -> ClosedRange<Int> {
        let items = try field.oneOrMore()
        guard items.count <= 2, let first = items.first, let last = items.last else {
            throw field.unexpected("a score or two", hint: "write 5, or [4, 5] for 4 and 5")
        }
        let (low, high) = (try first.whole(), try last.whole())
        guard low <= high else {
            throw field.problem(.operand, "\(high) is below \(low)", hint: "swap them")
        }
        return low...high
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        func scores(_ range: ClosedRange<Int>) -> PlainValue {
            let ends = [range.lowerBound, range.upperBound].map { PlainValue.int(Int64($0)) }
            return range.count == 1 ? ends[0] : .list(ends)
        }
        var entries = match.entries(zone: zone)
        if let recency { entries.append(PlainEntry("recency", scores(recency))) }
        if let frequency { entries.append(PlainEntry("frequency", scores(frequency))) }
        if recencyEdgesMs != Self.usualRecency {
            let edges = recencyEdgesMs.map { PlainValue.text(DurationText.write($0)) }
            entries.append(PlainEntry("recencyEdges", .list(edges)))
        }
        if frequencyEdges != Self.usualFrequency {
            let edges = frequencyEdges.map { PlainValue.int(Int64($0)) }
            entries.append(PlainEntry("frequencyEdges", .list(edges)))
        }
        return .map(entries)
    }
}

extension Rfm {
    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        switch match.window {
        case .ever, .rolling: break
        default:
            audit.refuse(
                .window,
                place + ".window",
                "recency counts back from the answer's instant",
                hint: "write such as {rolling: 365d}, or leave it out"
            )
        }
        let frequencies = frequencyEdges.map(Int64.init)
        checkEdges(
            recencyEdgesMs,
            1_000...DefinitionLimits.durationMsMax,
            &audit,
            place + ".recency"
        )
        checkEdges(frequencies, 2...Int64(DefinitionLimits.countMax), &audit, place + ".frequency")
        check(recency, edges: recencyEdgesMs.count, &audit, place + ".recency")
        check(frequency, edges: frequencyEdges.count, &audit, place + ".frequency")
        if recency == nil, frequency == nil {
            audit.warn(.pointless, place, "every cell is meant", hint: "write `did`")
        }
    }

    private func checkEdges(
        _ edges: [Int64],
        _ bounds: ClosedRange<Int64>,
        _ audit: inout Audit,
        _ place: String
    ) {
        let isAscending = zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }
        guard isAscending, edges.allSatisfy(bounds.contains), 1...Self.edgesMax ~= edges.count
        else {
            audit.refuse(
                .operand,
                place + "Edges",
                "the edges are 1 to \(Self.edgesMax), each above the one before",
                hint: "durations from 1 s to 10 years, or counts from 2"
            )
            return
        }
    }

    private func check(
        _ scores: ClosedRange<Int>?,
        edges: Int,
        _ audit: inout Audit,
        _ place: String
    ) {
        guard let scores, scores.lowerBound < 1 || scores.upperBound > edges + 1 else { return }
        audit.refuse(
            .operand,
            place,
            "the scores are 1 to \(edges + 1)",
            hint: "1 is the lowest, \(edges + 1) the best"
        )
    }

    /// `recency 4 to 5 and frequency 5 of "Charged" in the last 365 days`.
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        func said(_ name: String, _ scores: ClosedRange<Int>?) -> String? {
            guard let scores else { return nil }
            let (low, high) = (scores.lowerBound, scores.upperBound)
            return low == high ? "\(name) \(low)" : "\(name) \(low) to \(high)"
        }
        let scores = [said("recency", recency), said("frequency", frequency)].compactMap(\.self)
        var text = scores.isEmpty ? "any recency" : scores.joined(separator: " with ")
        text += " of \(match.named(zone: zone))" + match.window.phrase(zone: zone)
        if recencyEdgesMs != Self.usualRecency {
            let edges = recencyEdgesMs.map(DurationText.spoken).joined(separator: ", ")
            text += ", with recency edges of \(edges)"
        }
        if frequencyEdges != Self.usualFrequency {
            let edges = frequencyEdges.map { "\($0)" }.joined(separator: ", ")
            text += ", with frequency edges of \(edges)"
        }
        return Phrase(text)
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        var (recency, frequency): (ClosedRange<Int>?, ClosedRange<Int>?)
        if words.take("recency") {
            recency = try scores(&words)
            if words.take("with frequency") { frequency = try scores(&words) }
        } else if words.take("frequency") {
            frequency = try scores(&words)
        } else if !words.take("any recency") {
            return nil
        }
        try words.expect("of")
        let match = try EventMatch.parse(windowed: &words)
        var rfm = Rfm(match, recency: recency, frequency: frequency)
        if words.take(", with recency edges of") {
            rfm.recencyEdgesMs = []
            repeat { rfm.recencyEdgesMs.append(try words.duration()) } while words.takeComma()
        }
        if words.take(", with frequency edges of") {
            rfm.frequencyEdges = []
            repeat { rfm.frequencyEdges.append(try words.whole()) } while words.takeComma()
        }
        return .rfm(rfm)
    }

    private static func scores(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> ClosedRange<Int> {
        let low = try words.whole()
        guard words.take("to") else { return low...low }
        let high = try words.whole()
        guard low <= high else {
            throw words.problem("\(high) is below \(low)", code: .operand, hint: "swap them")
        }
        return low...high
    }

    /// `3 in […): recency 4, frequency 2`.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .events(let events) = found else { return found.said }
        let name = isAlone ? " " + match.named(zone: zone) : ""
        guard let last = events.events.last else { return "none\(name) in \(events.interval)" }
        // An interval up to now ends 1 ms later.
        let sinceMs = events.interval.to.msSince(last.at) - 1
        let (recency, frequency) = scores(count: events.count, sinceMs: sinceMs)
        return "\(events.count)\(name) in \(events.interval): recency \(recency),"
            + " frequency \(frequency)"
    }
}
