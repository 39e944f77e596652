// Who is restarted and in which order, and when a suite is whole enough to go on.

import Messages
import Testing

@testable import ShoalCommand

@Suite struct RestartPlanTests {
    private let all: [RestartPlan.Step] = [
        .init(name: "registry", kind: .registry, address: "ipc:///r"),
        .init(name: "ingestion", kind: .ingestion, address: "ipc:///i"),
        .init(name: "evaluator-10", kind: .evaluator, address: "ipc:///e10"),
        .init(name: "evaluator-2", kind: .evaluator, address: "ipc:///e2"),
    ]

    @Test("readers go before what they read, by number; names and kinds choose among them")
    func order() throws {
        func names(_ wanted: [String]) throws -> [String] {
            try RestartPlan(wanted, among: all).steps.map(\.name)
        }
        #expect(try names([]) == ["evaluator-2", "evaluator-10", "ingestion", "registry"])
        #expect(try names(["evaluator"]) == ["evaluator-2", "evaluator-10"])
        #expect(try names(["registry", "evaluator-10"]) == ["evaluator-10", "registry"])
        do {
            _ = try names(["ingestoin"])
            Issue.record("nobody is called so")
        } catch let error as CommandError {
            #expect(error.code == .notFound && error.hint == "did you mean ingestion?")
        }
    }

    @Test("units are those that Deploy/package installs")
    func units() {
        #expect(
            all.map(\.unit) == [
                "shoal-registry", "shoal-ingestion", "shoal-evaluator@10", "shoal-evaluator@2",
            ]
        )
    }
}

@Suite struct SuiteFactsTests {
    /// Two evaluators that share four partitions and have read all there is.
    private var whole: SuiteFacts {
        let build = DoctorFacts.Build(version: "1", contract: "")
        var facts = SuiteFacts(
            instances: ["registry", "ingestion", "evaluator-1", "evaluator-2"].map { name in
                .init(name: name, state: .live, build: build)
            },
            partitionCount: 4,
            logOwners: [0: "ingestion", 1: "ingestion", 2: "ingestion", 3: "ingestion"],
            stateOwners: [0: "evaluator-1", 1: "evaluator-2", 2: "evaluator-1", 3: "evaluator-2"],
            logEnds: [0: 5, 1: 5, 2: 5, 3: 5]
        )
        facts.instances[2].isEvaluator = true
        facts.instances[2].positions = [0: 5, 2: 7]
        facts.instances[3].isEvaluator = true
        facts.instances[3].positions = [1: 5, 3: 5]
        return facts
    }

    private func obstacle(
        besides absent: String? = nil,
        _ change: (inout SuiteFacts) -> Void
    ) -> String? {
        var facts = whole
        change(&facts)
        return facts.obstacle(besides: absent)
    }

    @Test("a suite is whole when everybody is here and everything is owned and read")
    func nothing() { #expect(whole.obstacle() == nil && !whole.isBehind) }

    @Test("whatever is missing is named")
    func obstacles() {
        #expect(obstacle { $0.instances[1].state = .lost } == "ingestion is lost")
        #expect(obstacle { $0.instances[2].state = .draining } == "evaluator-1 is draining")
        #expect(obstacle { $0.instances[0].build = nil } == "registry does not answer")
        #expect(
            obstacle { $0.instances[2].notReady = "x" } == "evaluator-1 is not ready: x"
        )
        #expect(obstacle { $0.stateOwners[3] = nil } == "1 partitions have no evaluator")
        #expect(obstacle { $0.logOwners = [:] } == "4 partitions have no ingestion")
        #expect(obstacle { $0.logEnds = nil } == "ingestion does not tell the log's ends")
        #expect(
            obstacle { $0.instances[3].positions = [1: 5] }
                == "evaluator-2 has 1 partitions to take over"
        )
        #expect(obstacle { $0.logEnds?[0] = 6 } == "evaluator-1 has 1 partitions to read")
    }

    @Test("one that is away on purpose is no obstacle once it owns nothing")
    func absent() {
        #expect(
            obstacle(besides: "evaluator-1") { $0.instances[2].state = .draining }
                == "evaluator-1 still owns 2 partitions"
        )
        let moved = obstacle(besides: "evaluator-1") {
            $0.instances[2].build = nil
            for partition in [0, 2] as [UInt32] { $0.stateOwners[partition] = "evaluator-2" }
            $0.instances[3].positions = [0: 5, 1: 5, 2: 5, 3: 5]
        }
        #expect(moved == nil)
    }

    @Test("a restarted evaluator is back with its place and its share, others with their place")
    func missing() {
        let step = RestartPlan.Step(name: "evaluator-1", kind: .evaluator, address: "")
        #expect(whole.missing(step) == nil)
        var facts = whole
        facts.stateOwners[0] = "evaluator-2"
        #expect(facts.missing(step) == "evaluator-1 owns 1 of 2 partitions")
        facts.instances.remove(at: 2)
        #expect(facts.missing(step) == "evaluator-1 has not joined again")
        let other = RestartPlan.Step(name: "ingestion", kind: .ingestion, address: "")
        #expect(facts.missing(other) == nil)
    }
}
