// Plays a story on a stage and tells where what is found differs from what is told.

import Basics
import Segments

/// Where a story and the suite disagree.
public struct Difference: Sendable, Hashable {
    /// The line of the story, from 1.
    public let line: Int
    /// What the line asks, in words.
    public let about: String
    /// What the story says.
    public let expected: String
    /// What is.
    public let found: String
    /// Why it is so, one line each; empty when there is nothing to explain.
    public let explanation: [String]

    /// For people: the first line says where, the others stand under it.
    public var lines: [String] {
        [
            "line \(line): \(about)", "  expected: \(expected)", "  found:    \(found)",
        ] + explanation.map { "  \($0)" }
    }
}

extension Story {
    /// Users of one check that are explained when they differ; the others are named.
    private static let explainedMax = 3
    /// Users named in one line for people.
    private static let namedMax = 20

    /// Plays every step in order.
    ///
    /// - Returns: every check that does not hold, in the story's order; empty: all hold.
    /// - Throws: when the stage fails; with the line that it failed on.
    public func play(on stage: some Stage) async throws(StoryProblem) -> [Difference] {
        var differences: [Difference] = []
        for step in steps {
            do throws(StoryProblem) {
                differences += try await play(step, on: stage)
            } catch {
                var problem = error
                problem.line = problem.line ?? step.line
                throw problem
            }
        }
        return differences
    }

    private func play(_ step: Step, on stage: some Stage) async throws(StoryProblem)
        -> [Difference]
    {
        switch step.act {
        case .define(let name, let definition):
            try await stage.define(name, definition, at: step.at)
        case .follow(let name, let live): try await stage.follow(name, live, at: step.at)
        case .update(let name, let live):
            try await stage.update(name, to: live, at: step.at)
        case .archive(let name): try await stage.archive(name, at: step.at)
        case .list(let change): try await stage.change(change, at: step.at)
        case .identify(let old, let known):
            try await stage.identify(old, as: known, at: step.at)
        case .unmerge(let user): try await stage.unmerge(user, at: step.at)
        case .erase(let user): try await stage.erase(user, at: step.at)
        case .restart(let service): try await stage.restart(service, at: step.at)
        case .record(let record):
            if case .refused(let reason) = try await stage.write(record, at: step.at) {
                return [
                    Difference(
                        line: step.line,
                        about: "a record of \(record.user)",
                        expected: "it is taken",
                        found: "it is refused: \(reason)",
                        explanation: []
                    )
                ]
            }
        case .check(let check):
            return try await differences(check, step, on: stage)
        case .explain(let question):
            return try await differences(question, step, on: stage)
        case .feed(let wanted):
            let found = try await stage.feed(upTo: step.at)
            return Self.differences(wanted, step, found: found)
        }
        return []
    }

    private func differences(_ check: Check, _ step: Step, on stage: some Stage)
        async throws(StoryProblem) -> [Difference]
    {
        let instant = check.asOf ?? step.at
        let found = try await stage.members(of: check.segment, asOf: instant)
        let about = "who is in \(check.segment) at \(instant.rfc3339)"
        var differences: [Difference] = []
        func differ(_ expected: String, _ actual: String, explaining users: [UserID])
            async throws(StoryProblem)
        {
            var lines: [String] = []
            for user in users.prefix(Self.explainedMax) {
                lines += try await Self.why(user, check.segment, instant, on: stage)
            }
            differences.append(
                Difference(
                    line: step.line,
                    about: about,
                    expected: expected,
                    found: actual,
                    explanation: lines
                )
            )
        }
        let absent = check.members.filter { !found.contains($0) }
        if !absent.isEmpty {
            let verb = absent.count == 1 ? "is" : "are"
            let names = Self.named(absent)
            try await differ("\(names) \(verb) in", "\(names) \(verb) out", explaining: absent)
        }
        let surplus = check.others.filter { found.contains($0) }
        if !surplus.isEmpty {
            let verb = surplus.count == 1 ? "is" : "are"
            let names = Self.named(surplus)
            try await differ("\(names) \(verb) out", "\(names) \(verb) in", explaining: surplus)
        }
        if let exactly = check.exactly, Set(exactly) != found {
            let wrong = found.symmetricDifference(exactly).sorted()
            try await differ(
                "exactly \(Self.named(exactly))",
                Self.named(found.sorted()),
                explaining: wrong
            )
        }
        if let count = check.count, count != found.count {
            let users = count == 1 ? "1 user" : "\(count) users"
            try await differ(
                users,
                "\(found.count): \(Self.named(found.sorted()))",
                explaining: []
            )
        }
        return differences
    }

    private func differences(_ question: Question, _ step: Step, on stage: some Stage)
        async throws(StoryProblem) -> [Difference]
    {
        let instant = question.asOf ?? step.at
        let answer = try await stage.explain(question.user, in: question.segment, asOf: instant)
        let isMember = answer?.isMember ?? false
        var pairs: [(expected: String, found: String)] = []
        if isMember != question.isMember {
            pairs.append((question.isMember ? "in" : "out", isMember ? "in" : "out"))
        }
        if let wanted = question.flip, wanted != answer?.flip ?? .never {
            pairs.append((wanted.sentence, (answer?.flip ?? .never).sentence))
        }
        guard !pairs.isEmpty else { return [] }
        let lines = answer.map(\.lines) ?? ["nothing was ever written about \(question.user)"]
        return pairs.map { pair in
            Difference(
                line: step.line,
                about: "\(question.user) in \(question.segment) at \(instant.rfc3339)",
                expected: pair.expected,
                found: pair.found,
                explanation: lines
            )
        }
    }

    private static func why(
        _ user: UserID,
        _ segment: String,
        _ instant: Timestamp,
        on stage: some Stage
    ) async throws(StoryProblem) -> [String] {
        guard let answer = try await stage.explain(user, in: segment, asOf: instant) else {
            return ["\(user): nothing was ever written about this user"]
        }
        var lines = answer.lines
        if let first = lines.first { lines[0] = "\(user): \(first)" }
        return lines
    }

    /// Users for people, shortened; `nobody` for none.
    private static func named(_ users: [UserID]) -> String {
        guard !users.isEmpty else { return "nobody" }
        let shown = users.prefix(namedMax).map { Quoted.cut($0.text) }.joined(separator: ", ")
        return users.count > namedMax ? "\(shown) and \(users.count - namedMax) more" : shown
    }
}

extension Flip {
    /// For people.
    fileprivate var sentence: String {
        switch self {
        case .never: "never changes by itself"
        case .at(let instant): "changes by itself at \(instant.rfc3339)"
        case .notBefore(let instant): "does not change by itself before \(instant.rfc3339)"
        }
    }
}
