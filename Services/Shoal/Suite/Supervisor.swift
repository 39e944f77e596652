// Keeps the suite's processes alive, and stops them in order.

import Basics
import Chassis
import Messages
import Subprocess
import Synchronization

/// The running processes of one data folder.
///
/// Decisions are `RestartBook`'s and `StopOrder`'s; this type only performs them. Each child has
/// a task that starts it again and a process group of its own, so that Ctrl-C reaches only us.
final class Supervisor: Sendable {
    /// How long a child may take to stop before it is killed.
    ///
    /// Unit: ms.
    static let stopMsMax: UInt64 = 30_000

    /// What a child inherits: all but the command line's own variables.
    private static var environment: Environment {
        var without: [Environment.Key: String?] = [:]
        for name in SuitePlan.ownVariables {
            if let key = Environment.Key(rawValue: name) {
                without.updateValue(nil, forKey: key)
            }
        }
        return .inherit.updating(without)
    }

    private struct State {
        var file: SuiteFile
        var ended: Set<String> = []
        var failure: CommandError?
        var restarts = 0
    }

    let plan: SuitePlan
    private let outside: Surroundings
    private let report: @Sendable (String) -> Void
    private let groups: [[String]]
    /// How many of `groups` are to stop or have stopped.
    private let stopping: RisingNumber
    /// Rises whenever a child is over for good, or given up.
    private let changes: RisingNumber
    private let state: Mutex<State>

    /// A supervisor of what `plan` says; `report` hears of ends and restarts.
    init(_ plan: SuitePlan, outside: Surroundings, report: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.outside = outside
        self.report = report
        groups = StopOrder.groups(plan.members)
        stopping = RisingNumber(clock: outside.clock)
        changes = RisingNumber(clock: outside.clock)
        let instances = plan.members.map { member in
            SuiteFile.Instance(
                name: member.name,
                kind: "\(member.kind)",
                pid: nil,
                address: member.address,
                data: member.folder
            )
        }
        state = Mutex(
            State(
                file: SuiteFile(
                    data: plan.data,
                    supervisor: outside.processID,
                    ready: false,
                    instances: instances
                )
            )
        )
    }

    /// What runs at the moment.
    var snapshot: SuiteFile { state.withLock { $0.file } }

    /// Starts everything, runs `body`, and stops everything when it is over.
    ///
    /// `body` is cancelled by a signal, which is a success, and by a child that is given up,
    /// which is an error.
    func live(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try note { $0.ready = false }
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { children in
            for member in plan.members {
                children.addTask { await self.keep(member) }
            }
            let result = await foreground(body)
            await stopInOrder()
            await children.waitForAll()
            return result
        }
        try outside.disk.remove(SuiteFile.path(plan.data))
        try result.get()
    }

    /// Tells other commands that everything answers.
    func announceReady() throws { try note { $0.ready = true } }

    /// Runs `body` until it ends, a signal comes or a child is given up.
    private func foreground(
        _ body: @escaping @Sendable () async throws -> Void
    ) async -> Result<Void, any Error> {
        let outside = outside
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await body() }
                group.addTask { _ = await outside.stopSignal() }
                group.addTask { try await self.failure() }
                try await group.next()
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func failure() async throws {
        while !Task.isCancelled {
            let mark = changes.value
            if let failure = state.withLock({ $0.failure }) { throw failure }
            _ = await changes.wait(above: mark, untilNs: .max)
        }
    }

    private func stopInOrder() async {
        for (index, names) in groups.enumerated() {
            stopping.raise(to: UInt64(index + 1))
            while true {
                let mark = changes.value
                if state.withLock({ state in names.allSatisfy { state.ended.contains($0) } }) {
                    break
                }
                _ = await changes.wait(above: mark, untilNs: .max)
            }
        }
    }

    /// Runs one child again and again, until it is to stop or beyond help.
    private func keep(_ member: SuitePlan.Member) async {
        let group = UInt64(groups.firstIndex { $0.contains(member.name) } ?? 0)
        var book = RestartBook()
        while stopping.value <= group {
            let end = await run(member, group: group)
            if stopping.value > group { break }
            switch book.decide(end, atNs: outside.clock.monotonicNs) {
            case .giveUp(let why):
                let failure = CommandError(
                    .internalError,
                    "supervise",
                    "\(member.name) is beyond help: \(why)",
                    place: "\(plan.data)/logs/\(member.name).log",
                    hint: "the last lines of that log say more"
                )
                state.withLock { $0.failure = $0.failure ?? failure }
                finish(member)
                return
            case .startAgain(let waitMs):
                report("\(member.name) \(end.words); starting it again in \(waitMs) ms")
                let untilNs = outside.clock.monotonicNs + waitMs * 1_000_000
                _ = await stopping.wait(above: group, untilNs: untilNs)
            }
        }
        finish(member)
    }

    private func finish(_ member: SuitePlan.Member) {
        state.withLock { _ = $0.ended.insert(member.name) }
        changes.raise()
    }

    /// Runs one child once.
    private func run(_ member: SuitePlan.Member, group: UInt64) async -> ChildEnd {
        var options = PlatformOptions()
        options.processGroupID = 0
        do {
            let log = try LogFile("\(plan.data)/logs/\(member.name).log", disk: outside.disk)
            let result = try await Subprocess.run(
                .path(spelled("\(outside.programFolder)/\(member.program)")),
                arguments: Arguments(member.arguments),
                environment: Self.environment,
                platformOptions: options,
                input: .none,
                output: .sequence,
                error: .combinedWithOutput
            ) { child in
                self.note(member.name, pid: child.processIdentifier.value)
                try await withThrowingTaskGroup(of: Void.self) { group_ in
                    group_.addTask {
                        await self.end(group) { signal in
                            // It may have ended by itself a moment ago.
                            do { try child.send(signal: signal) } catch { return }
                        }
                    }
                    for try await piece in child.standardOutput {
                        var bytes = ByteWriter()
                        bytes.raw(piece.bytes)
                        // A full disk costs the log, not the service.
                        do { try log.append(bytes.bytes) } catch { continue }
                    }
                    group_.cancelAll()
                }
            }
            note(member.name, pid: nil)
            switch result.terminationStatus {
            case .exited(let code): return .exited(code)
            case .signaled(let signal): return .signalled(signal)
            }
        } catch {
            return .notStarted("\(error)")
        }
    }

    /// Waits until the child is to stop, then asks it to, then ends it.
    private func end(_ group: UInt64, _ send: (Signal) -> Void) async {
        while stopping.value <= group, !Task.isCancelled {
            _ = await stopping.wait(above: group, untilNs: .max)
        }
        guard !Task.isCancelled else { return }
        send(.terminate)
        do { try await outside.clock.sleep(forMs: Self.stopMsMax) } catch { return }
        send(.kill)
    }

    private func note(_ name: String, pid: Int32?) {
        do {
            try note { file in
                let index = file.instances.firstIndex { $0.name == name }
                if let index { file.instances[index].pid = pid }
            }
        } catch {
            // A full disk must not end services that still run; others see an old number.
            report("\(SuiteFile.path(plan.data)) cannot be written: \(error)")
        }
    }

    /// Changes what others may read, in memory and on disk.
    private func note(_ change: (inout SuiteFile) -> Void) throws {
        try state.withLock { state in
            change(&state.file)
            try state.file.save(disk: outside.disk)
        }
    }
}

/// A value of a type that is written as a text, without its module's name.
func spelled<Value: ExpressibleByStringLiteral>(_ text: String) -> Value
where Value.StringLiteralType == String {
    Value(stringLiteral: text)
}
