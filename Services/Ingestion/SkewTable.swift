// How far each user's device clock is off, remembered so that its events never change order.

import Basics
import Synchronization

/// Sticky clock skews, bounded: two generations, the older forgotten when the younger is full.
struct SkewTable: Sendable {
    /// Below it a skew is ordinary delay.
    ///
    /// Unit: ms.
    static let skewMsMin: Int64 = 60_000
    /// Skews are rounded to it, and stay until they differ by more.
    ///
    /// Unit: ms.
    static let stepMs: Int64 = 300_000
    /// Skews are held within it, about the 10,000 years that instants span.
    ///
    /// Unit: ms.
    private static let skewMsMax: Int64 = 400_000_000_000_000

    private struct Key: Hashable {
        let project: ProjectName
        let user: UserID
    }

    private let generationMax: Int
    private var young: [Key: Int64] = [:]
    private var old: [Key: Int64] = [:]

    /// - Parameter usersMax: users remembered at most; forgetting one only makes its next skew
    /// fresh.
    init(usersMax: Int = 200_000) {
        generationMax = max(usersMax / 2, 1)
    }

    /// By how much an event of the user is shifted, given the skew its sending shows.
    ///
    /// Unit: ms.
    ///
    /// No skew is remembered, too: one slow sending of a clock that was right moves no event.
    mutating func shift(for user: UserID, project: ProjectName, skewMs given: Int64) -> Int64 {
        let key = Key(project: project, user: user)
        let skewMs = min(max(given, -Self.skewMsMax), Self.skewMsMax)
        if let sticky = young[key] ?? old[key], abs(skewMs - sticky) <= Self.stepMs {
            remember(sticky, key)
            return sticky
        }
        let rounded =
            abs(skewMs) < Self.skewMsMin
            ? 0 : CivilDate.floorDivide(skewMs + Self.stepMs / 2, Self.stepMs) * Self.stepMs
        remember(rounded, key)
        return rounded
    }

    /// Forgets a user.
    mutating func forget(_ user: UserID, project: ProjectName) {
        let key = Key(project: project, user: user)
        young[key] = nil
        old[key] = nil
    }

    private mutating func remember(_ skewMs: Int64, _ key: Key) {
        if young.count >= generationMax, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = skewMs
    }
}

/// The table, shared by the batches that are checked at the same time.
///
/// Any thread.
final class SharedSkews: Sendable {
    private let table: Mutex<SkewTable>

    init(_ table: SkewTable = SkewTable()) { self.table = Mutex(table) }

    /// As the table's own.
    func shift(for user: UserID, project: ProjectName, skewMs: Int64) -> Int64 {
        table.withLock { $0.shift(for: user, project: project, skewMs: skewMs) }
    }

    /// As the table's own.
    func forget(_ user: UserID, of project: ProjectName) {
        table.withLock { $0.forget(user, project: project) }
    }
}
