// How far each user's device clock is off, remembered so that its events never change order.

import Basics

/// Sticky clock skews, bounded: two generations, the older forgotten when the younger is full.
struct SkewTable: Sendable {
    /// Below it a skew is ordinary delay. Unit: ms.
    static let skewMsMin: Int64 = 60_000
    /// Skews are rounded to it, and stay until they differ by more. Unit: ms.
    static let stepMs: Int64 = 300_000

    private struct Key: Hashable {
        let project: ProjectName
        let user: UserID
    }

    private let generationMax: Int
    private var young: [Key: Int64] = [:]
    private var old: [Key: Int64] = [:]

    /// - Parameter usersMax: users remembered at most; forgetting one only makes its next skew fresh.
    init(usersMax: Int = 200_000) {
        generationMax = max(usersMax / 2, 1)
    }

    /// By how much an event of the user is shifted, given the skew its sending shows. Unit: ms.
    mutating func shift(for user: UserID, project: ProjectName, skewMs: Int64) -> Int64 {
        let key = Key(project: project, user: user)
        let sticky = young[key] ?? old[key]
        if let sticky, abs(skewMs.subtractingClamped(sticky)) <= Self.stepMs {
            remember(sticky, key)
            return sticky
        }
        guard sticky != nil || skewMs.magnitude >= Self.skewMsMin.magnitude else { return 0 }
        let rounded =
            skewMs.magnitude < Self.skewMsMin.magnitude
            ? 0 : CivilDate.floorDivide(skewMs + Self.stepMs / 2, Self.stepMs) * Self.stepMs
        remember(rounded, key)
        return rounded
    }

    private mutating func remember(_ skewMs: Int64, _ key: Key) {
        if young.count >= generationMax, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = skewMs
    }
}

extension Int64 {
    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min + 1 : .max) : difference
    }
}
