// An exported file is whole or not there, and goes on where it stopped, whatever ended it.

import Basics
import Kit
import Messages
import Testing

@testable import ShoalCommand

@Suite struct ExportFileTests {
    private static let path = "/data/out.csv"

    private func text(_ disk: ForgetfulDisk, _ path: String) throws -> String {
        let file = try disk.open(path, .read)
        return String(decoding: try file.read(at: 0, count: 1 << 20), as: UTF8.self)
    }

    @Test("the file has its name when it is whole, and nothing is left beside it")
    func whole() throws {
        let disk = ForgetfulDisk(folder: "/data")
        var file = try ExportFile(Self.path, what: "a", anew: false, disk: disk)
        try file.add("one\n", users: 1, next: [1])
        #expect(try !disk.exists(Self.path))
        try file.add("two\n", users: 1, next: nil)
        try file.finish()
        #expect(try text(disk, Self.path) == "one\ntwo\n")
        #expect(try disk.list("/data") == ["out.csv"])
        #expect(file.users == 2 && file.bytes == 8)
    }

    @Test("a power cut after any step leaves a part to go on with, and no line twice")
    func powerCuts() throws {
        for cut in 0..<6 {
            let disk = ForgetfulDisk(folder: "/data")
            var file = try ExportFile(Self.path, what: "a", anew: false, disk: disk)
            for page in 0..<cut { try file.add("page \(page)\n", users: 1, next: [UInt8(page)]) }
            disk.crash()
            var again = try ExportFile(Self.path, what: "a", anew: false, disk: disk)
            let next = again.cursor.map { Int($0[0]) + 1 } ?? 0
            #expect(next == cut)
            for page in next..<6 { try again.add("page \(page)\n", users: 1, next: [UInt8(page)]) }
            try again.finish()
            let whole = (0..<6).map { "page \($0)\n" }.joined()
            #expect(try text(disk, Self.path) == whole && again.users == 6, "cut behind \(cut)")
        }
    }

    @Test("what another export left, or was cut short, is not gone on with")
    func others() throws {
        let disk = ForgetfulDisk(folder: "/data")
        var file = try ExportFile(Self.path, what: "a", anew: false, disk: disk)
        try file.add("one\n", users: 1, next: [7])
        let other = #expect(throws: CommandError.self) {
            try ExportFile(Self.path, what: "b", anew: false, disk: disk)
        }
        #expect(other?.hint.contains("--restart") == true)
        let short = try disk.open(Self.path + ".partial", .append)
        try short.truncate(to: 1)
        #expect(throws: CommandError.self) {
            try ExportFile(Self.path, what: "a", anew: false, disk: disk)
        }
        let anew = try ExportFile(Self.path, what: "b", anew: true, disk: disk)
        #expect(anew.cursor == nil && anew.bytes == 0)
        // A damaged state tells nothing.
        let state = try disk.open(Self.path + ".partial-state", .create)
        try state.append(Array("export\n1\n2\n3\n4\n".utf8))
        #expect(try ExportFile(Self.path, what: "b", anew: false, disk: disk).cursor == nil)
    }

    @Test("lines are what readers of CSV and the import read")
    func lines() throws {
        let user = EvaluationV1.ExportedUser(
            userID: "a,b",
            values: [
                LogV1.Value(kind: .text("say \"hi\"\n")), LogV1.Value(kind: .decimalE4(125_000)),
                LogV1.Value(), LogV1.Value(kind: .flag(true)),
                LogV1.Value(kind: .instantMs(0)),
            ]
        )
        let names = ["note", "amount", "gone", "is", "at"]
        let csv = ExportLine(format: .csv, properties: names)
        #expect(csv.heading == "user_id,note,amount,gone,is,at\r\n")
        #expect(
            try csv.text(user)
                == "\"a,b\",\"say \"\"hi\"\"\n\",12.5,,true,1970-01-01T00:00:00.000Z\r\n"
        )
        let ndjson = ExportLine(format: .ndjson, properties: names)
        #expect(ndjson.heading.isEmpty)
        #expect(
            try ndjson.text(user) == #"{"user_id":"a,b","properties":{"note":"say \"hi\"\n","#
                + #""amount":12.5,"is":true,"at":"1970-01-01T00:00:00.000Z"}}"# + "\n"
        )
        let bare = ExportLine(format: .ndjson, properties: [])
        #expect(
            try bare.text(EvaluationV1.ExportedUser(userID: "u")) == #"{"user_id":"u"}"# + "\n"
        )
    }
}
