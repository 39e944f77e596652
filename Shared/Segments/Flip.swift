// When an answer about a user changes by time alone.

public import Basics

/// When the answer changes though nothing more is recorded: windows slide on, events and values
/// that are known already take effect, dates come and go.
public enum Flip: Sendable, Hashable {
    /// It never does.
    case never
    /// It is the other one from this instant on, and the same at every instant before.
    case at(Timestamp)
    /// It is the same at every instant before this one; to know more would take more work than
    /// `Flip.workMax`.
    case notBefore(Timestamp)

    /// What looking ahead may take: numbers added and steps of a plan's program made.
    ///
    /// Only sums of numbers with more than four decimal places come near it, from about 1,400
    /// events on; all of it takes a tenth of a second.
    public static let workMax = 4_000_000
}

extension Plan {
    /// When each of some slots' results changes by time alone; `leafResults` are those of the
    /// instant.
    func flips(
        of roots: [Int],
        _ history: UserHistory,
        after instant: Timestamp,
        leafResults: [Bool],
        workMax: Int
    ) -> [Flip] {
        let look = turns(history, after: instant, workMax: workMax / 2)
        return flips(of: roots, look, leafResults: leafResults, workMax: workMax)
    }

    /// When the plan's answer changes first by time alone, and whether it is known not to change
    /// by that again.
    func outlook(_ history: UserHistory, after instant: Timestamp, leafResults: [Bool]) -> (
        flip: Flip, isLast: Bool
    ) {
        let workMax = Flip.workMax
        let look = turns(history, after: instant, workMax: workMax / 2)
        let flip = flips(of: [root], look, leafResults: leafResults, workMax: workMax)[0]
        guard case .at(let at) = flip, look.openFrom == nil else { return (flip, false) }
        return (flip, look.turns.last?.at == at)
    }

    private func flips(
        of roots: [Int],
        _ look: Look,
        leafResults: [Bool],
        workMax: Int
    ) -> [Flip] {
        var results = leafResults
        let answers = run(results)
        var flips = roots.map { _ in nil as Flip? }
        var left = roots.count
        var stepsLeft = workMax / 2
        for (number, turn) in look.turns.enumerated() {
            if let end = look.openFrom, turn.at >= end { break }
            results[turn.leaf] = turn.holds
            // Whatever happens at one instant happens together.
            if number + 1 < look.turns.count, look.turns[number + 1].at == turn.at { continue }
            guard stepsLeft >= 0 else { return flips.map { $0 ?? .notBefore(turn.at) } }
            stepsLeft -= steps.count
            let slots = run(results)
            for (index, root) in roots.enumerated()
            where flips[index] == nil && slots[root] != answers[root] {
                flips[index] = .at(turn.at)
                left -= 1
            }
            if left == 0 { break }
        }
        let rest = look.openFrom.map { Flip.notBefore($0) } ?? .never
        return flips.map { $0 ?? rest }
    }

    /// The changes of all leaves in order, complete up to `openFrom`.
    private typealias Look = (
        turns: [(at: Timestamp, leaf: Int, holds: Bool)], openFrom: Timestamp?
    )

    private func turns(_ history: UserHistory, after instant: Timestamp, workMax: Int) -> Look {
        var turns: [(at: Timestamp, leaf: Int, holds: Bool)] = []
        var openFrom = history.unknownFrom.map { max($0, instant + 1) }
        for (index, leaf) in leaves.enumerated() {
            let course =
                switch leaf {
                case .events(let leaf):
                    leaf.course(history, after: instant, workMax: workMax / leaves.count)
                case .ordered(let leaf):
                    leaf.course(history, after: instant, workMax: workMax / leaves.count)
                case .user(let leaf): leaf.course(history, after: instant)
                case .bucket: LeafCourse()
                }
            turns += course.turns.map { ($0.at, index, $0.holds) }
            if let end = course.openFrom { openFrom = min(openFrom ?? end, end) }
        }
        turns.sort { $0.at < $1.at }
        return (turns, openFrom)
    }
}
