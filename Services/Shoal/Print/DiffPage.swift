// The difference of two sets as a page: sizes, who enters and leaves, the conditions that differ.

import Basics
import Messages

/// A difference, ready to be printed.
struct DiffPage: Sendable {
    let diff: EvaluationV1.DiffResponse

    /// For people.
    func text(_ ink: Ink) -> String {
        var sizes = Table([("", .left), ("USERS", .right), ("SHARE", .right)])
        for (what, users) in [
            ("before", diff.beforeUsers), ("after", diff.afterUsers), ("enter", diff.entering),
            ("leave", diff.leaving),
        ] {
            sizes.add([what, Quantity.count(users), Quantity.share(users, of: diff.universe)])
        }
        var text = sizes.text(ink)
        for (what, users, of) in [
            ("enter", diff.enteringSample, diff.entering),
            ("leave", diff.leavingSample, diff.leaving),
        ] where !users.isEmpty {
            let more = of - min(of, UInt64(users.count))
            let rest = more > 0 ? " and \(Quantity.count(more)) more" : ""
            text += PlainText.line("\(what): \(users.joined(separator: ", "))\(rest)") + "\n"
        }
        if diff.zoneChanged { text += "the zone of dates and calendar windows differs\n" }
        if diff.universeChanged {
            let (before, after) = (diff.beforeUniverse, diff.afterUniverse)
            text += "- taken against \(before ?? "everybody")\n"
            text += "+ taken against \(after ?? "everybody")\n"
        }
        for change in diff.changes {
            if let before = change.before { text += "- " + Self.line(before) }
            if let after = change.after { text += "+ " + Self.line(after) }
        }
        if diff.changesLeft > 0 { text += "… \(diff.changesLeft) more conditions differ …\n" }
        return text
    }

    /// For programs.
    var json: JSONText {
        .object([
            ("at", UserCommand.json(diff.exactness?.atMs)),
            ("universe", .unsigned(diff.universe)), ("before", .unsigned(diff.beforeUsers)),
            ("after", .unsigned(diff.afterUsers)), ("entering", .unsigned(diff.entering)),
            ("leaving", .unsigned(diff.leaving)),
            ("entering_sample", .list(diff.enteringSample.map { .text($0) })),
            ("leaving_sample", .list(diff.leavingSample.map { .text($0) })),
            ("zone_changed", .bool(diff.zoneChanged)),
            ("universe_changed", .bool(diff.universeChanged)),
            ("before_universe", .optional(diff.beforeUniverse)),
            ("after_universe", .optional(diff.afterUniverse)),
            (
                "changes",
                .list(
                    diff.changes.map { change in
                        .object([
                            ("before", Self.json(change.before)),
                            ("after", Self.json(change.after)),
                        ])
                    }
                )
            ),
            ("changes_left", .int(Int(diff.changesLeft))),
        ])
    }

    private static func line(_ condition: EvaluationV1.ConditionSize) -> String {
        PlainText.line(
            "\(condition.place): \(condition.text) (\(Quantity.count(condition.users)))"
        ) + "\n"
    }

    private static func json(_ condition: EvaluationV1.ConditionSize?) -> JSONText {
        guard let condition else { return .null }
        return .object([
            ("place", .text(condition.place)), ("text", .text(condition.text)),
            ("users", .unsigned(condition.users)),
        ])
    }
}
