// What the tests of the command line share: surroundings of given parts, pieces of bytes.

import Basics
import Foundation
import Kit
import Messages
import Synchronization

@testable import ShoalCommand

/// Bytes in pieces of a given size, as a file would give them.
func pieces(_ bytes: [UInt8], of size: Int) -> () throws -> [UInt8]? {
    var at = 0
    return {
        guard at < bytes.count else { return nil }
        let end = min(at + size, bytes.count)
        defer { at = end }
        return Array(bytes[at..<end])
    }
}

/// All records of a text.
func records(
    _ text: String,
    _ settings: SourceSettings = SourceSettings(format: .ndjson),
    piece: Int = 7
) throws -> [SourceRecord] {
    var source = RecordSource(settings, pieces(Array(text.utf8), of: piece))
    var all: [SourceRecord] = []
    while let record = try source.next() { all.append(record) }
    return all
}

extension SourceRecord {
    /// The record, when there is one.
    var record: IngestionV1.TrackRecord? {
        if case .record(let record) = content { return record }
        return nil
    }

    /// The problem, when there is one.
    var problem: LineProblem? {
        if case .problem(let problem) = content { return problem }
        return nil
    }
}

extension IngestionV1.TrackRecord {
    /// The event, when it is one.
    var event: IngestionV1.TrackedEvent? {
        if case .event(let event)? = kind { return event }
        return nil
    }

    /// The change, when it is one.
    var profile: IngestionV1.TrackedProfile? {
        if case .profile(let profile)? = kind { return profile }
        return nil
    }
}

/// A folder of its own, removed by `remove`.
struct TestFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "shoal-cli-\(UUID().uuidString)"
        try RealDisk().createDirectory(path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = try RealDisk().open("\(path)/\(name)", .create)
        try file.append(bytes)
        try file.close()
        return "\(path)/\(name)"
    }

    func remove() {
        do { try FileManager.default.removeItem(atPath: path) } catch { return }
    }
}
