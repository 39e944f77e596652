// Sends batches, several at a time, and tells what became of each.

import Basics
import Messages

/// A record that is not in, and why.
struct RejectedLine: Sendable, Hashable {
    var place: RecordPlace
    var problem: LineProblem
    var raw: [UInt8] = []
}

/// What became of one batch.
struct BatchOutcome: Sendable {
    var index: Int
    var lastNumber: UInt64
    var bytesRead: Int
    var records = 0
    var accepted = 0
    var duplicates = 0
    var rejected: [RejectedLine] = []
}

/// Sends the batches of one import.
struct ImportSender: Sendable {
    /// How often a batch is tried while ingestion is away: for about a minute and a half.
    static let triesMax = 20
    /// How long one try may take.
    static let timeoutMs: UInt32 = 30_000
    /// The usual reply: all records of a batch may be duplicates.
    static let replyBytes: UInt32 = 256 << 10
    /// The reply when nearly all records are rejected with long reasons.
    static let longReplyBytes: UInt32 = 12 << 20

    let client: IngestionV1_IngestionClient
    let project: ProjectName
    let importID: String
    let inFlightMax: Int
    let clock: any Clock

    /// Sends what `next` gives until nil; `settle` hears of each batch, in the order of the file.
    ///
    /// - Throws: what `next` threw, once all that it gave before is settled.
    func run(
        _ next: () throws -> ImportBatch?,
        settle: (BatchOutcome) throws -> Void
    ) async throws {
        var order = OutcomeOrder()
        try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
            var inFlight = 0
            var failure: (any Error)?
            while true {
                var given: ImportBatch?
                do { given = try next() } catch { failure = error }
                guard let batch = given else { break }
                // One that must follow goes alone after those before it.
                let most = batch.mustFollow ? 0 : inFlightMax - 1
                while inFlight > most, let outcome = try await group.next() {
                    inFlight -= 1
                    for settled in order.take(outcome) { try settle(settled) }
                }
                group.addTask { try await send(batch) }
                inFlight += 1
            }
            while let outcome = try await group.next() {
                for settled in order.take(outcome) { try settle(settled) }
            }
            if let failure { throw failure }
        }
    }

    /// Sends one batch until it is answered.
    func send(_ batch: ImportBatch) async throws -> BatchOutcome {
        guard batch.isWorthSending else {
            return outcome(batch, IngestionV1.ImportResponse())
        }
        let request = IngestionV1.ImportRequest(
            importID: importID,
            firstLine: batch.firstNumber,
            records: batch.records
        )
        var options = CallOptions(
            timeoutMs: Self.timeoutMs,
            maxReplyBytes: Self.replyBytes,
            project: project
        )
        var tries = 1
        while true {
            do throws(Fault) {
                return outcome(batch, try await client.import(request, options))
            } catch {
                // The import id and the lines make every repetition safe.
                guard error.isRetriable || error.code == .deadlineExceeded || Self.isLong(error),
                    tries < Self.triesMax
                else { throw error }
                if Self.isLong(error) { options.maxReplyBytes = Self.longReplyBytes }
                let ownMs: UInt64 = min(200 << UInt64(min(tries, 5)), 5_000)
                let waitMs = max(ownMs, UInt64(error.retryAfterMs ?? 0))
                tries += 1
                try await clock.sleep(forMs: Self.isLong(error) ? 1 : waitMs)
            }
        }
    }

    private static func isLong(_ fault: Fault) -> Bool {
        fault.code == .resourceExhausted && fault.place == "header.max_reply_bytes"
    }

    /// Reads an answer; what was refused here counts as rejected, blank lines not at all.
    func outcome(_ batch: ImportBatch, _ response: IngestionV1.ImportResponse) -> BatchOutcome {
        var outcome = BatchOutcome(
            index: batch.index,
            lastNumber: batch.lastNumber,
            bytesRead: batch.bytesRead
        )
        outcome.records = batch.records.count - batch.blanks.count
        outcome.accepted = Int(response.accepted)
        outcome.duplicates = Int(response.duplicates)
        var rejected: [Int: LineProblem] = batch.problems
        for fault in response.faults {
            guard fault.line >= batch.firstNumber, let verdict = fault.verdict,
                verdict.kind == .rejected,
                let index = Int(exactly: fault.line - batch.firstNumber),
                index < batch.records.count, !batch.blanks.contains(index),
                batch.problems[index] == nil
            else { continue }
            rejected[index] = LineProblem(
                verdict.field ?? "",
                verdict.message ?? "it was rejected",
                hint: verdict.hint
            )
        }
        outcome.rejected = rejected.sorted { $0.key < $1.key }.map { index, problem in
            RejectedLine(
                place: batch.places[index],
                problem: problem,
                raw: index < batch.raws.count ? batch.raws[index] : []
            )
        }
        return outcome
    }
}

/// Gives outcomes in the order of the batches, however they come.
struct OutcomeOrder: Sendable {
    private var waiting: [Int: BatchOutcome] = [:]
    private var next = 0

    /// Takes one; gives those whose turn it is.
    mutating func take(_ outcome: BatchOutcome) -> [BatchOutcome] {
        waiting[outcome.index] = outcome
        var ready: [BatchOutcome] = []
        while let turn = waiting.removeValue(forKey: next) {
            ready.append(turn)
            next += 1
        }
        return ready
    }
}
