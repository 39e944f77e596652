// A fixed share of the users by chance, the same ones for ever: buckets for tests and holdouts.

public import Basics

/// The user falls into a stretch of the hundred percent that a salt spreads all users over.
///
/// Where a user falls: h = XXH64(salt's bytes, 0x00, user id's bytes) with seed 0, and the place is
/// ⌊h · 10,000 / 2⁶⁴⌋, in hundredths of a percent. Nothing else has a say, so a user keeps the
/// place whatever the segment is called, and two salts are independent of each other. Vectors
/// (salt, user id, place): `holdout`, `ann`, 9124; `holdout`, `bob`, 2239; `spring-test`, `ann`,
/// 3095; `spring-test`, `Zoë`, 1599.
public struct Bucket: ConditionKind {
    static let keyword = "bucket"

    /// What spreads the users; whoever wants other users takes another one.
    public var salt: ExactName
    /// Where the stretch begins, in percent from 0 to 100; two places count.
    public var from: Number
    /// Where it ends, not included.
    ///
    /// Unit: percent.
    public var to: Number

    /// The users between two places.
    public init(_ salt: ExactName, from: Number, to: Number) {
        self.salt = salt
        self.from = from
        self.to = to
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(["salt", "from", "to"])
        let hint = "write such as {salt: spring-test, from: 0, to: 12.5}, in percent"
        return .bucket(
            Bucket(
                ExactName(try fields.needed("salt", hint: hint).text()),
                from: try fields.needed("from", hint: hint).number(),
                to: try fields.needed("to", hint: hint).number()
            )
        )
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        .map([
            PlainEntry("salt", .text(salt.text)), PlainEntry("from", from.plain),
            PlainEntry("to", to.plain),
        ])
    }

    func check(_ audit: inout Audit, place: String) {
        audit.checkName(salt, what: "a salt", place: place + ".salt")
        guard let low = Self.place(from), let high = Self.place(to), low < high else {
            audit.refuse(
                .operand,
                place,
                "\(from) to \(to) is no stretch of 0 to 100 percent with two places",
                hint: "an eighth of the users is from 0 to 12.5"
            )
            return
        }
        if low == 0, high == Self.places { audit.warn(.pointless, place, "every user is in it") }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("is in the bucket from \(from) to \(to) percent of \(Phrase.quoted(salt.text))")
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("is in the bucket") else { return nil }
        try words.expect("from")
        let from = try words.number()
        try words.expect("to")
        let to = try words.number()
        try words.expect("percent of")
        return .bucket(Bucket(ExactName(try words.quoted("a salt")), from: from, to: to))
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .fact(let said) = found else { return found.said }
        return isAlone ? "bucket \(Phrase.quoted(salt.text)): \(said)" : said
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        let stretch = (Self.place(from) ?? 0)..<(Self.place(to) ?? 0)
        return builder.bucket(BucketLeaf(salt: salt, stretch: stretch))
    }

    /// Places that users fall into.
    static let places = 10_000

    /// A percentage as a place; nil when it is none of 0 to 100 with two places.
    private static func place(_ percent: Number) -> Int? {
        guard case .decimal(let e4) = percent.form, e4 % 100 == 0 else { return nil }
        let place = Int(e4 / 100)
        return (0...places).contains(place) ? place : nil
    }
}

/// A leaf over the user's identifier: where a salt makes it fall.
public struct BucketLeaf: Sendable, Hashable {
    /// The salt and the zero byte behind it.
    public let prefix: [UInt8]
    /// The places that are meant.
    public let stretch: Range<Int>

    init(salt: ExactName, stretch: Range<Int>) {
        prefix = Array(salt.text.utf8) + [0]
        self.stretch = stretch
    }

    /// Whether a user is in the bucket.
    public func contains(_ user: UserID) -> Bool { stretch.contains(place(of: user)) }

    /// Whether a user is in it whose bytes stand in `bytes` behind the prefix.
    public func containsUser(behindPrefix bytes: [UInt8]) -> Bool {
        stretch.contains(Self.place(bytes))
    }

    func found(_ user: UserID?) -> Explanation.Found {
        guard let user else { return .fact("who it is, is not known") }
        let percent = Number(e4: Int64(place(of: user)) * 100)
        return .fact("falls to \(percent) percent")
    }

    /// Where the user falls, in hundredths of a percent.
    public func place(of user: UserID) -> Int { Self.place(prefix + Array(user.text.utf8)) }

    private static func place(_ bytes: [UInt8]) -> Int {
        Int(Checksum.xxh64(bytes).multipliedFullWidth(by: UInt64(Bucket.places)).high)
    }
}
