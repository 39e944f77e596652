// A condition that is followed: what was foreseen needs no reading when its instant comes.

import Basics
import Segments
import Testing

@Suite struct LiveFollowingTests {
    private static let start = Timestamp(ms: 1_750_000_000_000)
    private static let hourMs: Int64 = 3_600_000

    /// One user's events, and how often somebody read them.
    private final class Past: LivePast {
        var events: [UserHistory.Event] = []
        private(set) var readings = 0

        func history(_ reads: Mentions) -> UserHistory {
            readings += 1
            return UserHistory(events: events)
        }

        func isSilent(_ position: LogOffset) -> Bool { false }
    }

    /// One user as a condition follows them.
    private struct Course {
        let plan: LivePlan
        let past = Past()
        var user = LiveUser()
        private var next = LogOffset.zero

        init(_ window: Window) throws {
            let seen = Definition(.did(Did(EventMatch(["Seen"], window: window))))
            plan = try LivePlan(following: seen, projectZone: nil)
        }

        mutating func see(at: Timestamp, isHistory: Bool = false) -> [LiveChange] {
            let event = UserHistory.Event("Seen", at: at, position: next)
            past.events.append(event)
            let moment = LiveMoment(now: at, position: next)
            next = next.next
            return plan.hear(.event(event, isHistory: isHistory), at: moment, &user, past)
        }

        mutating func pass() -> [LiveChange] {
            guard let due = plan.nextDue(user) else { return [] }
            return plan.pass(at: LiveMoment(now: due, position: next), due: due, &user, past)
        }
    }

    @Test("who leaves an hour after the last event leaves without being read again")
    func last() throws {
        var course = try Course(.rolling(ms: Self.hourMs))
        #expect(course.see(at: Self.start).map(\.kind) == [.entered])
        #expect(course.see(at: Self.start + 60_000).isEmpty)
        #expect(course.past.readings == 2)
        let told = course.pass()
        #expect(told.map(\.kind) == [.left] && told.map(\.cause) == [.timer])
        #expect(told.map(\.at) == [Self.start + 60_000 + Self.hourMs])
        #expect(course.past.readings == 2)
        #expect(course.user == LiveUser())
        #expect(course.see(at: Self.start + 3 * Self.hourMs).map(\.kind) == [.entered])
    }

    @Test("who will come and go is read when coming, and not when going")
    func both() throws {
        var course = try Course(.ago(fromMs: 2 * Self.hourMs, toMs: Self.hourMs))
        #expect(course.see(at: Self.start).isEmpty)
        #expect(course.past.readings == 1)
        #expect(course.pass().map(\.at) == [Self.start + Self.hourMs])
        #expect(course.past.readings == 2)
        #expect(course.pass().map(\.kind) == [.left])
        #expect(course.past.readings == 2)
    }

    @Test("what an import has brought and nobody has looked at is read")
    func imported() throws {
        var course = try Course(.rolling(ms: Self.hourMs))
        #expect(course.see(at: Self.start + 200).map(\.kind) == [.entered])
        // Within the same second as the leaving, so that it is looked at behind it.
        let late = Self.start + 100 + Self.hourMs
        #expect(course.see(at: late, isHistory: true).isEmpty)
        #expect(course.pass().isEmpty)
        #expect(course.past.readings == 2)
        #expect(course.user.isInside)
    }

    @Test("that it is the last time is kept with the state")
    func kept() throws {
        var course = try Course(.rolling(ms: Self.hourMs))
        _ = course.see(at: Self.start)
        course.user = try LiveUser(bytes: course.user.bytes)
        #expect(course.pass().map(\.kind) == [.left])
        #expect(course.past.readings == 1)
    }
}
