// Somebody who tells that two identifiers are one user, and takes it back.

import Basics
import Messages
import Wire

/// Makes users one across partitions, one order after the other, each until it is told what became
/// of it.
final class Merger: Node {
    private var random: SeededRandom
    /// Identifiers that were merged into others, some of which are two users again.
    private var merged: [String] = []
    private var isBusy = false

    init(on stage: Simulation) {
        random = stage.chance()
        super.init("merger", on: stage)
    }

    override var isDone: Bool { !isBusy }

    override func begin() async throws { plan() }

    override func finish() throws {
        if isBusy { throw Broken(.liveness, "\(name) still waits for an answer") }
    }

    private func plan() {
        after(ms: 300 + UInt64(random.below(2_200))) { [self] in
            guard !stage.isHealing else { return }
            isBusy = true
            if random.chance(0.4), let user = merged.randomElement(using: &random) {
                try ask(
                    IngestionV1_IngestionMethods.unmerge,
                    IngestionV1.UnmergeRequest(userID: user)
                ) { [self] _ in stage.note("\(user) is one of its own") }
            } else {
                try merge()
            }
        }
    }

    private func merge() throws {
        let user = identifier()
        if random.chance(0.5) {
            let device = Producer.devices[random.below(Producer.devices.count)]
            let request = IngestionV1.IdentifyRequest(anonymousID: device, userID: user)
            try ask(IngestionV1_IngestionMethods.identify, request) { [self] reply in
                let told: IngestionV1.IdentifyResponse = try reply.response()
                try note(device, told.merged)
            }
        } else {
            let other = identifier()
            let request = IngestionV1.AliasRequest(fromID: other, toID: user)
            try ask(IngestionV1_IngestionMethods.alias, request) { [self] reply in
                let told: IngestionV1.AliasResponse = try reply.response()
                try note(other, told.merged)
            }
        }
    }

    /// One of whom something is recorded, or somebody new.
    private func identifier() -> String { "user-\(random.below(Producer.usersMax + 2))" }

    private func note(_ old: String, _ told: IngestionV1.Merged?) throws {
        stage.note("\(old) is \(told?.userID ?? "?"), by \(told?.records ?? 0) records")
        merged.append(old)
        try stage.judge.standing.acked(mergeOf: old)
    }

    private func ask(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        attempt: UInt32 = 0,
        _ done: @escaping (ReplyFrame) throws -> Void
    ) throws {
        try call("ingestion", method, request, attempt: min(attempt, 99)) { [self] answer in
            switch answer {
            case .success(let reply): try done(reply)
            case .failure(let fault)
            where [.failedPrecondition, .notFound, .invalidArgument].contains(fault.code):
                // They are one the other way round, or the same: that is an answer.
                break
            case .failure:
                after(ms: 100 + UInt64(random.below(400))) { [self] in
                    try ask(method, request, attempt: attempt + 1, done)
                }
                return
            }
            isBusy = false
            plan()
        }
    }
}
