// Tests of an import's way: files, batches, sending, sums, going on after a break.

import Basics
import Compression
import Foundation
import Kit
import Messages
import Synchronization
import Testing

@testable import ShoalCommand

@Suite struct ImportTests {
    static let two =
        #"{"user_id":"a","properties":{"n":1}}"# + "\n"
        + #"{"user_id":"b","properties":{"n":2}}"# + "\n"

    private func read(_ path: String) throws -> [String] {
        let file = try InputFile(path, disk: RealDisk())
        var source = RecordSource(SourceSettings(format: .ndjson)) { try file.next() }
        var users: [String] = []
        while let record = try source.next() { users.append(record.record?.userID ?? "?") }
        #expect(file.bytesRead == file.size)
        return users
    }

    @Test("plain, gzip (also of several members) and zstd files are told by their first bytes")
    func packed() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let bytes = Array(Self.two.utf8)
        let gzip = try #require(
            Data(
                base64Encoded: "H4sIAAAAAAAC/6tWKi1OLYrPTFGyUkpU0lEqKMovSC0qyUwtVrKqVspTsjKsreWq"
                    + "BgA5IpQMJgAAAB+LCAAAAAAAAv9TKi1OLYrPTFGyUkpS0lEqKMovSC0qyUwtVrKqVspTsjKq"
                    + "reUCAPambzckAAAA"
            )
        )
        let files = [
            ("plain", bytes), ("zstd", try Zstd.compress(bytes)), ("gzip", [UInt8](gzip)),
        ]
        for (name, content) in files {
            #expect(try read(try folder.write(name, content)) == ["a", "b"])
        }
    }

    @Test("a file cut short or damaged is refused as bad data")
    func damaged() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let packed = try Zstd.compress(Array(Self.two.utf8))
        let path = try folder.write("cut.zst", Array(packed.dropLast(3)))
        do {
            _ = try read(path)
            Issue.record("a cut file must be refused")
        } catch { #expect(CommandError(error, "import").code == .badData) }
    }

    @Test("an import's id tells files of another content or size apart and fits the wire")
    func importID() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let long = String(repeating: "é", count: 90)
        let first = try InputFile(try folder.write(long, [1, 2]), disk: RealDisk()).importID
        let again = try InputFile(try folder.write(long, [1, 2]), disk: RealDisk()).importID
        let other = try InputFile(try folder.write(long, [1, 3]), disk: RealDisk()).importID
        #expect(first == again && first != other)
        #expect(first.utf8.count <= 128)
    }

    private func event(_ number: UInt64, at: Int64) -> SourceRecord {
        let event = IngestionV1.TrackedEvent(name: "E", occurredAtMs: at)
        return SourceRecord(
            number: number,
            place: RecordPlace(record: Int(number), line: Int(number)),
            content: .record(IngestionV1.TrackRecord(userID: "u", kind: .event(event)))
        )
    }

    private func batches(_ records: [SourceRecord], max: Int) throws -> [ImportBatch] {
        var batcher = Batcher(recordsMax: max)
        var rest = records[...]
        var batches: [ImportBatch] = []
        while let batch = try batcher.batch({ rest.popFirst() }) { batches.append(batch) }
        return batches
    }

    @Test("batches are full, numbered without gaps, and end where the instant changes")
    func cuts() throws {
        // 5 and 6 share an instant, so that a batch of five would part them.
        let instants: [Int64] = [1, 2, 3, 4, 5, 5, 6, 7, 8, 9]
        let all = instants.enumerated().map { event(UInt64($0 + 1), at: $1) }
        let cut = try batches(all, max: 5)
        #expect(cut.map(\.firstNumber) == [1, 5, 10])
        #expect(cut.map { $0.records.count } == [4, 5, 1])
        #expect(cut.allSatisfy { !$0.mustFollow })
        #expect(try batches(all, max: 20).map { $0.records.count } == [10])
    }

    @Test("events of one instant that fill more than a batch follow each other")
    func manyOfOneInstant() throws {
        let all = (1...25).map { event(UInt64($0), at: $0 <= 12 ? 1 : 2) }
        let parts = try batches(all, max: 10)
        #expect(parts.map { $0.records.count } == [10, 10, 5])
        #expect(parts.map(\.firstNumber) == [1, 11, 21])
        #expect(parts.map(\.mustFollow) == [false, true, true])
    }

    @Test("a batch is as small as its bytes demand, and never empty")
    func bytes() throws {
        let all = (1...6).map { event(UInt64($0), at: Int64($0)) }
        var batcher = Batcher(recordsMax: 100, bytesMax: 100)
        var rest = all[...]
        var counts: [Int] = []
        while let batch = try batcher.batch({ rest.popFirst() }) {
            counts.append(batch.records.count)
            #expect(batch.bytes <= 100 || batch.records.count == 1)
        }
        #expect(counts.reduce(0, +) == 6 && counts.count > 1)
    }

    @Test("what stands before the place where a file breaks is sent, then the break is told")
    func broken() throws {
        let text = #"[{"user_id":"a"},{"user_id":"b"},{"user_id":"c"} {"user_id":"d"}]"#
        var source = RecordSource(
            SourceSettings(format: .ndjson),
            pieces(Array(text.utf8), of: 9)
        )
        var batcher = Batcher(recordsMax: 2)
        var users: [[String]] = []
        #expect(throws: FileProblem.self) {
            while let batch = try batcher.batch({ try source.next() }) {
                users.append(batch.records.map(\.userID))
            }
        }
        #expect(users == [["a", "b"], ["c"]])
    }

    @Test("a batch of changes of users waits for those before it; bad lines keep their number")
    func order() throws {
        let all = try records(Self.two + "nonsense\n\n" + #"{"user_id":"c"}"#)
        let batch = try #require(try batches(all, max: 100).first)
        #expect(batch.mustFollow)
        #expect(batch.records.count == 5 && batch.problems.keys.sorted() == [2])
        #expect(batch.blanks == [3] && batch.lastNumber == 5)
        #expect(try batches(try records("nonsense\n"), max: 5)[0].isWorthSending == false)
    }

    @Test("outcomes are settled in the order of the file, however the answers come")
    func settled() {
        var order = OutcomeOrder()
        func outcome(_ index: Int) -> BatchOutcome {
            BatchOutcome(index: index, lastNumber: UInt64(index), bytesRead: 0)
        }
        #expect(order.take(outcome(2)).isEmpty)
        #expect(order.take(outcome(0)).map(\.index) == [0])
        #expect(order.take(outcome(1)).map(\.index) == [1, 2])
    }

    @Test("the state of an import is found again by project and id, and gone when done")
    func state() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let project = try #require(ProjectName("shop"))
        let keeper = ImportStateFile(
            folder: folder.path,
            project: project,
            importID: "x",
            disk: RealDisk()
        )
        #expect(try keeper.load(project: project, importID: "x") == nil)
        var state = ImportState(project: "shop", importID: "x", file: "f")
        state.through = 5_000
        state.accepted = 4_990
        try keeper.save(state)
        #expect(try keeper.load(project: project, importID: "x") == state)
        #expect(state.tally.through == 5_000 && state.tally.accepted == 4_990)
        try keeper.remove()
        #expect(try keeper.load(project: project, importID: "x") == nil)
    }

    @Test(
        "a file's name tells its format, and one that does not is asked about",
        arguments: [
            ("a.ndjson", FileFormat.ndjson), ("b.JSONL.gz", .ndjson), ("c.csv.zst", .csv),
        ]
    )
    func format(_ name: String, _ format: FileFormat) throws {
        #expect(try FileImport.format(name) == format)
        #expect(throws: CommandError.self) { try FileImport.format("data.gz") }
    }
}

