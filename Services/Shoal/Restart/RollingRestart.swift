// Restarts instances one at a time, and goes on only when the suite is whole again.

import Basics
import Chassis
import Messages

/// A rolling restart of a running suite.
///
/// An evaluator's partitions go to the others first, so that answers go on; it gets its share back
/// when it has joined anew. Never is more than one instance away: before each step and after the
/// last everybody is here and ready, and every partition is owned, taken over and read as far as
/// the log was when the wait began.
struct RollingRestart: Sendable {
    private static let lookEveryMs: UInt64 = 100
    /// What is not whole before the first step will hardly become so by itself.
    ///
    /// Unit: ms.
    private static let patienceMs: UInt64 = 10_000

    let suite: Suite
    let desk: Desk
    /// Longest wait for one thing.
    let timeoutMs: UInt64
    /// Ends an instance's process so that it is started again.
    let replace: @Sendable (RestartPlan.Step) async throws -> Void
    private var clock: any Clock { desk.clock }
    private var look: SuiteLook { SuiteLook(suite) }

    /// Restarts everybody in the plan.
    func run(_ plan: RestartPlan) async throws {
        for step in plan.steps {
            let facts = try await wait(
                "the suite is not whole",
                at: "before \(step.name)",
                timeoutMs: min(Self.patienceMs, timeoutMs)
            ) { $0.obstacle() }
            let beganNs = clock.monotonicNs
            let others = facts.instances.count { $0.isEvaluator && $0.name != step.name }
            if step.kind == .evaluator, others > 0 {
                try await restartDrained(step)
            } else {
                try await restart(step)
            }
            let whole = try await wait("\(step.name) is not back", at: step.address) {
                $0.obstacle() ?? $0.missing(step)
            }
            tell(step, whole, seconds: Double(clock.monotonicNs - beganNs) / 1e9)
        }
    }

    /// Gives an evaluator's partitions away, restarts it, and lets it join anew.
    private func restartDrained(_ step: RestartPlan.Step) async throws {
        let listed = try await suite.roster().instances.first { $0.name == step.name }
        guard let id = listed?.instanceID else {
            throw CommandError(
                .tryAgain,
                "restart",
                "\(step.name) has left the roster meanwhile",
                place: step.address,
                hint: "`shoal status` shows who is here"
            )
        }
        desk.say("\(step.name): its partitions go to the others")
        let options = CallOptions(timeoutMs: Suite.shortMs)
        _ = try await suite.registry.drain(RegistryV1.DrainRequest(instanceID: id), options)
        _ = try await wait("\(step.name)'s partitions are not taken over", at: step.address) {
            $0.obstacle(besides: step.name)
        }
        try await restart(step)
        // Known as drained it would get nothing; forgotten it joins like a new one.
        _ = try await suite.registry.deregister(
            RegistryV1.DeregisterRequest(instanceID: id),
            options
        )
    }

    /// Ends the process and waits until another one answers in its place.
    private func restart(_ step: RestartPlan.Step) async throws {
        let before = await look.ask(step.address)?.info.processID
        desk.say("\(step.name): restarting")
        try await replace(step)
        let untilNs = clock.monotonicNs + timeoutMs * 1_000_000
        while true {
            let answer = await look.ask(step.address)
            if let answer, answer.info.processID != before, answer.notReady == nil { return }
            let reason = answer.map { $0.notReady ?? "the old process is still there" }
            guard clock.monotonicNs < untilNs else {
                throw late(
                    "\(step.name) is not back",
                    reason ?? "nobody answers",
                    step.address,
                    timeoutMs
                )
            }
            try await clock.sleep(forMs: Self.lookEveryMs)
        }
    }

    /// Looks until nothing stands in the way any more, as of where the log was at the first look.
    private func wait(
        _ what: String,
        at place: String,
        timeoutMs: UInt64? = nil,
        _ obstacle: (SuiteFacts) -> String?
    ) async throws -> SuiteFacts {
        let timeoutMs = timeoutMs ?? self.timeoutMs
        let untilNs = clock.monotonicNs + timeoutMs * 1_000_000
        var goal: [UInt32: UInt64]?
        while true {
            var reason: String
            do {
                var facts = try await look.look().facts
                goal = goal ?? facts.logEnds
                if facts.logEnds != nil { facts.logEnds = goal }
                guard let found = obstacle(facts) else { return facts }
                reason = found
            } catch {
                reason = "the registry does not answer: \(CommandError(error, "restart").what)"
            }
            guard clock.monotonicNs < untilNs else { throw late(what, reason, place, timeoutMs) }
            try await clock.sleep(forMs: Self.lookEveryMs)
        }
    }

    private func late(
        _ what: String,
        _ reason: String,
        _ place: String,
        _ timeoutMs: UInt64
    ) -> CommandError {
        CommandError(
            .unreachable,
            "restart",
            "\(what) after \(Quantity.duration(seconds: Double(timeoutMs) / 1000)): \(reason)",
            place: place,
            hint: "nothing further was restarted: `shoal doctor` says what to put right, then "
                + "restart again"
        )
    }

    private func tell(_ step: RestartPlan.Step, _ facts: SuiteFacts, seconds: Double) {
        let partitions = facts.partitions(of: step.name).count
        if desk.isJSON {
            desk.print(
                .object([
                    ("name", .text(step.name)), ("seconds", .double(seconds)),
                    ("partitions", .int(partitions)),
                ])
            )
        } else {
            let owns = step.kind == .evaluator ? ", with \(partitions) partitions" : ""
            desk.print("\(step.name) restarted in \(Quantity.duration(seconds: seconds))\(owns)")
        }
        desk.flush()
    }
}

extension SuiteFacts {
    /// What a restarted instance still lacks: its place in the roster, its share.
    func missing(_ step: RestartPlan.Step) -> String? {
        guard instances.contains(where: { $0.name == step.name }) else {
            return "\(step.name) has not joined again"
        }
        guard step.kind == .evaluator else { return nil }
        let evaluators = instances.count(where: \.isEvaluator)
        let share = partitionCount / max(evaluators, 1)
        let owned = partitions(of: step.name).count
        return owned < share ? "\(step.name) owns \(owned) of \(share) partitions" : nil
    }
}
