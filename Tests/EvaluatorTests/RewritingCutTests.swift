// A rewriting of an evaluator's files that is cut off at any step is done by the next start.

import Basics
import Chassis
import Columns
import Foundation
import Kit
import Messages
import Segments
import Synchronization
import Testing

@testable import Evaluator

/// The machine's disk, for so many changes of names: the next one ends the process, as far as
/// anybody can tell who comes after it.
private final class MortalDisk: Disk {
    private let left: Atomic<Int>
    private let real = RealDisk()

    init(changes: Int) { left = Atomic(changes) }

    /// Changes that it still lived to see.
    var changesLeft: Int { left.load(ordering: .relaxed) }

    private func live(_ path: String) throws(DiskError) {
        guard left.subtract(1, ordering: .relaxed).newValue >= 0 else {
            throw DiskError(.io, errno: "EIO", operation: "die", path: path)
        }
    }

    func createDirectory(_ path: String) throws(DiskError) { try real.createDirectory(path) }
    func list(_ path: String) throws(DiskError) -> [String] { try real.list(path) }
    func exists(_ path: String) throws(DiskError) -> Bool { try real.exists(path) }
    func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
        try real.open(path, mode)
    }
    func rename(_ path: String, to newPath: String) throws(DiskError) {
        try live(path)
        try real.rename(path, to: newPath)
    }
    func remove(_ path: String) throws(DiskError) {
        try live(path)
        try real.remove(path)
    }
    func syncDirectory(_ path: String) throws(DiskError) {
        try live(path)
        try real.syncDirectory(path)
    }
    func map(_ path: String) throws(DiskError) -> MappedFile { try real.map(path) }
    func lock(_ path: String) throws(DiskError) -> any DiskLock { try real.lock(path) }
    func freeBytes(_ path: String) throws(DiskError) -> Int { try real.freeBytes(path) }
}

@Suite struct RewritingCutTests {
    private static let home = Partition(index: 0)
    private static let bought = LiveDefinition(.action(Action(EventMatch(["Charged"]))))

    private func script() throws -> LogScript {
        var log = LogScript()
        try log.segment("buyers", live: Self.bought, revision: 1)
        for id in ["ann", "bob", "eve"] {
            for number in 1...3 { try log.event("Charged", by: id, at: day(Int64(number))) }
        }
        return log
    }

    /// Files of columns in several chunks, live state beside them, and an order.
    private func fill(_ folder: String, _ log: LogScript) throws {
        let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
        defer { checkpoints.close() }
        let catalogue = Catalogue()
        var state = PartitionState(Self.home)
        for records in [log.records[..<5], log.records[5..<9], log.records[9...]] {
            try catalogue.apply(try state.apply(Array(records)))
            try checkpoints.remember(&state.live)
            try checkpoints.seal(&state, catalogue: catalogue)
        }
        try StartOrder(.rewrite, folder: folder, disk: RealDisk()).give()
    }

    private func columnFiles(_ folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: "\(folder)/columns")?.allObjects ?? [])
            .compactMap { $0 as? String }.filter { $0.contains(".") }
    }

    @Test("cut off at each step, the next start ends it: no old file, the same answers and feeds")
    func everyStep() throws {
        var log = try script()
        log.erase("bob")
        var steps = 0
        while true {
            let isOver = try inFolder { folder in
                try fill(folder, log)
                #expect(columnFiles(folder).count == 3)
                let disk = MortalDisk(changes: steps)
                var checkpoints = try Checkpoints(folder: folder, disk: disk)
                let order = StartOrder(.rewrite, folder: folder, disk: disk)
                let end = refusal { try checkpoints.follow(order) }
                let isCut = end != nil || disk.changesLeft < 0
                // As after a kill: nothing was taken back.
                checkpoints.close()
                checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                defer { checkpoints.close() }
                let whole = StartOrder(.rewrite, folder: folder, disk: RealDisk())
                try checkpoints.follow(whole)
                #expect(try !whole.isGiven(), "step \(steps)")
                #expect(columnFiles(folder) == [], "step \(steps)")
                let rewritings = try checkpoints.rewritings()
                #expect((1...2).contains(rewritings), "step \(steps)")
                var state = try checkpoints.load(Self.home, isFollowing: true)
                #expect(state.next == .zero && state.isBehindFeeds)
                let ends = state.live.ends
                _ = try state.apply(log.rewritten.records)
                #expect(state.live.ends == ends && ends.map(\.members) == [2])
                #expect(try state.members(did("Charged")) == ["ann", "eve"], "step \(steps)")
                return !isCut
            }
            if isOver { break }
            steps += 1
        }
        // Three files, their folder, the order and its folder.
        #expect(steps == 6)
    }
}
