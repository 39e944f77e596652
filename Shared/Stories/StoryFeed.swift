// What live segments tell in a story: the changes, the lines that expect them, and what differs.

public import Basics
import Segments

extension Story {
    /// Most changes that one line expects.
    static let changesMax = 10_000

    /// A change that a live segment tells of a user.
    public struct Change: Sendable, Hashable {
        /// What happened.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// The trigger fired; also of a user who was in already.
            case entered
            /// The stay has ended.
            case left
            /// A firing that was told should not have been.
            case retracted
            /// The user became one with another.
            case corrected
            /// The user was erased.
            case erased
        }

        /// Which segment tells it.
        public let segment: String
        /// Of whom.
        public let user: UserID
        /// What happened.
        public let kind: Kind
        /// When: the instant told, which of a correction is that of what is taken back.
        public let at: Timestamp

        /// A change.
        public init(segment: String, user: UserID, kind: Kind, at: Timestamp) {
            self.segment = segment
            self.user = user
            self.kind = kind
            self.at = at
        }
    }

    /// Where what was told is not what a line expects; of each segment and user in its order.
    static func differences(_ wanted: [Change], _ step: Step, found: [Change]) -> [Difference] {
        struct Course: Hashable {
            let segment: String
            let user: UserID
        }
        func courses(_ changes: [Change]) -> [Course: [Change]] {
            Dictionary(grouping: changes) { Course(segment: $0.segment, user: $0.user) }
        }
        let (expected, told) = (courses(wanted), courses(found))
        return Set(expected.keys).union(told.keys)
            .filter { expected[$0] != told[$0] }
            .sorted { ($0.segment, $0.user) < ($1.segment, $1.user) }
            .map { course in
                Difference(
                    line: step.line,
                    about: "what \(course.segment) tells of \(course.user) up to"
                        + " \(step.at.rfc3339)",
                    expected: said(expected[course]),
                    found: said(told[course]),
                    explanation: []
                )
            }
    }

    private static func said(_ changes: [Change]?) -> String {
        guard let changes else { return "nothing" }
        return changes.map { "\($0.kind) \($0.at.rfc3339)" }.joined(separator: ", ")
    }
}

extension Field {
    /// The changes that a line expects.
    func storyChanges(_ zone: Zone) throws(DefinitionProblem) -> [Story.Change] {
        let items = try items()
        guard items.count <= Story.changesMax else {
            throw problem(.tooMany, "a line expects at most \(Story.changesMax) changes")
        }
        var changes: [Story.Change] = []
        for item in items {
            let fields = try item.fields(["segment", "user", "kind", "at"])
            let kind = try fields.needed("kind")
            let word = try kind.text()
            guard let known = Story.Change.Kind(rawValue: word) else {
                let words = Story.Change.Kind.allCases.map(\.rawValue)
                throw kind.problem(
                    .name,
                    "\(Quoted.name(word)) is no change",
                    hint: NearestName.nearest(to: word, in: words).map { "did you mean `\($0)`?" }
                        ?? "write one of " + words.joined(separator: ", ")
                )
            }
            changes.append(
                Story.Change(
                    segment: try fields.needed("segment").text(),
                    user: try fields.needed("user").storyUser(),
                    kind: known,
                    at: try fields.needed("at").storyInstant(zone)
                )
            )
        }
        return changes
    }
}
