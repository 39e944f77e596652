// Tests of PeerLine: objects flattened, depth bounded, damage noticed; and what samples share.

import Basics
import Foundation
import Kit
import Messages
import Testing
import Wire

@testable import ShoalCommand

/// The text of a peer's sample.
func sampleText(_ format: FileFormat) throws -> String {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Samples/\(format.rawValue).ndjson")
    return String(decoding: try Data(contentsOf: file), as: UTF8.self)
}

/// The records of a peer's sample, each in a line of text: where, who, what, when, with what.
func sample(_ format: FileFormat) throws -> [String] {
    try records(try sampleText(format), SourceSettings(format: format)).map { try $0.summary() }
}

extension SourceRecord {
    /// Which record of the file, and what stands there.
    func summary() throws -> String {
        let line = place.record
        switch content {
        case .blank: return "\(line) blank"
        case .problem(let problem): return "\(line) ✗ \(problem.field): \(problem.message)"
        case .record(let record):
            if let event = record.event {
                let at = event.occurredAtMs.map { "\($0)" } ?? "-"
                return "\(line) \(record.userID) \(event.name) \(event.eventID ?? "-") \(at) "
                    + (try Self.list(event.properties))
            }
            guard let profile = record.profile else { return "\(line) nothing" }
            let at = profile.atMs.map { "\($0)" } ?? "-"
            return "\(line) \(record.userID) \(at) \(try Self.list(profile.set)) without "
                + profile.unset.joined(separator: ",")
        }
    }

    private static func list(_ properties: [LogV1.Property]) throws -> String {
        try properties.map {
            let known = try ValueCoding.decode($0)
            return "\(known.name)=\(known.value)"
        }.joined(separator: " ")
    }
}

@Suite struct PeerLineTests {
    private func properties(_ line: String) throws(LineProblem) -> FoundProperties {
        let bytes = Array(line.utf8)
        var found = FoundProperties()
        try found.add(try PeerLine(bytes, 0..<bytes.count).fields)
        return found
    }

    private func problem(_ line: String) -> LineProblem? {
        do throws(LineProblem) {
            _ = try properties(line)
            return nil
        } catch { return error }
    }

    @Test("objects within become properties joined by dots, null at any depth is absent")
    func flat() throws {
        let found = try properties(#"{"a":{"b":{"c":1},"d":null},"e":[],"f":{}} "#)
        #expect(found.present.map(\.name) == ["a.b.c", "e"])
        #expect(found.present.map(\.value) == [.number(Number(1)), .list([])])
        #expect(found.absent == ["a.d"])
    }

    @Test(
        "what cannot be a property is refused by its place",
        arguments: [
            (#"{"a":[{"b":1}]}"#, "properties.a"), (#"{"a":{"b":[[1]]}}"#, "properties.a.b"),
            (#"{"a":[null]}"#, "properties.a"), (#"{"a":1,"a":2}"#, "a"),
            (#"{"a":nul}"#, "a"), (#"{"a":1} 2"#, ""), (#"[1]"#, ""), ("", ""), (#"{"a"}"#, "a"),
        ]
    )
    func refused(_ line: String, _ field: String) {
        #expect(problem(line)?.field == field, "\(String(describing: problem(line)))")
    }

    @Test("sixteen levels are read, a hundred thousand are refused without recursion")
    func deep() {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"a":"#, count: depth - 1) + "{}"
                + String(repeating: "}", count: depth - 1)
        }
        #expect(problem(nested(PeerLine.depthMax)) == nil)
        #expect(problem(nested(PeerLine.depthMax + 1))?.field == "a")
        #expect(problem(#"{"a":"# + String(repeating: "[", count: 100_000))?.field == "a")
    }

    @Test(
        "lines damaged at random are read or refused, never worse",
        arguments: [
            (
                FileFormat.segment,
                #"{"type":"track","userId":"u","event":"E","timestamp":"2015-02-23"}"#
            ),
            (.mixpanel, #"{"event":"E","properties":{"distinct_id":"u","time":1602611311}}"#),
            (.clevertap, #"{"type":"event","identity":"u","ts":1,"evtName":"E","evtData":{}}"#),
            (.clevertap, #"{"eventName":"E","ts":20151023140416,"profile":{"identity":"u"}}"#),
            (.amplitude, #"{"event_type":"E","user_id":"u","time":1,"event_properties":{}}"#),
        ]
    )
    func mutations(_ format: FileFormat, _ line: String) throws {
        var random = SeededRandom(seed: 11)
        var refused = 0
        for _ in 0..<5_000 {
            var bytes = Array(line.utf8)
            for _ in 0...random.below(4) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            var source = RecordSource(SourceSettings(format: format), pieces(bytes, of: 64))
            while let record = try source.next() {
                if case .problem = record.content { refused += 1 }
            }
        }
        #expect(refused > 2_500, "seed 11: most damage is noticed")
    }
}
