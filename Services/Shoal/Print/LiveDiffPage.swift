// What another definition of a live segment would do at once, as a page.

import Basics
import Messages

/// A live segment's difference, ready to be printed.
struct LiveDiffPage: Sendable {
    let diff: EvaluationV1.LiveDiff

    /// For people.
    func text(_ ink: Ink) -> String {
        var sizes = Table([("", .left), ("USERS", .right)])
        for (what, users) in [
            ("before", diff.beforeUsers), ("after", diff.afterUsers), ("enter", diff.entering),
            ("leave", diff.leaving),
        ] {
            sizes.add([what, Quantity.count(users)])
        }
        var text = sizes.text(ink)
        for (why, users) in [
            ("enter, their time being over by now", diff.entering),
            ("leave, their stay being over by now", diff.leavingByTime),
            ("leave, since the stay asks for what they are not", diff.leavingByCondition),
        ] where users > 0 {
            text += "\(Quantity.count(users)) \(why)\n"
        }
        for (what, timers) in [
            ("go on", diff.timersKept), ("go on, to other instants", diff.timersMoved),
            ("end untold: the trigger is another", diff.timersEnded),
        ] where timers > 0 {
            text += "timers that run and \(what): \(Quantity.count(timers))\n"
        }
        for (what, users, of) in [
            ("enter", diff.enteringSample, diff.entering),
            ("leave", diff.leavingSample, diff.leaving),
        ] where !users.isEmpty {
            let more = of - min(of, UInt64(users.count))
            let rest = more > 0 ? " and \(Quantity.count(more)) more" : ""
            text += PlainText.line("\(what): \(users.joined(separator: ", "))\(rest)") + "\n"
        }
        for change in diff.changes {
            if let before = change.before {
                text += PlainText.line("- \(change.place): \(before)") + "\n"
            }
            if let after = change.after {
                text += PlainText.line("+ \(change.place): \(after)") + "\n"
            }
        }
        return text
    }

    /// For programs.
    var json: JSONText {
        .object([
            ("before", .unsigned(diff.beforeUsers)), ("after", .unsigned(diff.afterUsers)),
            ("entering", .unsigned(diff.entering)), ("leaving", .unsigned(diff.leaving)),
            ("leaving_by_time", .unsigned(diff.leavingByTime)),
            ("leaving_by_condition", .unsigned(diff.leavingByCondition)),
            ("timers_kept", .unsigned(diff.timersKept)),
            ("timers_moved", .unsigned(diff.timersMoved)),
            ("timers_ended", .unsigned(diff.timersEnded)),
            ("entering_sample", .list(diff.enteringSample.map { .text($0) })),
            ("leaving_sample", .list(diff.leavingSample.map { .text($0) })),
            (
                "changes",
                .list(
                    diff.changes.map { change in
                        .object([
                            ("place", .text(change.place)),
                            ("before", .optional(change.before)),
                            ("after", .optional(change.after)),
                        ])
                    }
                )
            ),
        ])
    }
}
