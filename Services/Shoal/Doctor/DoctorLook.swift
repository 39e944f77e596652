// Looks at a suite as the doctor does: at what it tells, and at what it has of this machine.

import Basics
import Chassis
import Messages

/// The doctor's eyes on a suite.
struct DoctorLook: Sendable {
    /// Time for evaluators to come to where the log was when the look began.
    private static let catchUpMs: UInt64 = 2_000

    let suite: Suite

    init(_ suite: Suite) { self.suite = suite }

    /// Adds what the suite tells; throws when its registry does not answer.
    func see(_ facts: inout DoctorFacts) async throws {
        let look = SuiteLook(suite, catchUpMs: Self.catchUpMs, asksContract: true)
        let (seen, targets) = try await look.look()
        facts.suite = seen
        seeMachine(targets, &facts)
        await seeSockets(targets, &facts)
    }

    /// Adds what is left of a suite whose registry does not answer, as its shoal.json names it.
    func seeRemains(_ file: SuiteFile, _ facts: inout DoctorFacts) async {
        let look = SuiteLook(suite)
        var targets: [SuiteLook.Target] = []
        for instance in file.instances {
            targets.append(
                SuiteLook.Target(
                    name: instance.name,
                    kind: .unspecified,
                    address: instance.address,
                    answer: await look.ask(instance.address)
                )
            )
        }
        seeMachine(targets, &facts)
        await seeSockets(targets, &facts)
    }

    /// What the processes that listen on this machine use of it.
    private func seeMachine(_ targets: [SuiteLook.Target], _ facts: inout DoctorFacts) {
        let look = MachineLook(outside: suite.outside)
        for target in targets where Self.isHere(target.address) {
            guard let id = target.answer?.info.processID, let processID = Int32(exactly: id),
                processID > 0
            else { continue }
            facts.processes.append(look.process(target.name, processID))
            if let folder = look.folder(target.name, processID) { facts.folders.append(folder) }
        }
    }

    /// Whether an address is of this machine: a file, or the loopback.
    private static func isHere(_ address: String) -> Bool {
        ["ipc://", "tcp://127.", "tcp://localhost:", "tcp://[::1]:"].contains {
            address.hasPrefix($0)
        }
    }

    private func seeSockets(_ targets: [SuiteLook.Target], _ facts: inout DoctorFacts) async {
        let look = SocketLook(outside: suite.outside)
        for target in targets {
            guard let path = SocketLook.path(target.address) else { continue }
            facts.sockets.append(
                look.socket(path, of: target.name, answers: target.answer != nil)
            )
        }
        let known = facts.sockets.map(\.path)
        facts.sockets += await look.strangers(beside: known)
    }
}
