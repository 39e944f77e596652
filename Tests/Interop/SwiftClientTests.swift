// The Swift client as a backend uses it, against a real suite.

import Basics
import Chassis
import Foundation
import Messages
import Segments
import ShoalClient
import Testing

@Suite(.serialized)
struct SwiftClientTests {
    @Test("the README's lines are the ones that are compiled and run here")
    func readme() throws {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let source = try String(
            contentsOf: here.appending(path: "FirstAnswer.swift"),
            encoding: .utf8
        )
        let parts = source.components(separatedBy: "    // begin\n")
        let lines = try #require(parts.last?.components(separatedBy: "    // end").first)
            .split(separator: "\n").map { $0.dropFirst(4) }.joined(separator: "\n")
            .replacing("answer(", with: "print(")
            .replacing("(address,", with: "(\"ipc:///tmp/shoal/run/registry.sock\",")
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Shared/Client/README.md"),
            encoding: .utf8
        )
        #expect(page.contains(lines), "the README should say:\n\(lines)")
    }

    @Test("a backend tracks, imports, asks and reads every stub's answer")
    func realSuite() async throws {
        let suite = try await InteropSuite()
        defer { suite.close() }
        var printed: [String] = []
        try await firstAnswer(suite.registry) { printed.append($0) }
        #expect(printed == ["1 of them", "ann"])
        let shoal = try await Shoal.connect(suite.registry, project: "people")
        defer { shoal.close() }
        try await records(shoal)
        try await questions(shoal)
        try await streams(shoal)
        try await failures(shoal)
        try await outages(shoal, suite)
        try await servers(shoal)
    }

    private func records(_ shoal: Shoal) async throws {
        try await shoal.createProject("people")
        let history = try (1...100).map { number in
            try IngestionV1.TrackRecord.event(
                "user-\(number)",
                "Charged",
                ["amount": .number(Number(number)), "tags": ["a", "b"], "first": true],
                at: Timestamp(ms: 1_746_266_400_000)
            )
        }
        let imported = try await shoal.importRecords("may", history)
        #expect(imported.accepted == 100)
        let again = try await shoal.importRecords("may", history)
        #expect(again.accepted == 0)
        #expect(again.duplicates == 100)
        let tracked = try await shoal.track([
            .profile("user-1", ["city": "Pune"]), .event("user-1", "Seen", id: "1"),
            .event("user-1", "Seen", id: "1"),
        ])
        #expect(tracked.accepted == 2)
        #expect(tracked.duplicates == 1)
    }

    private func questions(_ shoal: Shoal) async throws {
        let often = Definition(.did(Did(EventMatch(["Charged"]))))
        try await shoal.createSegment("payers", SegmentV1.Definition(often))
        #expect(try await shoal.count("payers") == 100)
        #expect(try await shoal.count(.matching(often)) == 100)
        #expect(try await shoal.count("payers", at: Timestamp(ms: 0)) == 0)
        #expect(try await shoal.isMember("user-7", of: "payers"))
        #expect(try await !shoal.isMember("nobody", of: .saved("payers")))
        let explained = try await shoal.explain("user-7", of: "payers")
        #expect(explained.known && explained.explanation?.member == true)
        #expect(explained.explanation?.lines.first?.contains("\"Charged\"") == true)
        #expect(try await !shoal.explain("nobody", of: "payers").known)
        #expect(try await shoal.sample("payers", size: 3, seed: 1).count == 3)
        let preview = try await shoal.preview(SegmentV1.Definition(often), sample: 2)
        #expect(preview.users == 100)
        #expect(preview.sample.count == 2)
        let listed = try await shoal.segments.list(EvaluationV1.ListSegmentsRequest())
        #expect(listed.segments.map(\.name) == ["payers"])
    }

    private func streams(_ shoal: Shoal) async throws {
        var all: [String] = []
        for try await user in shoal.members("payers", pageUsers: 7) { all.append(user) }
        #expect(Set(all).count == 100)
        #expect(all.count == 100)
        // A reader that stops behind its second page goes on with the third.
        var begun = shoal.members("payers", pageUsers: 10).makeAsyncIterator()
        for _ in 0..<20 { _ = try await begun.next() }
        var rest: [String] = []
        for try await user in shoal.members("payers", pageUsers: 10, from: begun.cursor) {
            rest.append(user)
        }
        #expect(rest == Array(all.dropFirst(20)))
    }

    private func failures(_ shoal: Shoal) async throws {
        let missing = await fault { _ = try await shoal.count("nobody-made-it") }
        #expect(missing?.code == .notFound)
        #expect(missing?.hint != nil)
        let nonsense = Definition(nodes: [.not(Not(children: []))])
        let refused = await fault { _ = try await shoal.count(.matching(nonsense)) }
        #expect(refused?.code == .invalidArgument)
        let address = await fault { _ = try await Shoal.connect("nowhere") }
        #expect(address?.code == .invalidArgument)
        let project = await fault {
            _ = try await Shoal.connect("ipc:///nowhere.sock", project: "No Project")
        }
        #expect(project?.place == "project")
        var options = ShoalOptions()
        options.connectTimeoutMs = 300
        let silent = await fault {
            _ = try await Shoal.connect("ipc:///nowhere.sock", options: options)
        }
        #expect(silent?.code == .unavailable || silent?.code == .deadlineExceeded)
    }

    private func outages(_ shoal: Shoal, _ suite: InteropSuite) async throws {
        // The registry is silent: its last word stands.
        try suite.send(SIGSTOP, to: "registry")
        #expect(try await shoal.count("payers") == 100)
        try suite.send(SIGCONT, to: "registry")
        // An evaluator dies: what any evaluator can answer is asked of the other.
        try suite.send(SIGKILL, to: "evaluator-1")
        for _ in 0..<20 {
            let request = EvaluationV1.GetSegmentRequest(name: "payers")
            let answer = try await shoal.segments.get(request, CallOptions(timeoutMs: 30_000))
            #expect(answer.segment?.name == "payers")
        }
        // It is started anew, and its part of every answer is there again.
        #expect(try await countOnceItIsBack(shoal) == 100)
    }

    private func countOnceItIsBack(_ shoal: Shoal) async throws -> UInt64 {
        let endNs = SystemClock().monotonicNs + 60_000_000_000
        while true {
            do throws(Fault) {
                return try await shoal.count("payers", CallOptions(timeoutMs: 5_000))
            } catch {
                let isOver = SystemClock().monotonicNs > endNs
                guard error.isRetriable || error.code == .deadlineExceeded, !isOver else {
                    throw error
                }
            }
        }
    }

    private func servers(_ shoal: Shoal) async throws {
        let evaluators = shoal.roster.instances(.evaluator)
        #expect(evaluators.count == 2)
        for instance in evaluators {
            let address = try #require(instance.address?.description)
            let info = try await shoal.at(address).admin.info(AdminV1.InfoRequest())
            #expect(info.service == "evaluator")
        }
        shoal.close()
        let closed = await fault { _ = try await shoal.count("payers") }
        #expect(closed != nil)
    }

    private func fault(_ body: () async throws -> Void) async -> Fault? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Fault
        }
    }
}
