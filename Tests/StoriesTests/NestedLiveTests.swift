// Live segments within each other, over random logs: the engine tells what the oracle says.

import Basics
import Kit
import Segments
import Testing

@testable import Stories

@Suite("live segments within live ones", .timeLimit(.minutes(5)))
struct NestedLiveTests {
    private static let seed: UInt64 = 0x4E57_ED00
    private static let start = Timestamp(ms: 1_735_732_800_000)
    private static let minuteMs: Int64 = 60_000

    private static func minutes(_ count: Int) -> Int64 { Int64(count) * minuteMs }

    private static func did(_ event: ExactName, lastMinutes: Int) -> Definition {
        Definition(
            .did(Did(EventMatch([event], window: .rolling(ms: minutes(lastMinutes)))))
        )
    }

    private static func wait(_ did: ExactName, _ didNot: ExactName, minutes: Int) -> Trigger {
        .inaction(
            Inaction(
                did: EventMatch([did]),
                didNot: EventMatch([didNot]),
                withinMs: Self.minutes(minutes)
            )
        )
    }

    private static func within(_ segment: ExactName) -> Definition {
        Definition(.inSegment(InSegment(segment)))
    }

    /// A live segment that uses no other.
    private static func plain(_ random: inout SeededRandom) -> LiveDefinition {
        let recent = did("A", lastMinutes: 20)
        switch random.below(5) {
        case 0:
            let action = Action(EventMatch(["A"]))
            return LiveDefinition(.action(action), stay: .duration(ms: minutes(10)))
        case 1: return LiveDefinition(wait("A", "B", minutes: 15), stay: .duration(ms: minutes(30)))
        case 2: return LiveDefinition(.action(Action(EventMatch(["B"]), times: .nth(2))))
        case 3: return LiveDefinition(.becomes(Becomes(recent)), stay: .while(recent))
        default: return LiveDefinition(wait("B", "A", minutes: 10), limit: .once)
        }
    }

    /// One that uses another.
    private static func nesting(_ other: ExactName, _ random: inout SeededRandom)
        -> LiveDefinition
    {
        let inside = within(other)
        let action = Trigger.action(Action(EventMatch(["C"])))
        switch random.below(6) {
        case 0: return LiveDefinition(.becomes(Becomes(inside)), stay: .duration(ms: minutes(25)))
        case 1: return LiveDefinition(.becomes(Becomes(inside)), stay: .while(inside))
        case 2: return LiveDefinition(action, filter: inside)
        case 3: return LiveDefinition(action, filter: inside, stay: .while(inside))
        case 4: return LiveDefinition(wait("C", "B", minutes: 10), filter: inside)
        default: return LiveDefinition(wait("C", "A", minutes: 15), stay: .while(inside))
        }
    }

    @Test("three deep, at instants that fall together")
    func differential() async throws {
        var told: [String: Int] = [:]
        for number in 0..<150 {
            let seed = Self.seed &+ UInt64(number)
            var random = SeededRandom(seed: seed)
            let segments: [(String, LiveDefinition)] = [
                ("x", Self.plain(&random)), ("w", Self.plain(&random)),
                ("y", Self.nesting("x", &random)),
                ("z", Self.nesting(random.chance(0.7) ? "y" : "w", &random)),
            ]
            let stages: [any Stage] = [EngineStage(zone: .utc), OracleStage(zone: .utc)]
            for stage in stages {
                for (name, live) in segments {
                    try await stage.follow(name, live, at: Self.start)
                }
            }
            var at = Self.start
            for _ in 0..<40 {
                at = at + Int64(1 + random.below(3)) * 5 * Self.minuteMs
                let record = Story.Record(
                    user: try #require(UserID("u\(random.below(2))")),
                    ts: nil,
                    body: .event(name: ["A", "B", "C"][random.below(3)], id: nil, [])
                )
                for stage in stages { _ = try await stage.write(record, at: at) }
            }
            let end = at + Self.minutes(120)
            let (engine, oracle) = (
                Self.courses(try await stages[0].feed(upTo: end)),
                Self.courses(try await stages[1].feed(upTo: end))
            )
            for course in Set(engine.keys).union(oracle.keys).sorted() {
                let said = try segments.map { "\($0): \(try Sentence.say($1))" }
                try #require(
                    engine[course] == oracle[course],
                    "seed \(seed), \(course): \(said.joined(separator: "; "))"
                )
                told[String(course.prefix(1)), default: 0] += engine[course]?.count ?? 0
            }
        }
        for segment in ["x", "y", "z"] { #expect(told[segment] ?? 0 > 300, "\(told)") }
    }

    private static func courses(_ changes: [Story.Change]) -> [String: [String]] {
        Dictionary(grouping: changes) { "\($0.segment) \($0.user)" }
            .mapValues { $0.map { "\($0.kind) \($0.at.rfc3339)" } }
    }
}
