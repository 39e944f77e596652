// Somebody who has users erased, and asks again for receipts.

import Basics
import Messages
import Wire

/// Has users erased one after the other, each until it is told the receipt; some of them once more.
final class Eraser: Petitioner {
    init(on stage: Simulation) { super.init("eraser", on: stage) }

    override func pauseMs() -> UInt64 { 1_500 + UInt64(random.below(4_500)) }

    override func next() throws {
        // Of two nothing comes but by imports and merges, so that a receipt is asked for again
        // before they are somebody new.
        let all = (0..<Producer.usersMax + 2).map { "user-\($0)" } + Producer.devices
        try erase(all[random.below(all.count)], isRepeat: false)
    }

    private func erase(_ user: String, isRepeat: Bool, attempt: UInt32 = 0, id: [UInt8]? = nil)
        throws
    {
        var options = CallOptions(timeoutMs: 1_000, project: Simulation.project)
        options.requestID = id ?? stage.identifier()
        let standing = stage.judge.standing
        let (mark, wasKnown) = (standing.erasureCount, standing.isKnown(user))
        try call(
            "ingestion",
            IngestionV1_IngestionMethods.erase,
            IngestionV1.EraseRequest(userID: user),
            options,
            attempt: min(attempt, 99)
        ) { [self] answer in
            switch answer {
            case .success(let reply):
                let told: IngestionV1.EraseResponse = try reply.response()
                stage.note("\(user) is erased")
                try stage.judge.standing.acked(erasureOf: user, told)
            case .failure(let fault) where fault.code == .notFound:
                try stage.judge.standing.unknown(user, wasKnown: wasKnown, since: mark)
            case .failure:
                return again { [self] in
                    try erase(user, isRepeat: isRepeat, attempt: attempt + 1, id: options.requestID)
                }
            }
            guard !isRepeat, random.chance(0.5) else { return settle() }
            after(ms: UInt64(random.below(2_000))) { [self] in try erase(user, isRepeat: true) }
        }
    }
}
