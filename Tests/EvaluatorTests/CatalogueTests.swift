// The catalogue: revisions in order, once; names by bytes; what cannot be read harms no other.

import Basics
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct CatalogueTests {
    private func change(
        _ revision: UInt64,
        _ name: String,
        archived: Bool = false,
        documentName: String? = nil
    ) throws -> LogV1.CatalogueChange {
        let document = SegmentV1.SegmentDocument(
            name: documentName ?? name,
            definition: try DefinitionCoding.encode(did("A")),
            archived: archived
        )
        return LogV1.CatalogueChange(
            revision: revision,
            kind: "segment",
            name: name,
            body: try document.encode()
        )
    }

    @Test("every log tells every revision, each counts once")
    func repeats() throws {
        var project = ProjectCatalogue()
        #expect(try project.apply(change(1, "a")))
        #expect(try !project.apply(change(1, "b")))
        #expect(try project.apply(change(2, "b")))
        #expect(Set(project.segments.keys) == ["a", "b"] && project.revision == 2)
        #expect(project.segments["b"]?.revision == 2)
    }

    @Test("a missing revision is refused, with the one that was due")
    func gap() throws {
        let catalogue = Catalogue()
        try catalogue.apply([(shop, change(1, "a"))])
        let error = refusal { try catalogue.apply([(shop, change(3, "c"))]) }
        #expect(error?.code == .log && error?.place == "revision 3")
        #expect(error?.hint.contains("revision 2 was due") == true)
        #expect(catalogue.project(shop).revision == 1 && catalogue.unsaved.count == 1)
    }

    @Test("other kinds of documents move the revision and nothing else; a deletion takes away")
    func otherKinds() throws {
        var project = ProjectCatalogue()
        try project.apply(change(1, "a"))
        try project.apply(LogV1.CatalogueChange(revision: 2, kind: "list", name: "a", body: [1]))
        #expect(project.revision == 2 && project.segments.count == 1)
        try project.apply(LogV1.CatalogueChange(revision: 3, kind: "segment", name: "a"))
        #expect(project.segments.isEmpty && project.unreadable.isEmpty)
    }

    @Test("a segment is found, an unknown one answered with the nearest name, an archived refused")
    func find() throws {
        let catalogue = Catalogue()
        try catalogue.apply([(shop, change(1, "buyers")), (shop, change(2, "old", archived: true))])
        #expect(try catalogue.segment("buyers", in: shop).revision == 1)
        let unknown = refusal { _ = try catalogue.segment("buyrs", in: shop) }
        #expect(unknown?.code == .unknownSegment && unknown?.hint == "did you mean buyers?")
        #expect(unknown?.fault.code == .notFound)
        let archived = refusal { _ = try catalogue.segment("old", in: shop) }
        #expect(archived?.code == .archivedSegment)
        #expect(archived?.fault.code == .failedPrecondition)
        let app = try #require(ProjectName("app"))
        #expect(refusal { _ = try catalogue.segment("buyers", in: app) }?.code == .unknownSegment)
    }

    @Test("a document that cannot be read makes its own segment unanswerable and no other")
    func unreadable() throws {
        let catalogue = Catalogue()
        let garbage = LogV1.CatalogueChange(
            revision: 2,
            kind: "segment",
            name: "bad",
            body: [0xFF, 0xFF, 0xFF]
        )
        try catalogue.apply([
            (shop, change(1, "good")), (shop, garbage),
            (shop, change(3, "other", documentName: "good")),
        ])
        #expect(try catalogue.segment("good", in: shop).revision == 1)
        for name in ["bad", "other"] {
            let error = refusal { _ = try catalogue.segment(name, in: shop) }
            #expect(error?.code == .unreadableSegment && error?.place == name)
        }
        try catalogue.apply([(shop, change(4, "bad"))])
        #expect(try catalogue.segment("bad", in: shop).revision == 4)
    }

    @Test("names compare by their bytes")
    func names() throws {
        var project = ProjectCatalogue()
        try project.apply(change(1, "Caf\u{E9}"))
        try project.apply(change(2, "Cafe\u{301}"))
        #expect(project.segments.count == 2)
        #expect(try project.segment("Cafe\u{301}", in: shop).revision == 2)
    }

    @Test("what is saved is not saved again, what came meanwhile is")
    func saving() throws {
        let catalogue = Catalogue()
        let app = try #require(ProjectName("app"))
        try catalogue.apply([(shop, change(1, "a")), (app, change(1, "x"))])
        let first = catalogue.unsaved
        try catalogue.apply([(shop, change(2, "b"))])
        catalogue.saved(first)
        #expect(catalogue.unsaved.map(\.1.name) == ["b"])
        catalogue.saved(first)
        catalogue.saved([])
        #expect(catalogue.unsaved.count == 1)
    }
}
