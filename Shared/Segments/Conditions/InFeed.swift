// The user is in a live segment: nothing a document says, but what asking about one means.

public import Basics

/// The user is in a version of a live segment at the answer's instant, by its feed.
///
/// Evaluators put it in the place of a live segment that is asked about; documents and sentences
/// name the segment itself.
public struct InFeed: ConditionKind {
    static let keyword = "inFeed"

    /// The live segment's name, for people.
    public var segment: ExactName
    /// The catalogue revision at which its first version began, under which members are kept.
    public var revision: UInt64

    /// In a live segment, whichever version told it.
    public init(_ segment: ExactName, revision: UInt64) {
        self.segment = segment
        self.revision = revision
    }

    /// How who is in lies in a history: as a property of its own that is true meanwhile.
    ///
    /// Its name holds a zero byte, which no property of a client can, so it is in nobody's way.
    public var property: ExactName { ExactName(Self.prefix + "\(revision)") }

    private static let prefix = "\u{0}live "

    /// Whether a property tells who is in a live segment.
    public static func isKept(as property: ExactName) -> Bool { property.text.hasPrefix(prefix) }

    /// The value of the property while the user is in; there is none else.
    public static let member = PropertyValue.bool(true)

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        throw field.problem(.unknownField, "`inFeed` is not written", hint: "write `inSegment`")
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { .text(segment.text) }

    func check(_ audit: inout Audit, place: String) {
        audit.checkName(segment, what: "a segment's name", place: place)
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("is in the live segment " + Phrase.quoted(segment.text))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.user(PropertyFilter(property, .equals, [.value(Self.member)]))
    }

    /// `in it since 2025-05-01T00:00:00.000Z`; alone with the segment's name.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .version(let version) = found else { return found.said }
        let segment = isAlone ? Phrase.quoted(segment.text) : "it"
        let since = version?.since?.rfc3339
        if version?.value == Self.member {
            return "in \(segment)" + (since.map { " since " + $0 } ?? "")
        }
        return since.map { "out of \(segment) since " + $0 } ?? "never in \(segment)"
    }
}

extension Plan {
    /// Whether it asks who is in live segments, so that the answer may change without a record.
    public var readsFeeds: Bool {
        mentions.userProperties.contains(where: InFeed.isKept(as:))
    }
}
