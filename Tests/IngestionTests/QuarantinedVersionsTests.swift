// Segments' versions that are quarantined: what the catalogue's documents say, whoever fetches is
// told, and an index made anew knows the same.

import Basics
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite struct QuarantinedVersionsTests {
    private static let shop = ProjectName("shop") ?? { preconditionFailure("a project's name") }()

    private func document(
        _ revision: UInt64,
        version: UInt32,
        quarantined: [UInt32],
        archived: Bool = false
    ) throws -> RegistryV1.Document {
        let document = SegmentV1.SegmentDocument(
            name: "poison",
            version: version,
            archived: archived,
            quarantined: quarantined.map {
                SegmentV1.QuarantinedVersion(version: $0, attempts: 3, by: "evaluator-1")
            }
        )
        return RegistryV1.Document(
            project: Self.shop.text,
            kind: "segment",
            name: "poison",
            revision: revision,
            body: try document.encode()
        )
    }

    private func put(_ open: OpenIntake, _ documents: [RegistryV1.Document]) async throws {
        _ = try await open.intake.write(CatalogueBatch(project: Self.shop, documents: documents))
    }

    private func fetched(_ open: OpenIntake) throws -> [UInt32] {
        let pages = FetchedPages(log: open.log, partitions: open.partitions, asides: open.asides)
        let start = open.partitions.all.map { ($0, LogOffset.zero) }
        return try pages.read(start, bytes: 1 << 20, epochs: .init()).quarantined.map(\.version)
    }

    @Test("a version is told from its document on, for ever; it is over with the next")
    func told() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        try await put(open, [try document(1, version: 1, quarantined: [])])
        #expect(try fetched(open).isEmpty)
        try await put(open, [try document(2, version: 1, quarantined: [1])])
        #expect(try fetched(open) == [1])
        let known = open.asides.segments.list(withOver: false)
        #expect(known.map(\.by) == ["evaluator-1"] && known.map(\.over) == [false])
        try await put(
            open,
            [
                try document(3, version: 2, quarantined: [1]),
                try document(4, version: 2, quarantined: [1, 2]),
            ]
        )
        #expect(try fetched(open).sorted() == [1, 2])
        #expect(open.asides.segments.list(withOver: false).compactMap(\.version?.version) == [2])
        try await put(open, [try document(5, version: 2, quarantined: [1, 2], archived: true)])
        #expect(open.asides.segments.list(withOver: false).isEmpty)
        let all = open.asides.segments.list(withOver: true)
        #expect(all.count == 2 && all.allSatisfy(\.over))
        try open.stop()
        try rig.remove(rig.indexFolder)
        open = try rig.open()
        #expect(open.asides.segments.list(withOver: true) == all)
        #expect(try fetched(open).sorted() == [1, 2])
        try open.stop()
    }

    @Test("other documents say nothing, whatever is in them")
    func others() throws {
        let change = LogV1.CatalogueChange(kind: "segment", name: "odd", body: [0xFF])
        #expect(IngestionV1.QuarantinedSegment.all(in: change, of: Self.shop).isEmpty)
        var list = change
        (list.kind, list.body) = ("list", try document(1, version: 1, quarantined: [1]).body)
        #expect(IngestionV1.QuarantinedSegment.all(in: list, of: Self.shop).isEmpty)
    }
}
