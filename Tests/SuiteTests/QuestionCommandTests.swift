// Questions as a person asks them at the command line, over real processes.

import Basics
import Foundation
import Messages
import Testing

@Suite(.serialized)
struct QuestionCommandTests {
    /// What the shop's people did, and who one of them is.
    private static let lines = """
        {"user_id":"ann","event":"Played","ts":"2025-05-01T10:00:00Z","properties":{"sku":7}}
        {"user_id":"ann","event":"Charged","ts":"2025-05-03T10:00:00Z","properties":{"amount":12.5}}
        {"user_id":"ann","event":"Played","ts":"2025-05-04T10:00:00Z"}
        {"user_id":"bob","event":"Played","ts":"2025-05-02T10:00:00Z"}
        {"user_id":"carol","event":"Charged","ts":"2025-05-02T10:00:00Z"}
        {"user_id":"ann","properties":{"city":"Pune"}}

        """

    @Test("users and sets of users are asked about at the command line")
    func questions() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let history = "\(suite.folder)/history.ndjson"
        try Self.lines.write(toFile: history, atomically: true, encoding: .utf8)
        let imported = await suite.shoal(["import", history] + Self.project)
        #expect(imported.code == 0, "\(imported.errors)")
        await checkUsers(suite)
        for event in ["Played", "Charged"] {
            let created = await suite.shoal(
                ["segment", "create", "-", "--name", event.lowercased()] + Self.project,
                input: "condition: {did: {event: \(event)}}\n"
            )
            #expect(created.code == 0, "\(created.errors)")
        }
        await checkSets(suite)
        try await checkExport(suite)
        await checkUpdates(suite)
        await checkIdentities(suite)
    }

    private static var project: [String] { ["--project", RealSuite.project?.text ?? ""] }

    private func checkUsers(_ suite: RealSuite) async {
        let show = await suite.shoal(["user", "show", "ann"] + Self.project)
        #expect(show.code == 0, "\(show.errors)")
        for words in [
            "first event 2025-05-01T10:00:00.000Z, last event 2025-05-04T10:00:00.000Z\n",
            "city      \"Pune\"  the beginning\n", "\nexact at position ",
            "Played       2  2025-05-01T10:00:00.000Z  2025-05-04T10:00:00.000Z\n",
        ] {
            #expect(show.out.contains(words), "\(words) in \(show.out)")
        }
        let early = await suite.shoal(
            ["user", "show", "ann", "--at", "2025-05-02", "--json"] + Self.project
        )
        let pune = #""properties":[{"property":"city","value":"Pune","since":null}]"#
        #expect(early.out.contains(pune), "\(early)")
        let nobody = await suite.shoal(["user", "show", "dora"] + Self.project)
        #expect(nobody.code == 66 && nobody.errors.contains("user find"), "\(nobody)")
        let timeline = await suite.shoal(
            ["user", "timeline", "ann", "--limit", "2"] + Self.project
        )
        #expect(
            timeline.out == """
                2025-05-04T10:00:00.000Z  Played
                2025-05-03T10:00:00.000Z  Charged  amount=12.5

                """
        )
        #expect(timeline.errors.contains("there are more"), "\(timeline)")
        let played = await suite.shoal(
            ["user", "timeline", "ann", "--event", "Played", "--to", "2025-05-04", "--json"]
                + Self.project
        )
        #expect(played.out.contains(#""properties":{"sku":7}"#), "\(played)")
        #expect(played.out.split(separator: "\n").count == 1, "\(played)")
        let found = await suite.shoal(["user", "find", "o"] + Self.project)
        #expect(found.out == "bob\ncarol\n", "\(found)")
        let none = await suite.shoal(["user", "find", "o", "--prefix"] + Self.project)
        #expect(none.code == 2 && none.out.isEmpty, "\(none)")
    }

    /// Two identifiers become one user, whom either names, and two again.
    private func checkIdentities(_ suite: RealSuite) async {
        func user(_ arguments: String...) async -> CommandOutcome {
            await suite.shoal(["user"] + arguments + Self.project)
        }
        let merged = await user("identify", "visitor", "ann")
        #expect(merged.out == "visitor is ann: 0 records were moved\n", "\(merged)")
        let again = await user("identify", "visitor", "ann", "--json")
        #expect(again.out == #"{"user_id":"ann","records":0,"before":true}"# + "\n", "\(again)")
        let page = await user("show", "visitor")
        #expect(page.out.contains("Played       2"), "\(page)")
        let refused = await user("alias", "visitor", "bob")
        #expect(refused.code != 0 && refused.errors.contains("merged into ann"), "\(refused)")
        let unmerged = await user("unmerge", "visitor")
        #expect(unmerged.out.contains("visitor is a user of its own again"), "\(unmerged)")
        let twice = await user("unmerge", "visitor")
        #expect(twice.code == 0 && twice.out.contains("nothing was to be done"), "\(twice)")
    }

    private func checkSets(_ suite: RealSuite) async {
        let overlap = await suite.shoal(
            ["segment", "overlap", "played", "charged", "--at", "2025-05-05"] + Self.project
        )
        #expect(overlap.code == 0, "\(overlap.errors)")
        for words in [
            "played       2   66.7 %\n", "(all)        1   33.3 %\n",
            "played and charged      1          50.0 %\n", "ONLY IN             USERS  OF ANY\n",
        ] {
            #expect(overlap.out.contains(words), "\(words) in \(overlap.out)")
        }
        let count = await suite.shoal(
            ["segment", "combine", "charged minus played", "--json"] + Self.project
        )
        #expect(count.out.contains(#""users":1,"universe":3,"#), "\(count)")
        let members = await suite.shoal(
            ["segment", "combine", "not (charged and played)", "--members"] + Self.project
        )
        #expect(members.out.split(separator: "\n").sorted() == ["bob", "carol"], "\(members)")
        await checkSizes(suite)
        let bad = await suite.shoal(["segment", "combine", "charged minus"] + Self.project)
        #expect(bad.code == 65 && bad.errors.contains("character 14"), "\(bad)")
        let own = await suite.shoal(["segment", "of", "ann"] + Self.project)
        #expect(own.out == "charged\nplayed\n", "\(own)")
        let early = await suite.shoal(
            ["segment", "of", "ann", "--at", "2025-05-02"] + Self.project
        )
        #expect(early.out == "played\n", "\(early)")
    }

    private func checkSizes(_ suite: RealSuite) async {
        let all = await suite.shoal(["segment", "sizes", "--at", "2025-05-05"] + Self.project)
        #expect(
            all.out == """
                SEGMENT  USERS   SHARE  OF
                charged      2  66.7 %   3
                played       2  66.7 %   3

                """
        )
        #expect(all.errors.contains("2 segments with 2 parts, 2 of them different"), "\(all)")
        let early = await suite.shoal(
            ["segment", "sizes", "played", "played", "--at", "2025-05-02", "--json"] + Self.project
        )
        let lines = early.out.split(separator: "\n")
        let size = #"{"segment":"played","users":1,"universe":3,"at":"2025-05-02T00:00:00.000Z"}"#
        #expect(lines.prefix(2).allSatisfy { $0 == size } && lines.count == 3, "\(early)")
        #expect(lines.last?.hasPrefix(#"{"segments":2,"asked":2,"distinct":1,"#) == true)
        let lost = await suite.shoal(["segment", "sizes", "playd"] + Self.project)
        #expect(lost.code == 66 && lost.errors.contains("did you mean played?"), "\(lost)")
    }

    private func checkExport(_ suite: RealSuite) async throws {
        let file = "\(suite.folder)/played.csv"
        let export = [
            "segment", "export", "played", "--properties", "city", "--out", file, "--at",
            "2025-05-05",
        ]
        let first = await suite.shoal(export + Self.project)
        #expect(first.code == 0 && first.errors.contains("2 users of played"), "\(first)")
        let lines = try String(contentsOfFile: file, encoding: .utf8)
            .split(separator: "\r\n").map(String.init)
        #expect(
            lines.first == "user_id,city" && lines.dropFirst().sorted() == ["ann,Pune", "bob,"]
        )
        #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
        let plain = await suite.shoal(
            ["segment", "export", "played", "--properties", "city"] + Self.project
        )
        #expect(
            plain.out.split(separator: "\n").sorted() == [
                #"{"user_id":"ann","properties":{"city":"Pune"}}"#,
                #"{"user_id":"bob","properties":{}}"#,
            ]
        )
    }

    private func checkUpdates(_ suite: RealSuite) async {
        func shoal(_ arguments: [String], _ yaml: String = "") async -> CommandOutcome {
            await suite.shoal(["segment"] + arguments + Self.project, input: yaml)
        }
        let other = "condition: {did: {event: Charged, atLeast: 1, window: {rolling: 3650d}}}\n"
        let dry = await shoal(["update", "-", "--name", "played", "--dry-run"], other)
        #expect(dry.code == 0 && dry.errors.hasSuffix("played is at version 1\n"), "\(dry)")
        for words in ["enter       1", "leave       1", "enter: carol\n", "leave: bob\n", "+ cond"]
        {
            #expect(dry.out.contains(words), "\(words) in \(dry.out)")
        }
        let updated = await shoal(["update", "-", "--name", "played"], other)
        #expect(updated.errors.contains("played is at version 2 now"), "\(updated)")
        let stale = await shoal(["update", "-", "--name", "played", "--if-version", "1"], other)
        #expect(stale.code != 0 && stale.errors.contains("version 2"), "\(stale)")
        let versions = await shoal(["versions", "played"])
        #expect(versions.out.split(separator: "\n").count == 3, "\(versions)")
        let copy = await shoal(["clone", "played", "old", "--version", "1"])
        #expect(copy.code == 0 && copy.out.hasPrefix("old: "), "\(copy)")
        let diff = await shoal(["diff", "old", "played"])
        #expect(diff.code == 2 && diff.out.contains("leave: bob\n"), "\(diff)")
        #expect(await shoal(["diff", "old", "old"]).code == 0)
        let lint = await shoal(
            ["lint", "--definition", "-"],
            "condition: {all: [did: {event: Charged}, didNot: {event: Charged}]}\n"
        )
        #expect(lint.code == 2 && lint.out.contains("it contradicts condition.all[0]"), "\(lint)")
        let sound = await shoal(["lint", "old"])
        #expect(sound.code == 0 && sound.errors == "old: nothing found\n", "\(sound)")
    }
}
