// The n-th event of a kind.

/// The user's n-th such event passes, and happened in the window; who has fewer is out.
public struct Nth: OccurrenceKind {
    static let keyword = "nth"

    /// Which one, from 1, which is the first, to `DefinitionLimits.countMax`.
    public var number: Int
    /// Which events, and what the n-th must be.
    public var occurrence: Occurrence
    var place: Occurrence.Place { .nth(number) }
    var placeName: String { Self.ordinal(number) }

    /// The n-th of these.
    public init(_ number: Int, _ occurrence: Occurrence) {
        self.number = number
        self.occurrence = occurrence
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(["n"] + Occurrence.fields)
        let number = try fields.needed("n", hint: "say which one: `n: 5`").whole()
        return .nth(Nth(number, try Occurrence.read(fields, zone: reading.zone)))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.isNext("the"), let place = words.word(1),
            let number = Int(place.dropLast(2)), ordinal(number) == place
        else { return nil }
        _ = words.take("the \(place)")
        return .nth(Nth(number, try Occurrence.parse(&words)))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        .map([PlainEntry("n", .int(Int64(number)))] + occurrence.entries(zone: zone))
    }

    func check(_ audit: inout Audit, place: String) {
        if !(1...DefinitionLimits.countMax).contains(number) {
            audit.refuse(
                .count,
                place + ".n",
                "\(number) is not between 1 and \(DefinitionLimits.countMax)"
            )
        }
        occurrence.check(&audit, place: place)
    }

    /// `1st`, `2nd`, `11th`, `23rd`.
    static func ordinal(_ number: Int) -> String {
        let teens = (11...13).contains(number % 100)
        let ending =
            switch number % 10 {
            case 1 where !teens: "st"
            case 2 where !teens: "nd"
            case 3 where !teens: "rd"
            default: "th"
            }
        return "\(number)\(ending)"
    }
}
