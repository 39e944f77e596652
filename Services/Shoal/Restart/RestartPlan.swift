// Which instances are restarted, and in which order. Pure.

import Basics
import Messages

/// The instances of a rolling restart, one after the other.
struct RestartPlan: Sendable, Hashable {
    /// One instance.
    struct Step: Sendable, Hashable {
        let name: String
        let kind: RegistryV1.ServiceKind
        let address: String

        /// Its unit, as Deploy/package installs it: evaluators are instances of a template.
        var unit: String {
            guard let number = SuitePlan.evaluatorNumber(name) else { return "shoal-\(name)" }
            return "shoal-evaluator@\(number)"
        }
    }

    /// Readers before what they read, the registry last: a newer registry may be asked by older
    /// services, and what is new in it is not needed before all know it.
    private static let order: [RegistryV1.ServiceKind] = [.evaluator, .ingestion, .registry]
    /// Where files are written anew, the log before those who read it again from its beginning.
    private static let rewriting: [RegistryV1.ServiceKind] = [.ingestion, .evaluator]

    let steps: [Step]

    /// The steps for these names and kinds; none: all there are, to be rewritten all that have
    /// users.
    init(_ wanted: [String], among all: [Step], isRewriting: Bool = false) throws(CommandError) {
        for word in wanted where !all.contains(where: { Self.isMeant($0, by: word) }) {
            let known = all.map(\.name) + Set(all.map { "\($0.kind)" }).sorted()
            throw CommandError(
                .notFound,
                "restart",
                "no instance is called \(word.debugDescription)",
                place: word,
                hint: NearestName.nearest(to: word, in: known).map { "did you mean \($0)?" }
                    ?? "`shoal status` shows who is here"
            )
        }
        steps = (isRewriting ? Self.rewriting : Self.order).flatMap { kind in
            all.filter { step in
                step.kind == kind
                    && (wanted.isEmpty || wanted.contains { Self.isMeant(step, by: $0) })
            }.sorted { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
        }
    }

    private static func isMeant(_ step: Step, by word: String) -> Bool {
        step.name == word || "\(step.kind)" == word
    }
}
