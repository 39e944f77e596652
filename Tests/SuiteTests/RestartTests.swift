// A rolling restart of the real suite under load, and one in which somebody does not come back.

import Basics
import Chassis
import Foundation
import Messages
import Synchronization
import Testing

/// A suite of `shoal up` in a folder of its own.
private final class SupervisedSuite {
    static let names = ["registry", "ingestion", "evaluator-1", "evaluator-2"]
    let suite: RealSuite
    let data: String
    private let up: Process

    init() async throws {
        suite = try RealSuite()
        data = "\(suite.folder)/up"
        up = try suite.command(
            ["up", "--data", data, "--evaluators", "2", "--partitions", "16"],
            isOfSuite: false
        )
        for name in Self.names { suite.locate(name, at: "ipc://\(data)/run/\(name).sock") }
        try up.run()
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        while try !file().contains(#""ready":true"#) {
            guard up.isRunning, suite.clock.monotonicNs < deadline else {
                throw SuiteError("the suite does not come up")
            }
            try await suite.clock.sleep(forMs: 20)
        }
        _ = try await RegistryV1_RegistryClient(try suite.client("registry")).projects(
            RegistryV1.ProjectsRequest(create: RealSuite.project?.text)
        )
    }

    /// What shoal.json says.
    func file() throws -> String {
        let path = "\(data)/shoal.json"
        guard FileManager.default.fileExists(atPath: path) else { return "" }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    /// The process of each instance.
    func processes() async throws -> [UInt32] {
        var processes: [UInt32] = []
        for name in Self.names {
            let admin = AdminV1_AdminClient(try suite.client(name))
            processes.append(try await admin.info(AdminV1.InfoRequest()).processID)
        }
        return processes
    }

    /// Ends everything as Ctrl-C does.
    func close() {
        up.interrupt()
        up.waitUntilExit()
        suite.close()
    }
}

@Suite(.serialized)
struct RestartTests {
    @Test(
        "all are restarted one at a time under load, and every answer is right or a clear refusal"
    )
    func rolling() async throws {
        let supervised = try await SupervisedSuite()
        defer { supervised.close() }
        let suite = supervised.suite
        let before = try await supervised.processes()
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let evaluators = try ["evaluator-1", "evaluator-2"].map { ($0, try suite.client($0)) }
        let (ledger, book) = (AckLedger(), AnswerBook())
        let isOver = Mutex(false)
        let mostAway = Mutex(0)
        let path = "\(supervised.data)/shoal.json"
        // Between an end and the next start an instance has no process.
        let watch: @Sendable () async throws -> Void = { [clock = suite.clock] in
            while !isOver.withLock({ $0 }) {
                let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                let present = text.components(separatedBy: #""pid":"#).count - 1
                if !text.isEmpty { mostAway.withLock { $0 = max($0, 4 - present) } }
                try await clock.sleep(forMs: 5)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let producer = Producer(
                number: 1,
                client: ingestion,
                ledger: ledger,
                isOver: { isOver.withLock { $0 } },
                clock: suite.clock,
                restMs: 50
            )
            group.addTask { try await producer.run() }
            for number in 0..<2 as Range<UInt64> {
                let questioner = Questioner(
                    number: number,
                    clock: suite.clock,
                    book: book,
                    evaluator: { evaluators.randomElement(using: &$0) },
                    isOver: { isOver.withLock { $0 } }
                )
                group.addTask { try await questioner.run(seed: 20_261_127) }
            }
            group.addTask { try await watch() }
            defer { isOver.withLock { $0 = true } }
            try await restartAll(supervised)
            isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        let after = try await supervised.processes()
        #expect(zip(before, after).allSatisfy { $0 != $1 }, "\(before), \(after)")
        #expect(mostAway.withLock { $0 } == 1)
        print(
            "restart: \(ledger.count) acked, \(book.answers.count) answers, not answered "
                + "\(book.refusals)"
        )
        #expect(book.unclear == [] && ledger.rejected == [])
        let log = try await LoggedUsers(ingestion)
        let step = max(book.answers.count / 200, 1)
        let checked = stride(from: 0, to: book.answers.count, by: step).map { book.answers[$0] }
        #expect(checked.count > 20)
        #expect(try log.faults(in: checked) == [])
    }

    /// Everybody in the right order, each evaluator with its share.
    private func restartAll(_ supervised: SupervisedSuite) async throws {
        let (code, out) = try await supervised.suite.run(
            ["restart", "--data", supervised.data],
            isOfSuite: false
        )
        #expect(code == 0, "\(out)")
        let restarted = out.split(separator: "\n").filter { $0.contains(" restarted in ") }
        let names = restarted.compactMap { $0.split(separator: " ").first }
        #expect(names == ["evaluator-1", "evaluator-2", "ingestion", "registry"], "\(out)")
        #expect(restarted.prefix(2).allSatisfy { $0.hasSuffix("with 8 partitions") }, "\(out)")
    }

    @Test("when one does not come back nothing further is touched, and the others answer for it")
    func lostOnTheWay() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let victim = try await AdminV1_AdminClient(try suite.client("evaluator-1")).info(.init())
        // A systemctl that only stops.
        let script = "\(suite.folder)/systemctl"
        try """
        #!/bin/sh
        echo "$@" >> \(suite.folder)/units
        kill -TERM \(victim.processID)
        """.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
        let restart = try suite.command(["restart", "--systemd", "--timeout", "5"])
        let path = restart.environment?["PATH"] ?? "/usr/bin:/bin"
        restart.environment?["PATH"] = "\(suite.folder):\(path)"
        let said = "\(suite.folder)/said"
        #expect(FileManager.default.createFile(atPath: said, contents: nil))
        restart.standardError = FileHandle(forWritingAtPath: said)
        try restart.run()
        #expect(try await suite.exitCode(restart) == 69)
        let words = try String(contentsOfFile: said, encoding: .utf8)
        #expect(words.contains("evaluator-1 is not back after 5.0 s: nobody answers"), "\(words)")
        let units = try String(contentsOfFile: "\(suite.folder)/units", encoding: .utf8)
        #expect(units == "restart shoal-evaluator@1\n")
        let answer = try await Questioner.ask(
            0,
            of: "evaluator-2",
            try suite.client("evaluator-2"),
            at: suite.clock.now
        )
        #expect(answer.positions.count == 64)
        // Nobody is restarted while one is missing.
        let again = try await suite.run(["restart", "evaluator-2", "--systemd", "--timeout", "1"])
        #expect(again.code == 69 && again.out.contains("the suite is not whole"), "\(again.out)")
        let nobody = try await suite.run(["restart"])
        #expect(nobody.code == 64 && nobody.out.contains("--systemd"), "\(nobody.out)")
    }
}
