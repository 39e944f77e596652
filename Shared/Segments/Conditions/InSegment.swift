// The user is a member of another segment.

import Basics

/// The user is in a saved segment at the answer's instant, whatever that segment is made of.
///
/// Only its name stands here; what it means is handed to the plan (`Nesting`).
public struct InSegment: ConditionKind {
    static let keyword = "inSegment"

    /// The segment's name.
    public var name: ExactName

    /// In this segment.
    public init(_ name: ExactName) { self.name = name }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        .inSegment(InSegment(ExactName(try field.text(upTo: Limits.nameBytes))))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { .text(name.text) }

    func check(_ audit: inout Audit, place: String) {
        guard !SegmentName.isValid(name.text) else { return }
        audit.refuse(
            .name,
            place,
            "no segment can be named \(Quoted.name(name.text))",
            hint: SegmentName.rule
        )
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("in segment " + Phrase.quoted(name.text))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("in segment") else { return nil }
        return .inSegment(InSegment(ExactName(try words.quoted("a segment"))))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.segment(name)
    }

    /// `a member: 3 of at least 3 "Charged" in […)`; alone with the segment's name.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .segment(let isMember, let reason) = found else { return found.said }
        let answer = isMember ? "a member" : "not a member"
        return (isAlone ? "\(answer) of \(Phrase.quoted(name.text)): " : "\(answer): ") + reason
    }
}