/// An ingestion that rejects lines of user `bad`, knows `twice`, and fails as told.
final class FakeIngestion: Caller {
    let failures: Mutex<[Fault]>
    let calls = Mutex<[IngestionV1.ImportRequest]>([])

    init(failures: [Fault] = []) { self.failures = Mutex(failures) }

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        guard let request = request as? IngestionV1.ImportRequest else {
            throw .unimplemented(method.name)
        }
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let failure { throw failure }
        calls.withLock { $0.append(request) }
        var response = IngestionV1.ImportResponse()
        for (index, record) in request.records.enumerated() {
            let line = request.firstLine + UInt64(index)
            switch record.userID {
            case "", "bad":
                response.rejected += 1
                let verdict = IngestionV1.Verdict(
                    kind: .rejected,
                    code: .invalidArgument,
                    field: "user_id",
                    message: "no",
                    hint: "h"
                )
                response.faults.append(IngestionV1.ImportFault(line: line, verdict: verdict))
            case "twice":
                response.duplicates += 1
                let verdict = IngestionV1.Verdict(kind: .duplicate)
                response.faults.append(IngestionV1.ImportFault(line: line, verdict: verdict))
            default: response.accepted += 1
            }
        }
        do { return try response.encode() } catch { throw error.fault }
    }
}

