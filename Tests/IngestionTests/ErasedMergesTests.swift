// Users who were one with others erased: by any identifier, with all that they were, and nobody
// else.

import Basics
import Chassis
import Foundation
import KeyValue
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite("Erasures and merges") struct ErasedMergesTests {
    /// Whether the index names somebody.
    private func names(_ open: OpenIntake, _ text: String) throws -> Bool {
        let families = [open.index.users, open.index.events, open.index.lists, open.index.facts]
        return try families.contains { family in
            try open.index.store.scan(family, limit: .max).contains { key, value in
                Data(key + value).range(of: Data(text.utf8)) != nil
            }
        }
    }

    @Test(
        "by any of the identifiers all of them go, whatever became of the index",
        arguments: ["running", "restarted", "behind", "deleted", "rewritten"]
    )
    func whole(_ how: String) async throws {
        for asked in ["x-anon", "x-ann", "x-old"] {
            let rig = try IngestionRig()
            var open = try rig.open()
            let all = ["x-anon", "x-ann", "x-old", "bob"]
            _ = try await open.track(all.map { Sent.event($0, "first", id: "1 of \($0)") })
            _ = try await open.change(.add, ["x-old", "bob"], of: "vip")
            _ = try await open.identify("x-anon", "x-old")
            if how == "behind" {
                try open.stop()
                try rig.keep(rig.indexFolder)
                open = try rig.open()
            }
            _ = try await open.alias("x-old", "x-ann")
            _ = try await open.track([Sent.event("x-anon", "later")])
            rig.clock.advance(ms: 5)
            let told = try await open.erase(asked, 1)
            #expect(told.identifiers.map(\.text) == ["x-ann", "x-anon", "x-old"])
            if how != "running" { try open.stop() }
            if how == "behind" { try rig.bringBack(rig.indexFolder) }
            if how == "deleted" { try rig.remove(rig.indexFolder) }
            if how == "rewritten" { try rig.rewrite() }
            if how != "running" { open = try rig.open() }
            #expect(try !names(open, "x-"), "asked for \(asked)")
            if how == "rewritten" {
                #expect(try !open.tells("x-") && !open.tells("later"))
                #expect(try rig.files(with: "x-").isEmpty)
            }
            let log = try MergedLog(open)
            #expect(all.map { log.history(of: $0).count } == [0, 0, 0, 1])
            #expect(try IndexReader(open.index).users(on: "vip", of: shop, limit: 9).count == 1)
            // One receipt, told again whoever is asked for.
            #expect(try IndexReader(open.index).erasures(of: shop).map(\.receipt) == [told.receipt])
            for id in all.dropLast() {
                let again = try await open.erase(id, 2)
                #expect(again == ErasureOutcome(receipt: told.receipt, identifiers: [UserID(id)!]))
            }
            // Who comes again was never one with anybody.
            _ = try await open.track(all.map { Sent.event($0, "new", id: "1 of \($0)") })
            _ = try await open.identify("x-old", "bob")
            let later = try MergedLog(open)
            #expect(later.history(of: "x-anon") == ["new"])
            // Bob's own event with that id was received before.
            #expect(later.history(of: "bob") == ["first", "new"])
            let second = try await open.erase("x-old", 3)
            #expect(second.identifiers.map(\.text) == ["bob", "x-old"])
            #expect(try await open.erase("x-ann", 4).identifiers.map(\.text) == ["x-ann"])
            try open.stop()
        }
    }

    @Test(
        "after a merge was taken back either goes alone, and no copy of it stays",
        arguments: ["x-anon", "x-ann"]
    )
    func parted(_ gone: String) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let all = ["x-anon", "x-ann", "x-friend"]
        func record(_ id: String, _ what: String) -> [IngestionV1.TrackRecord] {
            let value = [Sent.property("\(what) \(id) property", .text("\(what) \(id) value"))]
            return [
                Sent.event(id, "\(what) \(id)", id: "\(what) \(id)", value),
                Sent.profile(id, set: value),
            ]
        }
        _ = try await open.track(all.flatMap { record($0, "before") })
        _ = try await open.identify("x-friend", "x-anon")
        _ = try await open.alias("x-anon", "x-ann")
        _ = try await open.track(all.flatMap { record($0, "while") })
        _ = try await open.unmerge("x-anon")
        _ = try await open.unmerge("x-friend")
        _ = try await open.track(all.flatMap { record($0, "after") })
        // Who was merged into one that goes on is found by the name that it has now.
        _ = try await open.identify("x-friend", "x-last")
        let stays = gone == "x-ann" ? "x-anon" : "x-ann"
        let before = try MergedLog(open)
        let told = try await open.erase(gone, 1)
        #expect(told.identifiers.map(\.text) == [gone])
        for isRewritten in [false, true] {
            if isRewritten {
                try open.stop()
                try rig.rewrite()
                open = try rig.open()
                #expect(try !open.tells(gone))
                #expect(try !names(open, gone))
                #expect(try rig.files(with: gone).isEmpty)
            }
            let after = try MergedLog(open)
            #expect(after.history(of: gone).isEmpty)
            for id in [stays, "x-last"] {
                #expect(after.history(of: id) == before.history(of: id), "\(id), \(isRewritten)")
                #expect(after.history(of: id).count == 6)
            }
        }
        // Rewritten once more nothing changes, and everybody goes on.
        try open.stop()
        try StartOrder(.rewrite, folder: rig.folder, disk: RealDisk()).give()
        #expect(try rig.rewriting().run() == 0)
        open = try rig.open()
        _ = try await open.track([Sent.event("x-friend", "last"), Sent.event(stays, "last")])
        #expect(try MergedLog(open).history(of: "x-last").last == "last")
        _ = try await open.alias("x-last", stays)
        #expect(try MergedLog(open).history(of: stays).count == 14)
        #expect(try await open.erase("x-friend", 2).identifiers.count == 3)
        try open.stop()
    }

    /// What callers did, so far as it is about who stays.
    private enum Step {
        case track(String, String)
        case merge(String, String)
        case unmerge(String)

        var users: Set<String> {
            switch self {
            case .track(let id, _), .unmerge(let id): [id]
            case .merge(let old, let known): [old, known]
            }
        }

        func run(_ open: OpenIntake) async throws {
            switch self {
            case .track(let id, let what):
                _ = try await open.track([
                    Sent.event(id, what, id: what),
                    Sent.profile(
                        id,
                        set: [
                            Sent.property("p-\(what)", .text(what))
                        ]
                    ),
                ])
            case .merge(let old, let known): _ = try await open.alias(old, known)
            case .unmerge(let id): _ = try await open.unmerge(id)
            }
        }
    }

    @Test("random logs of merges and erasures are those without the users, rewritten or not")
    func differential() async throws {
        var (merges, erasures, returns) = (0, 0, 0)
        for seed in 0..<20 {
            var random = SeededRandom(seed: UInt64(0xE2A_2000 + seed))
            let rig = try IngestionRig()
            var open = try rig.open()
            let ids = (0..<6).map { "x\($0)-person" }
            var steps: [Step] = []
            var gone: [String] = []
            var isGone: Set<String> = []
            for number in 0..<60 {
                rig.clock.advance(ms: 1)
                let (one, other) = (ids[random.below(6)], ids[random.below(6)])
                let step: Step
                switch random.below(20) {
                case 0..<9: step = .track(one, "did-\(number)-\(one)")
                case 9..<14 where one != other: step = .merge(one, other)
                case 14..<18: step = .unmerge(one)
                case 18:
                    guard let told = try? await open.erase(one, UInt8(number)) else { continue }
                    let users = Set(told.identifiers.map(\.text))
                    gone += steps.filter { !$0.users.isDisjoint(with: users) }.compactMap {
                        if case .track(_, let what) = $0 { what } else { nil }
                    }
                    steps.removeAll { !$0.users.isDisjoint(with: users) }
                    isGone.formUnion(users)
                    erasures += 1
                    continue
                default: continue
                }
                // Merges that are refused change nothing.
                guard (try? await step.run(open)) != nil else { continue }
                steps.append(step)
                if case .merge = step { merges += 1 }
                returns += step.users.isDisjoint(with: isGone) ? 0 : 1
            }
            let never = try IngestionRig()
            let plain = try never.open()
            for step in steps {
                do {
                    try await step.run(plain)
                } catch let error as IngestionError where error.code == .unknownUser {
                    // Who is parted here was heard of by a merge with somebody erased.
                }
            }
            let right = try MergedLog(plain)
            for how in ["running", "restarted", "deleted", "rewritten"] {
                if how != "running" { try open.stop() }
                if how == "deleted" { try rig.remove(rig.indexFolder) }
                if how == "rewritten" { try rig.rewrite() }
                if how != "running" { open = try rig.open() }
                let told = try MergedLog(open)
                for id in ids {
                    let (has, shall) = (told.history(of: id), right.history(of: id))
                    #expect(has.sorted() == shall.sorted(), "\(id), \(how), seed \(seed)")
                    let who = ProjectUser(project: shop, user: try #require(UserID(id)))
                    let known = try IndexReader(open.index).users(of: [who])[who]
                    let knownThere = try IndexReader(plain.index).users(of: [who])[who]
                    #expect(known?.survivor == knownThere?.survivor, "\(id), \(how), seed \(seed)")
                }
            }
            let left = Set(steps.flatMap(\.users))
            for text in gone + isGone.subtracting(left) {
                #expect(try !open.tells(text) && !names(open, text), "\(text), seed \(seed)")
            }
            try open.stop()
            try plain.stop()
        }
        #expect(merges > 100 && erasures > 20 && returns > 50, "\(merges), \(erasures), \(returns)")
    }
}
