// Several sets at once: overlaps, sets made of sets, exports and the segments of a user.

import Basics
import Chassis
import Columns
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct SetsQuestionTests {
    private static let seed: UInt64 = 73_000
    private static let cases = 60

    /// Without an end.
    private var limit: QuestionLimit { QuestionLimit(clock: SystemClock(), untilNs: .max) }

    @Test("over random histories, overlaps and made sets are what the user reader says")
    func random() throws {
        print("seeds from \(Self.seed), \(Self.cases) cases")
        var regions = 0
        for number in 0..<Self.cases {
            var example = try RandomCase(seed: Self.seed &+ UInt64(number))
            var state = PartitionState(Partition(index: 0))
            _ = try state.apply(example.log.records)
            guard let columns = state.projects[shop] else { continue }
            let count = 2 + example.random.below(3)
            let plans = try (0..<count).map { _ in
                let node = example.random.below(example.definition.nodes.count)
                return try Plan(example.definition.part(node), nested: example.nested)
            }
            let at = example.instants[0]
            var question = SetsQuestion(plans: plans, at: at)
            question.overlap = true
            // Whoever is in the first and in none of the others, or in none at all.
            question.expression = try SetExpression(
                [.any([1, 2]), .minus(Array(3..<(count + 3))), .not(count + 3)]
                    + (0..<count).map { .subject($0) } + [
                        .any(Array((count + 4)...(2 * count + 3)))
                    ]
                    + (0..<count).map { .subject($0) },
                subjects: count
            )
            question.members = (UserNumber(0), 1_000, 1 << 20)
            let part = try question.answer([columns, columns], limit)
            // By the bits of the sets each user is in.
            let bits = example.users.map { user in
                plans.enumerated().reduce(0) { bits, plan in
                    plan.element.isMember(user.history, at: at) ? bits | 1 << plan.offset : bits
                }
            }
            let place = "seed \(example.seed)"
            for (region, users) in part.regionUsers.enumerated() {
                let own = region == 0 ? 0 : bits.filter { $0 == region }.count
                #expect(users == UInt64(2 * own), "\(place), region \(region)")
                regions += own > 0 ? 1 : 0
            }
            for (index, users) in part.users.enumerated() {
                #expect(users == UInt64(2 * bits.filter { $0 >> index & 1 == 1 }.count), "\(place)")
            }
            var pairs = part.pairUsers.makeIterator()
            for first in 0..<count {
                for second in (first + 1)..<max(count, first + 1) {
                    let both = bits.filter { $0 >> first & $0 >> second & 1 == 1 }.count
                    #expect(pairs.next() == UInt64(2 * both), "\(place)")
                }
            }
            #expect(part.inAny == UInt64(2 * bits.filter { $0 != 0 }.count), "\(place)")
            #expect(part.inAll == UInt64(2 * bits.filter { $0 == 1 << count - 1 }.count))
            #expect(part.madeUsers == UInt64(2 * bits.filter { $0 <= 1 }.count), "\(place)")
        }
        #expect(regions > Self.cases / 3, "sets that never overlap would show little")
    }

    /// Three charged, two of them looked, and one who only looked; all have a city but one.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        try rig.charge(["ann", "bob", "carol"])
        try rig.charge(["bob", "carol", "dan"], "Looked")
        let count = try #require(PartitionCount(rig.partitions.count))
        try rig.ingestion.write { logs in
            for (user, city) in [("ann", "Pune"), ("bob", "Goa"), ("dan", "Delhi")] {
                let home = Int(count.home(project: shop, identifier: user).index)
                try logs[home].profile(of: user, since: nil, [("city", .text(city))])
                try logs[home].profile(of: user, since: day(8), [("city", .text("Rome"))])
            }
        }
        try await rig.feed()
        return rig
    }

    @Test("every evaluator tells sizes, pairs and regions, exact at every partition's position")
    func overlap() async throws {
        let rig = try await rig()
        let request = EvaluationV1.OverlapRequest(
            subject: try subject(did("Charged")),
            atMs: day(2).ms,
            others: [try subject(did("Looked", window: .rolling(ms: 2 * 86_400_000)))]
        )
        for node in rig.nodes {
            let answer = try await node.door.overlap(request, rig.call())
            #expect(answer.users == [3, 3] && answer.universe == 4)
            #expect(answer.pairs == [EvaluationV1.PairSize(first: 0, second: 1, users: 2)])
            let regions = answer.regions.map { ($0.segments, $0.users) }
            #expect(regions.map(\.0) == [[0], [1], [0, 1]] && regions.map(\.1) == [1, 1, 2])
            #expect(answer.inAny == 4 && answer.inAll == 2)
            #expect(answer.exactness?.positions.map(\.partition) == [0, 1, 2, 3])
            #expect(answer.windows.map(\.subject) == [0, 1])
            #expect(answer.windows[1].windows.map(\.toMs) == [day(2).ms + 1])
        }
        let alone = await fault { () async throws(Fault) in
            var alone = request
            alone.others = []
            return try await rig.nodes[0].door.overlap(alone, rig.call())
        }
        #expect(alone?.code == .invalidArgument && alone?.place == "others")
        let unknown = await fault { () async throws(Fault) in
            var unknown = request
            unknown.others.append(EvaluationV1.Subject(kind: .segment("nobody")))
            return try await rig.nodes[0].door.overlap(unknown, rig.call())
        }
        #expect(unknown?.code == .notFound && unknown?.place == "others[1]: nobody")
    }

    @Test("nine segments have pairs and no regions")
    func many() async throws {
        let rig = try await rig()
        let one = try subject(did("Charged"))
        let request = EvaluationV1.OverlapRequest(
            subject: one,
            atMs: day(2).ms,
            others: Array(repeating: one, count: 8)
        )
        let answer = try await rig.nodes[0].door.overlap(request, rig.call())
        #expect(answer.pairs.count == 36 && answer.regions.isEmpty && answer.inAll == 3)
    }

    @Test("a made set is counted and listed, each user once, whatever the page")
    func combine() async throws {
        let rig = try await rig()
        let text = try SetExpressionText("looked minus charged or charged and looked")
        for limit in [10, 1] as [UInt32] {
            var request = EvaluationV1.CombineRequest(
                subject: try subject(did("Looked")),
                atMs: day(2).ms,
                others: [try subject(did("Charged"))],
                nodes: SetCoding.encode(text.expression),
                limit: limit
            )
            var (members, pages): ([String], Int) = ([], 0)
            repeat {
                let door = rig.nodes[pages % rig.nodes.count].door
                let page = try await door.combine(request, rig.call())
                if pages == 0 {
                    #expect(page.users == 3 && page.universe == 4 && page.subjectUsers == [3, 3])
                    #expect(page.exactness?.positions.count == 4)
                }
                members += page.members
                request.cursor = page.nextCursor
                pages += 1
            } while request.cursor != nil && pages < 20
            #expect(members.sorted() == ["bob", "carol", "dan"])
        }
        let bad = await fault { () async throws(Fault) in
            let request = EvaluationV1.CombineRequest(
                subject: EvaluationV1.Subject(kind: .definition(SegmentV1.Definition())),
                nodes: [EvaluationV1.SetNode(operation: .not, inputs: [0])]
            )
            return try await rig.nodes[0].door.combine(request, rig.call())
        }
        #expect(bad?.code == .invalidArgument)
    }

    @Test("an export tells every member once with the properties in force at its instant")
    func export() async throws {
        let rig = try await rig()
        for (limit, room, at, cities) in [
            (100, 262_144, day(2), ["Pune", "Goa", "–"]),
            (1, 262_144, day(9), ["Rome", "Rome", "–"]),
            (100, 90, day(2), ["Pune", "Goa", "–"]),
        ] as [(UInt32, UInt32, Timestamp, [String])] {
            var request = EvaluationV1.ExportRequest(
                subject: try subject(did("Charged")),
                atMs: at.ms,
                properties: ["city", "absent"],
                limit: limit
            )
            var (told, pages): ([String: String], Int) = ([:], 0)
            repeat {
                let door = rig.nodes[pages % rig.nodes.count].door
                let page = try await door.export(request, rig.call(room: room))
                for user in page.users {
                    #expect(told[user.userID] == nil && user.values.count == 2)
                    #expect(user.values[1].kind == nil)
                    let city = try user.values[0].kind.map { _ in
                        try ValueCoding.decode(user.values[0])
                    }
                    told[user.userID] = if case .text(let text)? = city { text } else { "–" }
                }
                request.cursor = page.nextCursor
                pages += 1
            } while request.cursor != nil && pages < 20
            #expect(told == ["ann": cities[0], "bob": cities[1], "carol": cities[2]])
            #expect(pages > 1 || limit == 100)
        }
    }

    /// All pages of an export by turns at every node; `between` runs behind the first page.
    private func pages(
        _ rig: SuiteRig,
        _ request: EvaluationV1.ExportRequest,
        between: () async throws -> Void
    ) async throws -> [EvaluationV1.ExportResponse] {
        var (request, pages) = (request, [EvaluationV1.ExportResponse]())
        repeat {
            let door = rig.nodes[pages.count % rig.nodes.count].door
            pages.append(try await door.export(request, rig.call()))
            request.cursor = pages.last?.nextCursor
            if pages.count == 1 { try await between() }
        } while request.cursor != nil && pages.count < 50
        return pages
    }

    @Test("all pages of an export are of the first one's snapshot, whatever comes in meanwhile")
    func exportHolds() async throws {
        let rig = try SuiteRig()
        let users = (0..<20).map { "user-\($0)" }
        try rig.charge(users)
        try await rig.feed()
        let ends = rig.partitions.map { rig.ingestion.log($0).next.value }
        let request = EvaluationV1.ExportRequest(
            subject: try subject(did("Charged")),
            atMs: day(5).ms,
            properties: ["city"],
            limit: 3
        )
        let pages = try await pages(rig, request) {
            // New members, members' new cities, and an event that takes nobody away.
            try rig.charge((20..<40).map { "user-\($0)" })
            let count = try #require(PartitionCount(rig.partitions.count))
            try rig.ingestion.write { logs in
                for user in users {
                    let home = Int(count.home(project: shop, identifier: user).index)
                    try logs[home].profile(of: user, since: day(1), [("city", .text("Goa"))])
                }
            }
            try await rig.feed()
        }
        #expect(pages.count > 4)
        #expect(pages.flatMap(\.users).map(\.userID).sorted() == users.sorted())
        #expect(pages.flatMap(\.users).allSatisfy { $0.values.map(\.kind) == [nil] })
        #expect(pages[0].exactness?.positions.map(\.nextOffset) == ends)
        for position in pages.dropFirst().flatMap({ $0.exactness?.positions ?? [] }) {
            #expect(position.nextOffset == ends[Int(position.partition)])
        }
        // Asked anew, what came in meanwhile is told.
        let anew = try await self.pages(rig, request) {}
        #expect(anew.flatMap(\.users).count == 40)
    }

    @Test("a first page that is asked again under its request id is of the same snapshot")
    func exportAskedAgain() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<9).map { "user-\($0)" })
        try await rig.feed()
        let request = EvaluationV1.ExportRequest(
            subject: try subject(did("Charged")),
            atMs: day(5).ms,
            limit: 100,
            freshness: .local
        )
        let call = rig.call()
        let first = try await rig.nodes[0].door.export(request, call)
        try rig.charge(["late"])
        try await rig.feed()
        #expect(try await rig.nodes[0].door.export(request, call) == first)
        #expect(try await rig.nodes[0].door.export(request, rig.call()).users.count == 10)
    }

    @Test("a page whose snapshot or meaning is gone is refused, and never mixed")
    func exportRefuses() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<9).map { "user-\($0)" })
        try await rig.feed()
        let charged = try DefinitionCoding.encode(did("Charged"))
        _ = try await rig.nodes[0].door.create(
            .init(name: "inner", definition: charged),
            rig.call()
        )
        let inner = EvaluationV1.Subject(
            kind: .definition(
                try DefinitionCoding.encode(Definition(.inSegment(InSegment("inner"))))
            )
        )
        var request = EvaluationV1.ExportRequest(subject: inner, limit: 1)
        request.cursor = try await rig.nodes[0].door.export(request, rig.call()).nextCursor
        var members = EvaluationV1.MembersRequest(subject: inner, limit: 1)
        members.cursor = try await rig.nodes[0].door.members(members, rig.call()).nextCursor
        // Each owner keeps it: the others' pages go on.
        #expect(try await rig.nodes[1].door.export(request, rig.call()).users.count == 1)
        #expect(try await rig.nodes[1].door.members(members, rig.call()).users.count == 1)
        for number in 0..<HeldSnapshots.listingsMax {
            let other = EvaluationV1.ExportRequest(subject: inner, atMs: Int64(number), limit: 1)
            _ = try await rig.nodes[0].door.export(other, rig.call())
        }
        let gone = await fault { () async throws(Fault) in
            try await rig.nodes[1].door.export(request, rig.call())
        }
        #expect(gone?.code == .aborted && gone?.hint?.contains("snapshot is gone") == true)
        _ = try await rig.nodes[0].door.update(
            .init(name: "inner", definition: try DefinitionCoding.encode(did("Looked"))),
            rig.call()
        )
        request.cursor = nil
        let changed = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.members(members, rig.call())
        }
        #expect(changed?.code == .aborted && changed?.place == "cursor")
        #expect(changed?.hint?.contains("has changed since") == true)
    }

    @Test("a user's segments are all saved ones that hold the user then, page by page")
    func segmentsOf() async throws {
        let rig = try await rig()
        let saved = [("chargers", "Charged"), ("lookers", "Looked"), ("never", "Nothing")]
        for (name, event) in saved {
            _ = try await rig.nodes[0].door.create(
                EvaluationV1.CreateRequest(
                    name: name,
                    definition: try DefinitionCoding.encode(did(ExactName(event)))
                ),
                rig.call()
            )
        }
        for node in rig.nodes {
            func names(_ user: String, _ at: Timestamp, limit: UInt32) async throws -> [String] {
                var request = EvaluationV1.SegmentsOfRequest(
                    atMs: at.ms,
                    userID: user,
                    limit: limit
                )
                var (names, pages): ([String], Int) = ([], 0)
                repeat {
                    let page = try await node.door.segmentsOf(request, rig.call())
                    #expect(page.known && page.exactness?.positions.count == 1)
                    names += page.segments
                    request.afterName = page.nextAfterName
                    pages += 1
                } while request.afterName != nil && pages < 10
                return names
            }
            for limit in [100, 1] as [UInt32] {
                #expect(try await names("bob", day(2), limit: limit) == ["chargers", "lookers"])
                #expect(try await names("dan", day(2), limit: limit) == ["lookers"])
                #expect(try await names("ann", day(0), limit: limit).isEmpty)
            }
            let nobody = EvaluationV1.SegmentsOfRequest(userID: "nobody")
            #expect(try await node.door.segmentsOf(nobody, rig.call()).known == false)
        }
    }
}
