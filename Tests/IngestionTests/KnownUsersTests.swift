// Who comes in under an anonymous identifier, and what makes the user known.

import Basics
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Known and anonymous users") struct KnownUsersTests {
    private static func anonymous(_ user: String, _ name: String = "Viewed")
        -> IngestionV1.TrackRecord
    {
        var record = Sent.event(user, name)
        record.anonymous = true
        return record
    }

    /// Every word on who a user is, in each partition's order.
    private static func words(_ open: OpenIntake) throws -> [String] {
        try open.allRecords().compactMap { record in
            switch record.body {
            case .newUser(let new): (new.anonymous ? "anonymous " : "known ") + new.userID
            case .userKnown(let known): "told " + known.userID
            default: nil
            }
        }
    }

    @Test("a record that does not call the user anonymous tells who it is, once")
    func records() async throws {
        let rig = try IngestionRig(partitions: 1)
        var open = try rig.open()
        _ = try await open.track([
            Self.anonymous("a"), Sent.event("b"), Self.anonymous("a"), Self.anonymous("b"),
            Self.anonymous("c"), Sent.event("c"), Sent.event("c"),
        ])
        #expect(try Self.words(open) == ["anonymous a", "known b", "anonymous c", "told c"])
        _ = try await open.track([Self.anonymous("a"), Self.anonymous("c")])
        try open.stop()
        open = try rig.open()
        _ = try await open.track([Sent.event("a"), Sent.event("a"), Sent.event("c")])
        #expect(try Self.words(open).dropFirst(4) == ["told a"])
        // It stands before the record that tells it.
        let kinds = try open.log(0).suffix(4).map { record in
            switch record.body {
            case .userKnown: "told"
            case .event(let event): "\(event.userNumber)"
            default: "?"
            }
        }
        #expect(kinds == ["told", "0", "0", "2"])
        try open.stop()
    }

    @Test("a repeat tells nothing")
    func repeats() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        var first = Sent.event("a", "Viewed", id: "1")
        first.anonymous = true
        _ = try await open.track([first])
        _ = try await open.track([Sent.event("a", "Viewed", id: "1")])
        #expect(try Self.words(open) == ["anonymous a"])
        try open.stop()
    }

    @Test("a merge makes the user known whom it is into, and taken back leaves who went anonymous")
    func merges() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        _ = try await open.track([Self.anonymous("device"), Self.anonymous("visitor")])
        _ = try await open.identify("device", "visitor")
        #expect(try Self.words(open).suffix(1) == ["told visitor"])
        _ = try await open.track([Sent.event("device"), Self.anonymous("visitor")])
        _ = try await open.identify("unheard", "ann")
        let names = ["anonymous device", "anonymous visitor", "told visitor"]
        #expect(try Self.words(open) == names + ["anonymous unheard", "known ann"])
        _ = try await open.unmerge("device")
        _ = try await open.unmerge("unheard")
        #expect(try Self.words(open).suffix(2) == ["anonymous device", "anonymous unheard"])
        _ = try await open.track([Sent.event("device"), Sent.event("visitor")])
        #expect(try Self.words(open).suffix(1) == ["told device"])
        _ = try await open.alias("known-a", "known-b")
        _ = try await open.unmerge("known-a")
        #expect(try Self.words(open).suffix(1) == ["known known-a"])
        try open.stop()
    }

    @Test("an index made anew from the log knows the same")
    func replayed() async throws {
        let rig = try IngestionRig(partitions: 1)
        var open = try rig.open()
        _ = try await open.track([
            Self.anonymous("a"), Self.anonymous("b"), Sent.event("b"), Self.anonymous("device"),
        ])
        _ = try await open.identify("device", "ann")
        try open.stop()
        try rig.remove(rig.indexFolder)
        open = try rig.open()
        #expect(open.replayed > 0)
        let before = try Self.words(open).count
        _ = try await open.track([Sent.event("b"), Self.anonymous("a"), Sent.event("ann")])
        #expect(try Self.words(open).count == before)
        _ = try await open.track([Sent.event("a")])
        _ = try await open.unmerge("device")
        #expect(try Self.words(open).dropFirst(before) == ["told a", "anonymous device"])
        try open.stop()
    }
}
