// A segment's size over time: every point is what a count at its instant says, and lanes go on.

import Basics
import Chassis
import Columns
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct TrendTests {
    private static let seed: UInt64 = 93_000
    private static let cases = 150

    @Test("every point of a random definition's trend is the count at that instant")
    func pointsAreCounts() throws {
        print("seeds from \(Self.seed), \(Self.cases) cases")
        let clock = ManualClock()
        var moves = 0
        for number in 0..<Self.cases {
            let example = try RandomCase(seed: Self.seed &+ UInt64(number))
            let files = ColumnFiles(folder: "/data", disk: ForgetfulDisk(folder: "/data"))
            var state = PartitionState(Partition(index: 7))
            let sealed = example.log.records.count * (number % 4) / 4
            _ = try state.apply(Array(example.log.records[..<sealed]))
            if sealed > 0 { state.sealed(into: try files.seal(state)) }
            _ = try state.apply(Array(example.log.records[sealed...]))
            let columns = state.projects[shop].map { [$0] } ?? []
            let middle = try #require(example.instants.first)
            // More than one word of instants, close together and far apart.
            let step: Int64 = [3 * 86_400_000, 40_000_000, 7_200_000][number % 3]
            let instants = (-35...35).map { middle + $0 * step }
            let limit = QuestionLimit(clock: clock, untilNs: .max)
            let users = try TrendCount(plan: example.plan, instants: instants, histories: columns)
                .users(limit)
            for (at, users) in zip(instants, users) {
                let question = Question(plan: example.plan, project: shop, at: at)
                let count = try question.answer([state]).users
                #expect(users == count, "seed \(example.seed) at \(at.rfc3339)")
            }
            moves += Set(users).count > 1 ? 1 : 0
        }
        // Trends that never move would prove nothing.
        #expect(moves > Self.cases / 10)
    }

    @Test("over evaluators that share the partitions, a trend is a row of counts")
    func equalsCount() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<50).map { "user-\($0)" })
        try rig.charge((0..<10).map { "guest-\($0)" }, "Looked")
        try await rig.feed()
        let subject = try subject(did("Charged", window: .rolling(ms: 86_400_000 * 3)))
        let trend = try await rig.nodes[0].door.trend(
            EvaluationV1.TrendRequest(subject: subject, fromMs: day(-2).ms, toMs: day(6).ms),
            rig.call()
        )
        #expect(trend.points.count == 9)
        for point in trend.points {
            let count = try await rig.nodes[1].door.count(
                EvaluationV1.CountRequest(subject: subject, atMs: point.atMs),
                rig.call()
            )
            #expect(point.users == count.users && point.universe == count.universe)
        }
        #expect(Set(trend.points.map(\.users)) == [0, 50])
        #expect(trend.exactness?.positions.map(\.partition) == [0, 1, 2, 3])
        #expect(trend.exactness?.windows.map(\.toMs) == [day(6).ms + 1])
        let whole = try await rig.nodes[1].door.trend(
            EvaluationV1.TrendRequest(subject: subject, toMs: day(4).ms),
            rig.call()
        )
        #expect(whole.points.first?.atMs == day(1).ms && whole.points.last?.atMs == day(4).ms)
    }

    @Test("too many points, a wrong zone and a range the wrong way round are refused with a hint")
    func refusals() async throws {
        let rig = try SuiteRig()
        try rig.charge(["user-1"])
        try await rig.feed()
        let subject = try subject(did("Charged"))
        let from = day(-2_000).ms
        let years = EvaluationV1.TrendRequest(subject: subject, fromMs: from, toMs: day(9).ms)
        var wrongZone = years
        wrongZone.zone = "Europe/Berlinn"
        let cases: [(EvaluationV1.TrendRequest, String, String)] = [
            (years, "unit", "a longer unit"), (wrongZone, "zone", "did you mean Europe/Berlin?"),
            (
                EvaluationV1.TrendRequest(subject: subject, fromMs: day(3).ms, toMs: day(2).ms),
                "from_ms", "it ends at"
            ),
        ]
        for (request, place, hint) in cases {
            let refused = await fault { () async throws(Fault) in
                try await rig.nodes[0].door.trend(request, rig.call())
            }
            #expect(refused?.code == .invalidArgument && refused?.place == place)
            #expect(refused?.hint?.contains(hint) == true, "\(refused?.hint ?? "")")
        }
    }

    @Test("days are local ones: 23 and 25 hours where clocks change")
    func localDays() throws {
        let berlin = try #require(Zone("Europe/Berlin"))
        func hours(_ from: String, _ to: String, _ unit: TrendUnit = .day) throws -> [Int64] {
            let from = try #require(Timestamp.rfc3339(from))
            let to = try #require(Timestamp.rfc3339(to))
            let all = try #require(unit.instants(from: from, to: to, in: berlin))
            return zip(all, all.dropFirst()).map { ($1.ms - $0.ms) / 3_600_000 }
        }
        let spring = try hours("2025-03-28T23:00:00Z", "2025-03-31T22:00:00Z")
        #expect(spring == [24, 23, 24])
        let autumn = try hours("2025-10-24T22:00:00Z", "2025-10-27T23:00:00Z")
        #expect(autumn == [24, 25, 24])
        #expect(try hours("2025-10-26T00:30:00Z", "2025-10-26T03:00:00Z", .hour) == [0, 1, 1])
        let months = try hours("2025-01-15T00:00:00Z", "2025-04-01T00:00:00Z", .month)
        #expect(months == [407, 672, 743, 2])
        let weeks = try hours("2025-06-30T22:00:00Z", "2025-07-14T22:00:00Z", .week)
        #expect(weeks == [144, 168, 24])
        let one = try #require(Timestamp.rfc3339("2025-06-30T22:00:00Z"))
        #expect(TrendUnit.day.instants(from: one, to: one, in: berlin) == [one])
        let day: Int64 = 86_400_000
        #expect(TrendUnit.day.instants(from: one, to: one + 999 * day, in: .utc) == nil)
        #expect(TrendUnit.day.instants(from: one, to: one + 998 * day, in: .utc)?.count == 1_000)
    }

    @Test("a long count ends at its deadline, and more than a few at a time are refused")
    func limits() async throws {
        let clock = ManualClock()
        let late = QuestionLimit(clock: clock, untilNs: clock.monotonicNs)
        let error = #expect(throws: EvaluatorError.self) { try late.check() }
        #expect(error?.fault.code == .deadlineExceeded)
        let threads = TrendThreads()
        let gate = BoundedQueue<Int>(capacity: 1)
        let limit = QuestionLimit(clock: clock, untilNs: .max)
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0...TrendThreads.runningMax {
                group.addTask {
                    do {
                        return try await threads.run(limit) { gate.pop() == nil }
                    } catch let error as EvaluatorError {
                        gate.close()
                        return error.code != .busy
                    }
                }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        // One is refused while the others wait; then they end.
        #expect(answers.filter { !$0 }.count == 1)
        #expect(try await threads.run(limit) { 7 } == 7)
    }
}
