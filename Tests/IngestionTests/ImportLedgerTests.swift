// Imports are counted, listed and taken back; the log tells all of it again.

import Basics
import KeyValue
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite("Imports")
struct ImportLedgerTests {
    private let lines = [
        Sent.event("a", id: "1"), Sent.event("b", id: "2"), Sent.profile("c"), Sent.event("a"),
    ]

    private func undo(_ open: OpenIntake, _ id: String, isDry: Bool = false) async throws
        -> IngestionV1.ImportSummary
    {
        try await open.intake.undo(
            ImportUndoing(key: ProjectImport(project: shop, id: id), isDry: isDry)
        )
    }

    private func list(_ open: OpenIntake) throws -> [IngestionV1.ImportSummary] {
        try IndexReader(open.index).imports(of: shop, after: nil, limit: .max)
    }

    /// The control records in every partition.
    private func undone(_ open: OpenIntake) throws -> [String] {
        try open.allRecords().compactMap { record in
            if case .importUndone(let undone) = record.body { undone.importID } else { nil }
        }
    }

    @Test("an import is counted as its records come in, repeats and other imports apart")
    func counted() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("a", id: "0")])
        _ = try await open.importing(lines, as: "i", from: 5)
        rig.clock.advance(ms: 2_000)
        _ = try await open.importing(lines + [Sent.event("d")], as: "i", from: 5)
        _ = try await open.importing([Sent.event("a", id: "1")], as: "nothing new")
        _ = try await open.importing([Sent.event("a")], as: "a line")
        let all = try list(open)
        #expect(all.map(\.importID) == ["a line", "i"], "by name; none without a record")
        let summary = all[1]
        #expect(summary.events == 4 && summary.profiles == 1 && summary.newUsers == 3)
        #expect(summary.lastLine == 9 && summary.undoneAtMs == nil)
        #expect(summary.lastAtMs >= summary.firstAtMs + 1_000 && summary.firstAtMs >= start.ms)
        try open.stop()
    }

    @Test("taking back writes one record to every partition, once; a dry run and a repeat none")
    func takenBack() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.importing(lines, as: "i")
        let dry = try await undo(open, "i", isDry: true)
        #expect(dry.events == 3 && dry.profiles == 1 && dry.undoneAtMs == nil)
        #expect(try undone(open).isEmpty)
        let told = try await undo(open, "i")
        #expect(told.events == 3 && told.undoneAtMs != nil)
        rig.clock.advance(ms: 5_000)
        #expect(try await undo(open, "i") == told)
        #expect(try await undo(open, "i", isDry: true) == told)
        #expect(try undone(open) == Array(repeating: "i", count: 4))
        #expect(try list(open) == [told])
        let unknown = await ingestionError { _ = try await undo(open, "j") }
        #expect(unknown?.code == .unknownImport && unknown?.fault.code == .notFound)
        try open.stop()
    }

    @Test("its id is spent, its event ids are free again, and its users keep their numbers")
    func again() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let first = try await open.importing(lines, as: "i")
        _ = try await open.track([Sent.event("a", id: "tracked")])
        _ = try await undo(open, "i")
        for restart in [false, true] {
            if restart {
                try open.stop()
                open = try rig.open()
            }
            let spent = await ingestionError { _ = try await open.importing(lines, as: "i") }
            #expect(spent?.code == .importUndone && spent?.fault.code == .failedPrecondition)
            #expect(spent?.hint.contains("another id") == true)
            let more = [Sent.event("z")]
            let later = await ingestionError {
                _ = try await open.importing(more, as: "i", from: 9)
            }
            #expect(later?.code == .importUndone)
        }
        #expect(try await open.track([Sent.event("a", id: "tracked")])[0].isDuplicate)
        let second = try await open.importing(lines, as: "j")
        #expect(second.areAccepted && second != first)
        let repeated = second.compactMap { $0.place.map(Outcome.duplicate) }
        #expect(try await open.importing(lines, as: "j") == repeated)
        #expect(try await open.track([Sent.event("b", id: "2")])[0].isDuplicate)
        let numbered = try open.allRecords().compactMap { record in
            if case .newUser(let new) = record.body { new.userID } else { nil }
        }
        #expect(numbered.sorted() == ["a", "b", "c"], "\(numbered)")
        try open.stop()
    }

    @Test(
        "an index that is behind, of an older edition or deleted learns all of it from the log",
        arguments: ["behind", "older", "deleted"]
    )
    func replayed(_ how: String) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await open.importing([Sent.event("b")], as: "i")
        try open.stop()
        try rig.keep(rig.indexFolder)
        open = try rig.open()
        _ = try await open.importing(lines, as: "i", from: 2)
        _ = try await open.importing([Sent.event("new", id: "7")], as: "k")
        _ = try await undo(open, "i")
        _ = try await open.importing(lines, as: "j")
        let told = try list(open)
        #expect(told.map(\.importID) == ["i", "j", "k"])
        if how == "older" {
            var batch = Batch()
            batch.delete(open.index.facts, SchemaStore.formKey)
            batch.delete(
                open.index.facts,
                IndexKey.importEntry(ProjectImport(project: shop, id: "i"))
            )
            try open.index.write(batch)
        }
        let written = try open.allRecords().count
        try open.stop()
        if how == "behind" { try rig.bringBack(rig.indexFolder) }
        if how == "deleted" { try rig.remove(rig.indexFolder) }
        open = try rig.open()
        #expect(open.replayed == (how == "behind" ? written - 2 : written))
        #expect(try list(open) == told)
        let spent = await ingestionError { _ = try await open.importing(lines, as: "i") }
        #expect(spent?.code == .importUndone)
        let repeats = [
            Sent.event("a", id: "1"), Sent.event("b", id: "2"), Sent.event("new", id: "7"),
        ]
        #expect(try await open.track(repeats).allSatisfy(\.isDuplicate))
        _ = try await undo(open, "j")
        #expect(
            try await open.track(repeats).map(\.isAccepted) == [true, true, false],
            "only what no other import brought"
        )
        try open.stop()
    }

    @Test("records and the undoing that wait together keep their order")
    func together() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open(isRunning: false)
        async let first = open.importing(lines, as: "i")
        await open.queued(1)
        async let undoing = undo(open, "i")
        await open.queued(2)
        async let second = open.importing(lines, as: "j")
        await open.queued(3)
        async let spent = ingestionError { _ = try await open.importing(lines, as: "i", from: 9) }
        await open.queued(4)
        try open.run()
        #expect(try await first.areAccepted)
        #expect(try await undoing.events == 3)
        #expect(try await second.areAccepted, "the ids are free in the group behind")
        #expect(await spent?.code == .importUndone)
        try open.stop()
    }

    @Test("a project has a bounded number of imports")
    func bounded() async throws {
        let rig = try IngestionRig()
        let open = try rig.open(isRunning: false)
        var batch = Batch()
        IndexWriter(open.index).put(nextImport: ImportLedger.importsMax - 1, of: shop, &batch)
        try open.index.write(batch)
        try open.run()
        #expect(try await open.importing(lines, as: "last").areAccepted)
        let refused = await ingestionError { _ = try await open.importing(lines, as: "one more") }
        #expect(refused?.code == .tooManyImports)
        #expect(try await open.importing([Sent.event("a")], as: "last", from: 9).areAccepted)
        try open.stop()
    }
}