@Suite struct ImportSenderTests {
    private func sender(_ fake: FakeIngestion) throws -> ImportSender {
        ImportSender(
            client: IngestionV1_IngestionClient(fake),
            project: try #require(ProjectName("p")),
            importID: "i",
            inFlightMax: 3,
            clock: SystemClock()
        )
    }

    private func send(_ text: String, _ fake: FakeIngestion, max: Int = 2) async throws
        -> ImportTally
    {
        var all = try records(text)[...]
        var batcher = Batcher(recordsMax: max)
        var tally = ImportTally()
        try await sender(fake).run {
            try batcher.batch { all.popFirst() }
        } settle: {
            tally.add($0)
        }
        return tally
    }

    @Test("verdicts add up: accepted, duplicate, rejected there and rejected here, blanks nothing")
    func tally() async throws {
        let text = """
            {"user_id":"a"}
            {"user_id":"bad"}
            rubbish

            {"user_id":"twice"}
            {"user_id":"b"}
            """
        let tally = try await send(text, FakeIngestion())
        #expect(tally.records == 5 && tally.accepted == 2 && tally.duplicates == 1)
        #expect(tally.rejected == 2 && tally.through == 6)
        #expect(tally.reasons.map(\.place.line) == [2, 3])
        #expect(tally.reasons[0].problem == LineProblem("user_id", "no", hint: "h"))
    }

    @Test("a call that may succeed later is made again; one that cannot ends the import")
    func again() async throws {
        let fake = FakeIngestion(failures: [.unavailable("away", retryAfterMs: 1)])
        #expect(try await send(#"{"user_id":"a"}"#, fake).accepted == 1)
        let broken = FakeIngestion(failures: [.notFound("no such project")])
        await #expect(throws: Fault.self) { try await send(#"{"user_id":"a"}"#, broken) }
    }

    @Test("a file that breaks is told when all before the break is settled")
    func broken() async throws {
        let lines = [UInt8](#"[{"user_id":"a"},{"user_id":"bad"},{"user_id":"b"}}"#.utf8)
        var source = RecordSource(SourceSettings(format: .ndjson), pieces(lines, of: 9))
        var batcher = Batcher(recordsMax: 2)
        var tally = ImportTally()
        do {
            try await sender(FakeIngestion()).run {
                try batcher.batch { try source.next() }
            } settle: {
                tally.add($0)
            }
            Issue.record("the break must be told")
        } catch let problem as FileProblem { #expect(problem.place == "record 3, line 1") }
        #expect(tally.accepted == 2 && tally.rejected == 1 && tally.through == 3)
    }

    @Test("only the first reasons are kept, all rejected lines are counted")
    func bounded() async throws {
        let text = String(repeating: "rubbish\n", count: 50)
        let tally = try await send(text, FakeIngestion(), max: 7)
        #expect(tally.rejected == 50 && tally.reasons.count == ImportTally.reasonsMax)
    }
}
