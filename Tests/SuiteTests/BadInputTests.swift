// What must be refused is refused with a status, a place and a hint; nothing is lost and the
// service goes on.

import Basics
import Bus
import Chassis
import Foundation
import Messages
import Testing

@Suite(.serialized)
struct BadInputTests {
    @Test("a batch with every kind of bad record keeps its good ones and says why for each other")
    func badRecordsNeverSinkABatch() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        func event(
            _ user: String,
            _ name: String,
            at: Int64? = nil,
            _ properties: [LogV1.Property] = []
        ) -> IngestionV1.TrackRecord {
            IngestionV1.TrackRecord(
                userID: user,
                kind: .event(
                    IngestionV1.TrackedEvent(
                        name: name,
                        occurredAtMs: at,
                        properties: properties
                    )
                )
            )
        }
        func property(_ name: String, _ kind: LogV1.Value.Kind) -> LogV1.Property {
            LogV1.Property(name: name, value: LogV1.Value(kind: kind))
        }
        let year9999: Int64 = 253_370_764_800_000
        let cases: [(IngestionV1.TrackRecord, String?)] = [
            (event("u1", "Good"), nil),
            (event("", "NoUser"), "user_id"),
            (event("u1", ""), "event.name"),
            (event("u1", "NaN", [property("x", .number(.nan))]), "event.properties"),
            (event("u1", "Future", at: year9999), "event.occurred_at_ms"),
            (
                event(
                    "u1",
                    "Many",
                    (0..<256).map { property("p\($0)", .number(Double($0))) }
                ), nil
            ),
            (
                event("u1", "Long", [property("x", .text(String(repeating: "x", count: 1_024)))]),
                nil
            ),
            (IngestionV1.TrackRecord(userID: "u1"), "kind"),
            (event("u2", "Good"), nil),
        ]
        let response = try await ingestion.track(
            IngestionV1.TrackRequest(records: cases.map(\.0)),
            CallOptions(project: RealSuite.project)
        )
        #expect(response.verdicts.count == cases.count)
        for (verdict, expected) in zip(response.verdicts, cases.map(\.1)) {
            if let field = expected {
                #expect(verdict.kind == .rejected)
                #expect(verdict.field?.hasPrefix(field) == true, "\(verdict.field ?? "")")
                #expect(verdict.hint?.isEmpty == false)
            } else {
                #expect(verdict.kind == .accepted, "\(verdict.message ?? "")")
            }
        }
        let count = try await EvaluationV1_SegmentsClient(try suite.client("evaluator-1")).count(
            EvaluationV1.CountRequest(subject: .did("Good", atLeast: 1)),
            CallOptions(project: RealSuite.project)
        )
        #expect(count.users == 2)
    }

    @Test("a second instance on a data folder ends with a hint, and the first goes on")
    func twoInstancesOnOneFolder() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.start("registry")
        let (status, text) = try suite.runToEnd("registry", folder: "registry")
        #expect(status == ExitCode.locked.rawValue)
        #expect(text.contains("hint"))
        try await suite.ready("registry")
    }

    @Test("a data folder of a newer version is refused and left as it is")
    func newerDataFolder() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        var chance = SeededRandom(seed: 1)
        let folder = try DataFolder.open(
            "\(suite.folder)/registry",
            service: "registry",
            format: DataFormat(version: 2),
            disk: RealDisk(),
            chance: &chance,
            processID: 1
        )
        folder.release()
        let format = "\(suite.folder)/registry/FORMAT"
        let newer = try String(contentsOfFile: format, encoding: .utf8)
        let (status, text) = try suite.runToEnd("registry", folder: "registry")
        #expect(status == ExitCode.newerFormat.rawValue, "\(text)")
        #expect(try String(contentsOfFile: format, encoding: .utf8) == newer)
    }

    @Test("a data folder that cannot be written is refused with its path")
    func folderThatCannotBeWritten() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try "a file".write(
            toFile: "\(suite.folder)/file",
            atomically: true,
            encoding: .utf8
        )
        let (status, text) = try suite.runToEnd("registry", folder: "file/registry")
        #expect(status == ExitCode.notWritable.rawValue, "\(text)")
        #expect(text.contains("file/registry"))
    }

    @Test("an unknown method, an unknown project and a bad definition get their status and a hint")
    func refusalsCarryHints() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let client = try suite.client("evaluator-1")
        let segments = EvaluationV1_SegmentsClient(client)
        var fault = await suite.fault {
            _ = try await EvaluationV1_SetsClient(client).bitmap(
                EvaluationV1.BitmapRequest(),
                CallOptions(project: RealSuite.project)
            )
        }
        #expect(fault?.code == .unimplemented)
        fault = await suite.fault {
            _ = try await segments.count(
                EvaluationV1.CountRequest(subject: .did("A", atLeast: 1)),
                CallOptions(project: ProjectName("suit"))
            )
        }
        #expect(fault?.code == .notFound)
        #expect(fault?.hint?.contains("suite") == true)
        // A chain of nots, a thousand deep.
        let nodes = (0..<999).map { index in
            SegmentV1.Node(kind: .not(SegmentV1.Group(children: [UInt32(index + 1)])))
        }
        let deep = SegmentV1.Definition(
            nodes: nodes + [SegmentV1.Node(kind: .did(SegmentV1.Did(events: ["A"])))]
        )
        fault = await suite.fault {
            _ = try await segments.create(
                EvaluationV1.CreateRequest(name: "deep", definition: deep),
                CallOptions(project: RealSuite.project)
            )
        }
        #expect(fault?.code == .invalidArgument)
        #expect(fault?.hint?.isEmpty == false)
        try await suite.ready("evaluator-1")
    }

    @Test("garbage and half frames on a TCP port do no harm to the others")
    func garbageOnThePort() async throws {
        let suite = try RealSuite(settings: ["registry": ["--development"]])
        defer { suite.close() }
        var ports = SeededRandom(seed: SystemClock().monotonicNs)
        let port = UInt16.random(in: 20_000...29_999, using: &ports)
        try await suite.start("registry", listen: "tcp://127.0.0.1:\(port)")
        var chance = SeededRandom(seed: 7)
        for size in [0, 1, 7, 8, 9, 16, 100, 5_000] {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &chance) }
            try RawSocket.send(bytes, port: port)
            try RawSocket.send([0, 0x53, 0x50, 0, 0, 0x30, 0, 0] + bytes, port: port)
        }
        try await suite.ready("registry")
    }
}

/// A plain TCP connection that writes bytes and goes away.
private enum RawSocket {
    static func send(_ bytes: [UInt8], port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SuiteError("no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw SuiteError("cannot connect to port \(port)") }
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}

extension RealSuite {
    /// The fault that a call ends with; nil when it does not.
    func fault(_ body: () async throws -> Void) async -> Fault? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Fault
        }
    }
}
