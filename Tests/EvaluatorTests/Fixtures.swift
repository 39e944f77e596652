// What several tests of the evaluator share: folders, plain definitions, sets as lists of names.

import Basics
import Foundation
import Messages
import Segments

@testable import Evaluator

/// A folder of its own for the time of the body.
func inFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = NSTemporaryDirectory() + "shoal-evaluator-\(UUID().uuidString)"
    try RealDisk().createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// Whoever did something like this at least so often.
func did(_ event: ExactName, atLeast count: Int = 1, window: Window = .ever) -> Definition {
    Definition(nodes: [
        .did(Did(EventMatch([event], window: window), count: CountTest(.atLeast(count))))
    ])
}

/// A day of January 1970.
func day(_ number: Int64) -> Timestamp { Timestamp(ms: number * 86_400_000) }

extension PartitionState {
    /// The members of a definition, by the set reader, sorted.
    func members(
        _ definition: Definition,
        of project: ProjectName = shop,
        at: Timestamp = day(100)
    ) throws -> [String] {
        let plan = try Plan(definition)
        guard let columns = projects[project] else { return [] }
        var members: [String] = []
        SetReader(columns: columns, at: at).slots(of: plan)[plan.root].forEach { number in
            if let id = columns.id(of: number) { members.append(id.text) }
        }
        return members.sorted()
    }
}

/// How the evaluator refused; nil when it did not.
func refusal(_ body: () throws -> Void) -> EvaluatorError? {
    do {
        try body()
        return nil
    } catch {
        return error as? EvaluatorError
    }
}
