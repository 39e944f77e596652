// The first event of a kind.

/// The user's first such event passes, and happened in the window.
///
/// In mode `ever` (the usual one) the very first event of the names counts: if it fails the filters
/// the user is out, whatever comes later.
public struct First: OccurrenceKind {
    static let keyword = "first"

    /// Which events, and what the first must be.
    public var occurrence: Occurrence
    var place: Occurrence.Place { .nth(1) }
    var placeName: String { "first" }

    /// The first of these.
    public init(_ occurrence: Occurrence) { self.occurrence = occurrence }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(Occurrence.fields, hints: ["n": "write `nth: {n: …}`"])
        return .first(First(try Occurrence.read(fields, zone: reading.zone)))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("the first") else { return nil }
        return .first(First(try Occurrence.parse(&words)))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        .map(occurrence.entries(zone: zone))
    }

    func check(_ audit: inout Audit, place: String) { occurrence.check(&audit, place: place) }
}
