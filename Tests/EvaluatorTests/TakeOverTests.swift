// Taking partitions over from another evaluator's checkpoints: quicker, and never another answer.

import Basics
import Foundation
import KeyValue
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite("Taking over", .timeLimit(.minutes(1)))
struct TakeOverTests {
    private let first = Partition(index: 0)
    private let second = Partition(index: 1)

    @Test("an honest old owner's checkpoint is copied, and only the rest of the log is read")
    func copies() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 150])
        try await rig.following {
            await rig.read(first)
            let sealedTo = try await rig.new.lane.ask([first]) { $0[0].sealedTo }
            #expect(sealedTo == LogOffset(150))
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
            #expect(answers.allSatisfy { !$0.isEmpty })
            // Records below the checkpoint told it of the catalogue; they are not read here.
            #expect(rig.new.catalogue.project(shop) == rig.old.catalogue.project(shop))
            #expect(rig.new.catalogue.project(shop).revision == 3)
        }
        #expect(try rig.new.checkpoints.newest(first) == rig.old.checkpoints.newest(first))
        #expect(rig.pieces == 6, "three files, each of a piece and its end")
        // A restart finds the copy where it was published, and the catalogue with it.
        let again = try rig.new.checkpoints.load(first)
        #expect(again.next == LogOffset(150))
        #expect(try rig.new.checkpoints.loadCatalogue().project(shop).revision == 3)
    }

    @Test("live segments come with it: the feed goes on with the next number, as it would have")
    func copiesFeeds() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 150])
        let told = try rig.old.checkpoints.feeds.records(
            of: TakeOverRig.spent,
            in: first,
            after: 0,
            limit: .max
        )
        try await rig.following {
            await rig.read(first)
            let sealedTo = try await rig.new.lane.ask([first]) { $0[0].sealedTo }
            #expect(sealedTo == LogOffset(150))
            let feed = try await rig.feed(first)
            #expect(try feed == rig.feedOfTheLog(first))
            #expect(!told.isEmpty && feed.records.starts(with: told))
            #expect(feed.records.count > told.count, "it has gone on")
        }
        #expect(rig.pages == 4, "two families, each a page of rows and its end")
        // A restart finds them with the columns.
        let again = try rig.new.checkpoints.load(first, isFollowing: true)
        #expect(again.next == LogOffset(150))
        let end = again.live.ends.first { $0.feed == TakeOverRig.spent }
        #expect(end?.sequence ?? 0 >= UInt64(told.count))
    }

    @Test("a copy of live segments that was cut off while it was put into its place is forgotten")
    func cutOff() throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 150])
        let (old, new) = (rig.old.checkpoints.feeds, rig.new.checkpoints.feeds)
        var place: [UInt8] = []
        for family in KeptFamily.allCases {
            let page = try old.page(of: first, family, after: [], bytesMax: .max)
            try new.stage(page.rows, family)
            place = page.place
        }
        var batch = Batch()
        try new.takeStaged(of: first, place: place, &batch)
        // The batch that would make it count is never written.
        let state = try rig.new.checkpoints.load(first, isFollowing: true)
        #expect(state.next == .zero && state.live.ends.isEmpty)
        for family in KeptFamily.allCases {
            #expect(try new.page(of: first, family, after: [], bytesMax: .max).rows.isEmpty)
        }
        try new.takeStaged(of: first, place: place, &batch)
        try new.store.write(batch, sync: true)
        let kept = try #require(try new.load(first, sealedTo: .zero))
        #expect(kept.next == LogOffset(150) && !kept.marks.isEmpty)
    }

    @Test("live segments that are as far here are not copied")
    func keepsItsOwnFeeds() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 150])
        var state = PartitionState(first)
        let records = rig.ingestion.log(first).records[..<160]
        try rig.new.catalogue.apply(state.apply(Array(records)))
        try rig.new.checkpoints.remember(&state.live)
        try await rig.following {
            await rig.read(first)
            #expect(try await rig.feed(first) == rig.feedOfTheLog(first))
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
        #expect(rig.pieces > 0 && rig.pages == 0)
    }

    @Test(
        "whatever is wrong with a copy, it is refused whole and the log is read",
        arguments: Manners.allCases.filter { ![.honest, .slow].contains($0) }
    )
    func refuses(_ manners: Manners) async throws {
        let rig = try TakeOverRig(manners)
        try rig.seal(first, at: [80, 150])
        try await rig.following {
            await rig.read(first)
            let sealedTo = try await rig.new.lane.ask([first]) { $0[0].sealedTo }
            #expect(sealedTo == .zero, "all of it comes from the log")
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
            #expect(try await rig.feed(first) == rig.feedOfTheLog(first))
            #expect(rig.new.catalogue.project(shop) == rig.old.catalogue.project(shop))
        }
        #expect(try rig.new.checkpoints.newest(first) == nil)
        let folder = "\(rig.new.folder)/columns/partition-00000"
        let disk = RealDisk()
        let left =
            try disk.exists(folder)
            ? disk.list(folder).flatMap { project in
                try disk.list("\(folder)/\(project)")
            } : []
        #expect(left.isEmpty, "what was copied so far is gone: \(left)")
    }

    @Test("a damaged file of the old owner's is not believed")
    func damagedFile() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 150])
        let folder = "\(rig.old.folder)/columns/partition-00000/shop"
        let name = try #require(try RealDisk().list(folder).last)
        let path = URL(filePath: "\(folder)/\(name)")
        var bytes = [UInt8](try Data(contentsOf: path))
        bytes[bytes.count / 2] ^= 0x20
        try Data(bytes).write(to: path)
        try await rig.following {
            await rig.read(first)
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
        #expect(try rig.new.checkpoints.newest(first) == nil)
    }

    @Test("what is here already is not copied again, and a newer checkpoint of its own stays")
    func keepsItsOwn() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 150])
        var state = PartitionState(first)
        for offset in [80, 140] {
            let records = rig.ingestion.log(first).records[Int(state.next.value)..<offset]
            try rig.new.catalogue.apply(state.apply(Array(records)))
            try rig.new.checkpoints.seal(&state, catalogue: rig.new.catalogue)
        }
        try await rig.following {
            await rig.read(first)
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
        #expect(rig.pieces == 0, "ten records more are sooner read than copied")
        let own = try rig.new.checkpoints.newest(first)
        #expect(own?.sealedTo == LogOffset(140))
    }

    @Test("what was rewritten here is not copied back from where it was not")
    func rewrittenHere() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [150])
        try rig.new.checkpoints.rewrite()
        try await rig.following {
            await rig.read(first)
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
        #expect(rig.pieces == 0)
    }

    @Test("who takes a copy of what was rewritten takes none of what was not, from then on")
    func rewrittenThere() async throws {
        let rig = try TakeOverRig()
        try rig.old.checkpoints.rewrite()
        try rig.seal(first, at: [150])
        try await rig.following { await rig.read(first) }
        #expect(rig.pieces > 0)
        #expect(try rig.new.checkpoints.rewritings() == 1)
    }

    @Test("a partition that comes back gets only the files it lacks")
    func comesBack() async throws {
        let rig = try TakeOverRig()
        try rig.seal(first, at: [80, 110, 150])
        var state = PartitionState(first)
        let records = Array(rig.ingestion.log(first).records[..<80])
        try rig.new.catalogue.apply(state.apply(records))
        try rig.new.checkpoints.seal(&state, catalogue: rig.new.catalogue)
        try await rig.following {
            await rig.read(first)
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
        #expect(rig.pieces == 4, "two files, each of a piece and its end")
        let own = try rig.new.checkpoints.newest(first)
        #expect(own?.sealedTo == LogOffset(150))
    }

    @Test("while one partition is copied questions wait for it, and the others are followed")
    func goesOnMeanwhile() async throws {
        let rig = try TakeOverRig(.slow, partitions: 2)
        try rig.seal(first, at: [150])
        try await rig.following {
            await until("a piece is asked for") { rig.pieces > 0 }
            #expect(rig.applied[first]?.next == .zero)
            try rig.ingestion.write { try $0[1].event("Charged", by: "ann", at: day(1)) }
            await rig.read(second)
            #expect(rig.applied[first]?.next == .zero)
            rig.letGo()
            await rig.read(first)
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
        let own = try rig.new.checkpoints.newest(first)
        #expect(own?.sealedTo == LogOffset(150))
    }

    @Test("a partition that the map takes away while it is copied is not adopted")
    func takenAway() async throws {
        let rig = try TakeOverRig(.slow, partitions: 2)
        try rig.seal(first, at: [150])
        try await rig.following {
            await until("a piece is asked for") { rig.pieces > 0 }
            rig.registry.change { $0.assignments[0].instanceID = evaluatorID(1).bytes }
            await until("it is not announced any more") { rig.applied[first] == nil }
            rig.letGo()
            await until("the copy has ended") {
                (try? rig.new.checkpoints.newest(first)) ?? nil != nil
            }
            try rig.ingestion.write { try $0[1].event("Charged", by: "ann", at: day(1)) }
            await rig.read(second)
            #expect(rig.applied[first] == nil)
            // It comes back, and needs no further copy.
            rig.registry.change {
                $0.assignments[0].instanceID = evaluatorID(0).bytes
                $0.assignments[0].epoch = 4
            }
            await rig.read(first)
            let answers = try await rig.answers(first)
            #expect(try answers == rig.answersOfTheLog(first))
        }
    }
}
