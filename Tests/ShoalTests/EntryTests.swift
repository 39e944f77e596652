// Tests of the way in: help, wrong use, errors and their exit codes, as text and as JSON.

import Basics
import Bus
import Chassis
import Messages
import Segments
import Synchronization
import Testing

@testable import ShoalCommand

/// What a command wrote.
final class Written: Sendable {
    let out = Mutex("")
    let errors = Mutex("")
}

@Suite struct EntryTests {
    private func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> (code: Int32, out: String, errors: String) {
        let folder = try TestFolder()
        defer { folder.remove() }
        let written = Written()
        let clock = SystemClock()
        let outside = Surroundings(
            arguments: arguments,
            environment: environment,
            workingDirectory: folder.path,
            programFolder: folder.path,
            temporaryFolder: folder.path,
            clock: clock,
            disk: RealDisk(),
            bus: MemoryBus(clock: clock),
            processID: 1,
            seed: 1,
            isTerminal: false,
            writeOut: { text in written.out.withLock { $0 += text } },
            writeError: { text in written.errors.withLock { $0 += text } },
            readInput: { _ in Array(input.utf8) }
        )
        let code = await Entry.answer(outside)
        outside.close()
        return (code, written.out.withLock { $0 }, written.errors.withLock { $0 })
    }

    @Test("help and version go to standard output and are no errors")
    func help() async throws {
        for arguments in [["--help"], ["help"], ["segment", "--help"], ["--version"], []] {
            let (code, out, errors) = try await run(arguments)
            #expect(code == 0 && !out.isEmpty && errors.isEmpty, "\(arguments)")
        }
        #expect(try await run(["--help"]).out.contains("EXIT CODES"))
    }

    @Test(
        "the scripts that complete commands know every command",
        arguments: ["bash", "zsh", "fish"]
    )
    func completions(shell: String) async throws {
        let (code, out, errors) = try await run(["shell", "completions", shell])
        #expect(code == 0 && errors.isEmpty, "\(errors)")
        for word in ["segment", "members", "rpc", "--data"] {
            #expect(out.contains(word) || out.contains(word.drop { $0 == "-" }), "\(word)")
        }
        #expect(try await run(["shell", "completions", "--help"]).out.contains("shoal.fish"))
    }

    @Test(
        "wrong use is 64, told on standard error",
        arguments: [
            ["frob"], ["up", "--evaluators", "0"], ["import"], ["import", "x", "--batch", "0"],
            ["segment", "count", "x", "--freshness", "stale"], ["up", "--ports", "80"],
            ["segment", "is-member", "x"], ["segment", "explain", "x"], ["demo", "--users", "1"],
            ["import", "a", "b", "--import-id", "x"], ["import", "x", "--zone", "Europe/Berlin"],
            ["import", "x", "--format", "clevertap", "--zone", "Europe/Berln"],
        ]
    )
    func usage(_ arguments: [String]) async throws {
        let (code, out, errors) = try await run(arguments)
        #expect(code == 64 && out.isEmpty && !errors.isEmpty)
    }

    @Test("without a suite every question is 69, and says how to start one")
    func unreachable() async throws {
        for arguments in [["status"], ["project", "list"], ["segment", "list"]] {
            let (code, out, errors) = try await run(arguments)
            #expect(code == 69 && out.isEmpty && errors.contains("shoal up"), "\(arguments)")
        }
    }

    @Test("with --json an error is one object")
    func jsonError() async throws {
        let (code, _, errors) = try await run(["status", "--json", "--data", "/nowhere"])
        #expect(code == 69)
        #expect(errors.hasPrefix(#"{"error":{"code":69,"what":"no suite runs"#))
        #expect(errors.hasSuffix("}}\n") && errors.filter { $0 == "\n" }.count == 1)
    }

    @Test("a definition that is wrong is 65 before anything is asked, one that is missing 66")
    func definitions() async throws {
        let wrong = try await run(
            ["segment", "preview", "-", "--data", "/nowhere"],
            input: "condition: {dId: {}}"
        )
        #expect(wrong.code == 65 && wrong.errors.contains("did"))
        let missing = try await run(["segment", "create", "nothing.yaml"])
        #expect(missing.code == 66 && missing.errors.contains("nothing.yaml"))
        let none = try await run(["segment", "count", "--address", "ipc:///x"])
        #expect(none.code == 64)
    }

    @Test("an address or instant that is none is wrong use")
    func words() async throws {
        #expect(try await run(["status", "--address", "http://x"]).code == 64)
        let at = try await run(["segment", "count", "x", "--at", "tomorrow"])
        #expect(at.code == 64 && at.errors.contains("--at"))
    }

    @Test("a server's statuses have their exit codes")
    func faults() {
        let codes: [(StatusCode, CommandExit)] = [
            (.invalidArgument, .badData), (.notFound, .notFound), (.unavailable, .unreachable),
            (.deadlineExceeded, .tryAgain), (.resourceExhausted, .tryAgain),
            (.permissionDenied, .notPermitted), (.internal, .internalError),
        ]
        for (status, code) in codes {
            let error = CommandError(Fault(status, "m", place: "p", hint: "h"), "ask")
            #expect(error.code == code && error.place == "p" && error.hint == "h")
        }
    }
}

@Suite struct NodeTreeTests {
    @Test("a preview shows each node under its parent with its own size")
    func tree() throws {
        let file = try DefinitionFile(DemoSegment.keptPlaylists.yaml, path: "x")
        var answer = EvaluationV1.PreviewResponse(users: 5, universe: 10)
        answer.nodes = [(0, 5), (1, 9), (2, 7), (3, 8)].map {
            EvaluationV1.NodeCount(node: $0, users: $1)
        }
        let tree = NodeTree(file.document.definition, answer)
        #expect(tree.rows.map(\.depth) == [0, 1, 1, 1] && tree.rows.map(\.users) == [5, 9, 7, 8])
        #expect(tree.table.text.contains("    5  all\n"))
        #expect(tree.json(answer).line.contains(#""place":"condition.all[1]","users":7"#))
    }
}
