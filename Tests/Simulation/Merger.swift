// Somebody who tells that two identifiers are one user, and takes it back.

import Basics
import Messages
import Wire

/// Makes users one across partitions, one order after the other, each until it is told what became
/// of it.
final class Merger: Petitioner {
    /// Identifiers that were merged into others, some of which are two users again.
    private var merged: [String] = []

    init(on stage: Simulation) { super.init("merger", on: stage) }

    override func pauseMs() -> UInt64 { 300 + UInt64(random.below(2_200)) }

    override func next() throws {
        guard random.chance(0.4), let user = merged.randomElement(using: &random) else {
            return try merge()
        }
        let count = stage.judge.standing.merges(of: user).back
        let request = IngestionV1.UnmergeRequest(userID: user)
        try ask(IngestionV1_IngestionMethods.unmerge, request) { [self] reply in
            let told: IngestionV1.UnmergeResponse = try reply.response()
            stage.note("\(user) is one of its own")
            // Of nobody's, or when it is asked again, nothing was to be done.
            guard told.fromID != nil else { return }
            try stage.judge.standing.acked(unmergeOf: user, since: count)
        }
    }

    /// They are one the other way round, or the same.
    override func isAnswer(_ fault: Fault) -> Bool {
        [.failedPrecondition, .notFound, .invalidArgument].contains(fault.code)
    }

    private func merge() throws {
        let user = identifier()
        if random.chance(0.5) {
            let device = Producer.devices[random.below(Producer.devices.count)]
            let request = IngestionV1.IdentifyRequest(anonymousID: device, userID: user)
            let count = stage.judge.standing.merges(of: device).out
            try ask(IngestionV1_IngestionMethods.identify, request) { [self] reply in
                let told: IngestionV1.IdentifyResponse = try reply.response()
                try note(device, told.merged, since: count)
            }
        } else {
            let other = identifier()
            let request = IngestionV1.AliasRequest(fromID: other, toID: user)
            let count = stage.judge.standing.merges(of: other).out
            try ask(IngestionV1_IngestionMethods.alias, request) { [self] reply in
                let told: IngestionV1.AliasResponse = try reply.response()
                try note(other, told.merged, since: count)
            }
        }
    }

    /// One of whom something is recorded, or somebody new.
    private func identifier() -> String { "user-\(random.below(Producer.usersMax + 2))" }

    private func note(_ old: String, _ told: IngestionV1.Merged?, since count: Int) throws {
        stage.note("\(old) is \(told?.userID ?? "?"), by \(told?.records ?? 0) records")
        merged.append(old)
        let isBefore = told?.before ?? false
        try stage.judge.standing.acked(mergeOf: old, since: count, isBefore: isBefore)
    }
}
