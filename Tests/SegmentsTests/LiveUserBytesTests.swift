// A user's live state as bytes: small, the same again, and readable as an older build wrote it.

import Basics
import Segments
import Testing

@Suite struct LiveUserBytesTests {
    @Test("a state comes back as it was, and one with one timer is small")
    func roundTrip() throws {
        var user = LiveUser()
        #expect(try LiveUser(bytes: user.bytes) == user)
        let start = Timestamp(ms: 1_750_000_000_000)
        user.newest = start
        user.armed = [.init(key: nil, anchor: start, due: start + 30 * 86_400_000)]
        #expect(user.bytes.count <= 18)
        #expect(try LiveUser(bytes: user.bytes) == user)
        user.armed.append(.init(key: .text("shoes"), anchor: start + 5, due: start + 9))
        user.settled = [
            .init(timer: user.armed[1], occurrence: 3, isStanding: true),
            .init(timer: user.armed[0], occurrence: 4, isStanding: false, movedMs: -7),
        ]
        (user.firmUntil, user.tooLate) = (start + 8, [start - 9, start - 4])
        user.leavesAt = Timestamp(ms: -5)
        user.newestDidNot = .earliest
        user.recheckAt = start
        user.session = .init(start: start - 1, last: start, count: 4, isWanted: true)
        user.becoming = .init(holds: true, next: start + 1)
        user.staying = .init(holds: false, next: nil)
        user.keys = [.instant(start), .bool(true)]
        user.recent = [start - 2, start]
        (user.seen, user.occurrence, user.isInside, user.isFirm) = (7, 3, true, true)
        #expect(try LiveUser(bytes: user.bytes) == user)
        for count in 0..<user.bytes.count {
            #expect(throws: BytesError.self) {
                _ = try LiveUser(bytes: Array(user.bytes.prefix(count)))
            }
        }
    }

    @Test("a state of version 1, whose instants stood alone, is read")
    func versionOne() throws {
        // Inside, newest 1,000; one timer from 1,000 to 1,500, then one from 2,000 to 2,500.
        let bytes: [UInt8] = [
            1, 17, 0, 1, 0xD0, 0x0F, 2, 0xD0, 0x0F, 0xE8, 0x07, 0, 0xA0, 0x1F, 0xE8, 0x07, 0,
        ]
        var user = LiveUser()
        user.isInside = true
        user.occurrence = 1
        user.newest = Timestamp(ms: 1_000)
        user.armed = [
            .init(key: nil, anchor: Timestamp(ms: 1_000), due: Timestamp(ms: 1_500)),
            .init(key: nil, anchor: Timestamp(ms: 2_000), due: Timestamp(ms: 2_500)),
        ]
        #expect(try LiveUser(bytes: bytes) == user)
        #expect(throws: BytesError.self) { _ = try LiveUser(bytes: [5] + bytes.dropFirst()) }
    }

    @Test("a state of version 3, which says from when on its user was counted anew, is read")
    func versionThree() throws {
        // Inside, newest 1,000, counted from 900; one timer from 1,000 to 1,500.
        let bytes: [UInt8] = [
            3, 0x11, 0x08, 1, 0xD0, 0x0F, 0xC7, 0x01, 1, 0xC8, 0x01, 0xE8, 0x07, 0,
        ]
        var user = LiveUser()
        user.isInside = true
        user.occurrence = 1
        user.newest = Timestamp(ms: 1_000)
        user.armed = [
            .init(key: nil, anchor: Timestamp(ms: 1_000), due: Timestamp(ms: 1_500))
        ]
        #expect(try LiveUser(bytes: bytes) == user)
        #expect(try LiveUser(bytes: user.bytes) == user)
    }
}
