// A real data set through the real sockets: every question that can be said has its exact answer.

import Foundation
import Testing

/// Where the data sets lie; tests that need them are left out where they are absent.
private let sharedData = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data")

private struct Row: Decodable {
    let set: String
    let id: String
    let kind: String
    let result: String
    let after_kill: Bool
}

@Suite(.serialized)
struct AnswersTests {
    @Test(
        "answers to workplace-emails are exact, with one and two evaluators, after kill -9 too",
        .enabled(
            if: FileManager.default.fileExists(
                atPath: sharedData.appendingPathComponent("workplace-emails").path
            ),
            "needs ../shared/data"
        ),
        arguments: [1, 2]
    )
    func answersAreExact(evaluators: Int) throws {
        let script = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Deploy/answers")
        let process = Process()
        process.executableURL = script
        process.arguments =
            [
                "workplace-emails", "--json", "--evaluators", "\(evaluators)", "--bin",
                try RealSuite.binaries().path,
            ] + (evaluators > 1 ? ["--kill-evaluator"] : [])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let rows = try String(decoding: text, as: UTF8.self).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        for afterKill in evaluators > 1 ? [false, true] : [false] {
            let equal = rows.filter { $0.result == "equal" && $0.after_kill == afterKill }
            let ids = equal.map(\.id).sorted()
            #expect(
                ids == ["WE-01", "WE-03", "WE-06", "WE-09", "WE-12", "WE-15", "WE-16"]
            )
        }
        #expect(!rows.contains { $0.result == "different" })
    }
}
