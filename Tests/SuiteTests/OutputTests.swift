// The real command at the end of a real pipe: it ends when nobody reads on, at Ctrl-C, and when
// its output is refused.

import Basics
import Foundation
import Messages
import Testing

@Suite(.serialized)
struct OutputTests {
    private func suite() async throws -> (RealSuite, project: String) {
        let suite = try RealSuite()
        try await suite.startAll(evaluators: 1)
        let project = try #require(RealSuite.project)
        let records = (0..<50).map { number in
            IngestionV1.TrackRecord(
                userID: "user-\(number)",
                kind: .event(IngestionV1.TrackedEvent(name: "Charged"))
            )
        }
        _ = try await IngestionV1_IngestionClient(try suite.client("ingestion")).track(
            IngestionV1.TrackRequest(records: records),
            CallOptions(project: project)
        )
        return (suite, project.text)
    }

    @Test("a tail whose reader has had enough ends with 0, also when nothing more comes")
    func closedPipe() async throws {
        let (suite, project) = try await suite()
        defer { suite.close() }
        let tail = try suite.command(["events", "tail", "--from-start", "--project", project])
        let pipe = Pipe()
        tail.standardOutput = pipe
        try tail.run()
        #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.isEmpty == false)
        try pipe.fileHandleForReading.close()
        #expect(try await suite.exitCode(tail) == 0)
    }

    @Test("Ctrl-C ends a tail with 130 while it waits")
    func interrupted() async throws {
        let (suite, project) = try await suite()
        defer { suite.close() }
        let tail = try suite.command(["events", "tail", "--from-start", "--project", project])
        let pipe = Pipe()
        tail.standardOutput = pipe
        try tail.run()
        #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.isEmpty == false)
        tail.interrupt()
        #expect(try await suite.exitCode(tail) == 130)
    }

    @Test("output that cannot be written is 73, never silently less")
    func fullDisk() async throws {
        let (suite, project) = try await suite()
        defer { suite.close() }
        for arguments in [
            ["status"], ["rpc", "list"], ["audit"],
            ["events", "tail", "--from-start", "--project", project],
        ] {
            let command = try suite.command(arguments)
            command.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
            try command.run()
            #expect(try await suite.exitCode(command) == 73, "\(arguments)")
        }
    }
}
