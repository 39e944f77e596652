// A line of a user's export: whose records became the user's is told, and what came in as whose.

import Basics
import Messages
import Testing
import Wire

@testable import ShoalCommand

@Suite struct UserExportLineTests {
    private func line(_ body: LogV1.LogRecord.Body, origin: LogV1.Origin? = nil) throws -> String {
        let record = LogV1.LogRecord(offset: 7, project: "shop", body: body, origin: origin)
        return try UserExportLine(record).json.line
    }

    @Test("identifiers that became the user's are told, and what came in under them")
    func merged() throws {
        let merge = try line(.mergeIn(LogV1.MergeIn(userID: "anon-1", records: 2)))
        #expect(merge.contains(#""kind":"merged""#), "\(merge)")
        #expect(merge.contains(#""user_id":"anon-1""#) && merge.contains(#""records":2"#))
        let event = try line(
            .event(LogV1.Event(name: "Charged")),
            origin: LogV1.Origin(userID: "anon-1", partition: 3, offset: 5)
        )
        #expect(event.contains(#""kind":"event""#) && event.contains(#""came_in_as":"anon-1""#))
        let own = try line(.event(LogV1.Event(name: "Charged")))
        #expect(!own.contains("came_in_as"), "\(own)")
        let undone = try line(.mergeUndone(LogV1.MergeUndone(userID: "anon-1")))
        #expect(undone.contains(#""kind":"unmerged""#), "\(undone)")
        let returned = try line(.mergeIn(LogV1.MergeIn(userID: "anon-1", returned: true)))
        #expect(returned.contains(#""kind":"parted""#), "\(returned)")
    }
}
