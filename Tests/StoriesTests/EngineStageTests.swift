// The engine alone takes records in by ingestion's rules.

import Basics
import Segments
import Testing

@testable import Stories

@Suite("the engine alone")
struct EngineStageTests {
    private let noon = Timestamp(ms: 1_735_732_800_000)

    private func charge(_ user: String, ts: Timestamp? = nil, id: String? = nil) throws
        -> Story.Record
    {
        let user = try #require(UserID(user))
        return Story.Record(user: user, ts: ts, body: .event(name: ExactName("E"), id: id, []))
    }

    @Test("an event id is known once per user")
    func duplicates() async throws {
        let stage = EngineStage(zone: .utc)
        #expect(try await stage.write(charge("a", id: "1"), at: noon) == .taken)
        #expect(try await stage.write(charge("a", id: "1"), at: noon) == .duplicate)
        #expect(try await stage.write(charge("b", id: "1"), at: noon) == .taken)
    }

    @Test("an instant up to a day ahead becomes that of the receipt, one beyond is refused")
    func future() async throws {
        let stage = EngineStage(zone: .utc)
        let ever = Definition(.did(Did(EventMatch([ExactName("E")]))))
        try await stage.define("ever", ever, at: noon)
        let (near, day) = (Int64(300_000), Int64(86_400_000))
        #expect(try await stage.write(charge("near", ts: noon + (near - 1)), at: noon) == .taken)
        #expect(try await stage.write(charge("far", ts: noon + near), at: noon) == .taken)
        #expect(try await stage.write(charge("day", ts: noon + day), at: noon) == .taken)
        let beyond = try await stage.write(charge("beyond", ts: noon + (day + 1)), at: noon)
        guard case .refused = beyond else {
            Issue.record("more than a day ahead was \(beyond)")
            return
        }
        let members = try await stage.members(of: "ever", asOf: noon)
        #expect(members.map(\.text).sorted() == ["day", "far"])
    }
}
