// A question of a real data set, tracked live through the whole suite instead of imported.

import Basics
import Bus
import Chassis
import Foundation
import Segments
import Testing

@testable import ShoalCommand
@testable import Stories

@Suite("real histories tracked live", .timeLimit(.minutes(10)))
struct TrackedAnswerTests {
    private static let set = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/data/workplace-emails").standardizedFileURL

    private struct Event: Decodable {
        let event_id: Int
        let user_id: String
        let event: String
        let ts: String
    }

    /// WE-06: who got a re-engagement e-mail and opened none within the hour.
    ///
    /// The users that ever got one are tracked with all that the segment could hear of them, each
    /// event at its own instant, through one restart of the evaluators half way.
    @Test(
        "who enters, and when, is the known answer to the millisecond",
        .enabled(if: FileManager.default.fileExists(atPath: set.path), "needs ../shared/data")
    )
    func reengagement() async throws {
        let (sent, opened) = ("Reengagement Email Sent", "Email Opened")
        let all = try Self.events().filter { [sent, opened].contains($0.event) }
        let asked = Set(all.filter { $0.event == sent }.map(\.user_id))
        let events = all.filter { asked.contains($0.user_id) }
        let live = LiveDefinition(
            .inaction(
                Inaction(
                    did: EventMatch([ExactName(sent)]),
                    didNot: EventMatch([ExactName(opened)]),
                    withinMs: 3_600_000,
                    anchor: .each
                )
            )
        )
        let told = try await told(live, of: events, until: "2014-09-01T00:00:00Z")
        var entries: [UserID: Timestamp] = [:]
        for change in told where entries[change.user] == nil { entries[change.user] = change.at }
        let lines = entries.map { "\($0.key.text)\t\($0.value.rfc3339)" }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let answer = try Self.answer("WE-06")
        #expect(entries.count == answer["count"] as? Int)
        let hash = try Self.sha256(lines.joined(separator: "\n"))
        #expect(hash == answer["sha256_with_instants"] as? String)
    }

    /// What the segment tells when each event is tracked at its own instant.
    private func told(_ live: LiveDefinition, of events: [Event], until end: String)
        async throws -> [Story.Change]
    {
        func instant(_ text: String) throws -> Timestamp { try #require(Timestamp.rfc3339(text)) }
        let bus = MemoryBus(clock: SystemClock())
        defer { bus.shutDown() }
        let outside = StoryBox.outside("tracked", in: "Stories", [], bus) { _ in }
        let first = try instant(#require(events.first).ts)
        return try await StoryBox.onStage(outside, from: first - 1_000) { staged in
            let suite = try Suite(
                registry: [staged.registryAddress],
                data: nil,
                outside: staged.outside
            )
            let project = try ProjectOptions.checked("tracked")
            _ = try await suite.create(project, zone: "UTC")
            let stage = WireStage(
                suite: suite,
                project: project,
                hearing: .live(staged, StoryConsumer(suite: suite, project: project))
            )
            try await stage.follow("left-unread", live, at: first - 1)
            for (number, event) in events.enumerated() {
                let at = try instant(event.ts)
                if number == events.count / 2 { try await stage.restart(.evaluator, at: at) }
                let record = Story.Record(
                    user: try #require(UserID(event.user_id)),
                    ts: nil,
                    body: .event(name: ExactName(event.event), id: "\(event.event_id)", [])
                )
                try #require(try await stage.write(record, at: at) == .taken)
            }
            return try await stage.feed(upTo: instant(end))
        }
    }

    private static func answer(_ id: String) throws -> [String: Any] {
        let data = try Data(contentsOf: set.appendingPathComponent("answers.json"))
        let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let questions = document?["questions"] as? [[String: Any]]
        let question = questions?.first { $0["id"] as? String == id }
        return try #require(question?["answer"] as? [String: Any])
    }

    private static func events() throws -> [Event] {
        let text = try output(of: "zcat", set.appendingPathComponent("events.ndjson.gz").path, "")
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map {
            try decoder.decode(Event.self, from: Data($0.utf8))
        }
    }

    private static func sha256(_ text: String) throws -> String {
        String(try output(of: "sha256sum", "-", text).prefix(64))
    }

    private static func output(of program: String, _ argument: String, _ input: String) throws
        -> String
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
        process.arguments = [argument]
        let (read, write) = (Pipe(), Pipe())
        process.standardOutput = read
        process.standardInput = write
        try process.run()
        write.fileHandleForWriting.write(Data(input.utf8))
        try write.fileHandleForWriting.close()
        let data = read.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
