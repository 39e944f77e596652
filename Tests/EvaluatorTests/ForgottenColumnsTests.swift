// After the rewriting no file of an evaluator has a byte of who was erased, and everybody else is
// answered for as before.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct ForgottenColumnsTests {
    /// Stands in everything that is about the user, what live segments remember, too.
    private static let canary = "canary7F3"
    private static let home = Partition(index: 0)

    private func tainted(_ folder: String) throws -> Set<String> {
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
        var found: Set<String> = []
        for file in files ?? [] {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(file)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            if bytes.range(of: Data(Self.canary.utf8)) != nil { found.insert(file) }
        }
        return found
    }

    private func script() throws -> LogScript {
        var log = LogScript()
        try log.segment("buyers", did("Charged"), revision: 1)
        let left = LiveDefinition(
            .inaction(
                Inaction(
                    did: EventMatch(["Seen"]),
                    didNot: EventMatch(["Bought"]),
                    withinMs: 3_600_000,
                    key: "cart"
                )
            ),
            zone: "UTC"
        )
        try log.segment("left", live: left, revision: 2)
        for id in ["bob", Self.canary, "eve"] {
            let name = id == Self.canary ? Self.canary : "Paid"
            let value = [(name: ExactName("cart"), value: PropertyValue.text("\(id)-cart"))]
            try log.event("Charged", by: id, at: Timestamp(ms: 900))
            try log.event("Seen", by: id, at: Timestamp(ms: 1_000), value)
            try log.event(name, by: id, at: Timestamp(ms: 1_100))
            try log.profile(of: id, since: nil, [(name: "city", value: .text("\(id)-city"))])
        }
        return log
    }

    @Test("no byte is left in chunks, checkpoints and live state; answers and feeds go on")
    func canary() throws {
        var log = try script()
        let erased = log.records.count
        log.erase(Self.canary)
        try inFolder { folder in
            let catalogue = Catalogue()
            var checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            var state = PartitionState(Self.home)
            try catalogue.apply(try state.apply(Array(log.records[..<erased])))
            try checkpoints.remember(&state.live)
            try checkpoints.seal(&state, catalogue: catalogue)
            try catalogue.apply(try state.apply(Array(log.records[erased...])))
            try checkpoints.remember(&state.live)
            let ends = state.live.ends
            checkpoints.close()
            let dirty = try tainted(folder)
            #expect(dirty.contains { $0.hasPrefix("columns/") }, "\(dirty)")
            #expect(dirty.contains { $0.hasPrefix("checkpoints/") }, "\(dirty)")
            checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            try checkpoints.rewrite()
            state = try checkpoints.load(Self.home, isFollowing: true)
            #expect(state.next == .zero && state.isBehindFeeds)
            _ = try state.apply(log.rewritten.records)
            #expect(state.live.ends == ends, "what was told stays as it was told")
            #expect(try state.members(did("Charged")) == ["bob", "eve"])
            let city = PropertyFilter("city", .equals, [.value(.text("eve-city"))])
            #expect(try state.members(Definition(nodes: [.user(UserProperty(city))])) == ["eve"])
            // Whoever is left is still waited for.
            try state.pass(Timestamp(ms: 9_000_000))
            #expect(state.live.ends.map(\.members).sorted() == [2, 2])
            try checkpoints.remember(&state.live)
            try checkpoints.seal(&state, catalogue: catalogue)
            checkpoints.close()
            #expect(try tainted(folder) == [])
            checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            let loaded = try checkpoints.load(Self.home, isFollowing: true)
            #expect(loaded.live.ends == state.live.ends)
            #expect(loaded.projects[shop]?.presentCount == 2)
        }
    }
}
