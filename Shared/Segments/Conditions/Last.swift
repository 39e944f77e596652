// The last event of a kind.

/// The user's last such event up to the answer's instant passes, and happened in the window.
public struct Last: OccurrenceKind {
    static let keyword = "last"

    /// Which events, and what the last must be.
    public var occurrence: Occurrence
    var place: Occurrence.Place { .last }
    var placeName: String { "last" }

    /// The last of these.
    public init(_ occurrence: Occurrence) { self.occurrence = occurrence }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(Occurrence.fields)
        return .last(Last(try Occurrence.read(fields, zone: reading.zone)))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("the last") else { return nil }
        return .last(Last(try Occurrence.parse(&words)))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        .map(occurrence.entries(zone: zone))
    }

    func check(_ audit: inout Audit, place: String) { occurrence.check(&audit, place: place) }
}
