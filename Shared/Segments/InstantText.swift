// Instants as texts: RFC 3339, or a local date or time that means the definition's zone.

package import Basics

/// Reads and writes instants as people write them in a definition, and as data holds them.
enum InstantText {
    /// The instant; a text without an offset is local to `zone`, a date alone its midnight.
    static func read(_ text: String, zone: Zone) -> Timestamp? {
        guard let asUTC = Timestamp.rfc3339(text) else { return nil }
        return hasOffset(text) ? asUTC : zone.instant(ofLocal: asUTC)
    }

    /// The shortest text that reads back as the same instant.
    static func write(_ instant: Timestamp, zone: Zone) -> String {
        let day = zone.local(instant).day
        if zone.instant(ofLocal: day.midnight) == instant, day.midnight.hasText {
            return String(day.midnight.rfc3339.prefix(10))
        }
        let text = instant.rfc3339
        return text.hasSuffix(".000Z") ? String(text.dropLast(5)) + "Z" : text
    }

    /// Whether the text ends with `Z` or `±HH:MM`; the day's own dashes stand before byte 10.
    private static func hasOffset(_ text: String) -> Bool {
        text.utf8.dropFirst(10).contains { $0 == 0x5A || $0 == 0x7A || $0 == 0x2B || $0 == 0x2D }
    }
}

extension Field {
    /// An instant: text, or text under `instant` or `date`.
    package func instant(zone: Zone) throws(DefinitionProblem) -> Timestamp {
        if case .map = value {
            let fields = try fields(["instant", "date"])
            guard let name = try fields.atMostOne(of: ["instant", "date"], hint: "write one"),
                let field = fields[name]
            else { throw problem(.missingField, "`instant` is missing") }
            return try field.instant(zone: zone)
        }
        guard case .text(let text) = value else {
            throw unexpected("an instant", hint: "write it such as 2025-05-01 or 2025-05-01T12:00Z")
        }
        guard let instant = InstantText.read(text, zone: zone) else {
            throw problem(
                .shape,
                "\(Quoted.name(text)) is not an instant",
                hint: "write it such as 2025-05-01 or 2025-05-01T12:00:00Z"
            )
        }
        return instant
    }
}
