// What is each user's own, read from columns: rare in random definitions, so each by an example.

import Basics
import Kit
import Segments
import Testing

@testable import Evaluator

@Suite struct UsersOwnTests {
    private static let dayMs: Int64 = 86_400_000

    /// Signed up on day 3 and charged on day 4 or 13; in the open tail, and sealed after `sealed`
    /// records.
    private func state(sealedAfter sealed: Int?) throws -> PartitionState {
        var log = LogScript()
        for (user, charged, zone) in [("early", 4, "Asia/Tokyo"), ("late", 13, "nowhere")] {
            try log.event("Charged", by: user, at: day(Int64(charged)))
            try log.profile(
                of: user,
                since: nil,
                [(name: "signedUp", value: .instant(day(3))), (name: "timeZone", .text(zone))]
            )
        }
        let files = ColumnFiles(folder: "/data", disk: ForgetfulDisk(folder: "/data"))
        var state = PartitionState(Partition(index: 0))
        _ = try state.apply(Array(log.records.prefix(sealed ?? 0)))
        if sealed != nil { state.sealed(into: try files.seal(state)) }
        _ = try state.apply(Array(log.records.dropFirst(sealed ?? 0)))
        return state
    }

    @Test("durations in what a user was count from the event", arguments: [nil, 2, 3, 4, 6])
    func durations(_ sealed: Int?) throws {
        let state = try state(sealedAfter: sealed)
        func members(_ comparison: FilterOperator, days: Int64) throws -> [String] {
            let filter = PropertyFilter(
                "signedUp",
                comparison,
                [.duration(ms: days * Self.dayMs)],
                isOfUser: true
            )
            let match = EventMatch(["Charged"], where: [filter])
            return try state.members(Definition(.did(Did(match))), at: day(30))
        }
        #expect(try members(.withinLast, days: 2) == ["early"])
        #expect(try members(.withinLast, days: 11) == ["early", "late"])
        // Seen from the answer's instant both have signed up within 28 days; from the event, too.
        #expect(try members(.withinLast, days: 28) == ["early", "late"])
        #expect(try members(.withinNext, days: 28) == [])
    }

    @Test("the clock is the user's, else the definition's", arguments: [nil, 2, 3, 4, 6])
    func zones(_ sealed: Int?) throws {
        let state = try state(sealedAfter: sealed)
        // Midnight of UTC is nine in Tokyo.
        let hour: Int64 = 3_600_000
        func members(from: Int64) throws -> [String] {
            let clock = LocalTimes.ClockRange(fromMs: from * hour, toMs: (from + 1) * hour)
            let times = LocalTimes(clock: clock, inUsersZone: true)
            let match = EventMatch(["Charged"], times: times)
            return try state.members(Definition(.did(Did(match))), at: day(30))
        }
        #expect(try members(from: 9) == ["early"])
        #expect(try members(from: 0) == ["late"])
    }
}
