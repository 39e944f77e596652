// The questions about segments, over evaluators that share the partitions: whole answers or none.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

/// How a call was refused; nil when it was not.
func fault<R>(_ body: () async throws(Fault) -> R) async -> Fault? {
    do throws(Fault) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// A definition as a question's subject.
func subject(_ definition: Definition) throws -> EvaluationV1.Subject {
    EvaluationV1.Subject(kind: .definition(try DefinitionCoding.encode(definition)))
}

@Suite struct SegmentsDoorTests {
    private static let users = (0..<50).map { "user-\($0)" }

    /// 50 users who charged, 10 who only looked, over 4 partitions of 2 evaluators.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        try rig.charge(Self.users)
        try rig.charge((0..<10).map { "guest-\($0)" }, "Looked")
        try await rig.feed()
        return rig
    }

    @Test("every evaluator counts the whole, with the positions and bounds it is exact at")
    func count() async throws {
        let rig = try await rig()
        let definition = did("Charged", window: .rolling(ms: 86_400_000 * 3))
        for node in rig.nodes {
            let answer = try await node.door.count(
                EvaluationV1.CountRequest(subject: try subject(definition), atMs: day(2).ms),
                rig.call()
            )
            #expect(answer.users == 50 && answer.universe == 60)
            let exactness = try #require(answer.exactness)
            #expect(exactness.atMs == day(2).ms)
            #expect(exactness.positions.map(\.partition) == [0, 1, 2, 3])
            #expect(
                exactness.positions.map(\.nextOffset)
                    == rig.partitions.map { rig.ingestion.log($0).next.value }
            )
            #expect(exactness.windows.map(\.toMs) == [day(2).ms + 1])
            #expect(exactness.windows.map(\.fromMs) == [day(-1).ms + 1])
            let before = try await node.door.count(
                EvaluationV1.CountRequest(subject: try subject(definition), atMs: day(0).ms),
                rig.call()
            )
            #expect(before.users == 0 && before.universe == 60)
        }
    }

    @Test("a listing has every member once, whatever the page and whoever answers it")
    func members() async throws {
        let rig = try await rig()
        for (limit, room) in [(1_000, 262_144), (7, 262_144), (1, 262_144), (1_000, 600), (5, 0)] {
            var (members, cursor): ([String], [UInt8]?) = ([], nil)
            var pages = 0
            repeat {
                let node = rig.nodes[pages % rig.nodes.count]
                let answer = try await node.door.members(
                    EvaluationV1.MembersRequest(
                        subject: try subject(did("Charged")),
                        atMs: cursor == nil ? day(2).ms : 1,
                        limit: UInt32(limit),
                        cursor: cursor
                    ),
                    rig.call(room: UInt32(room))
                )
                #expect(answer.users.count <= limit)
                #expect(answer.exactness?.atMs == day(2).ms, "the first page's instant stays")
                #expect(answer.exactness?.windows.isEmpty == (cursor != nil))
                members += answer.users
                cursor = answer.nextCursor
                pages += 1
            } while cursor != nil && pages < 200
            #expect(members.sorted() == Self.users.sorted(), "by \(limit) in \(room) bytes")
        }
    }

    @Test("a page ends by its bytes also when it finds nobody, and the listing comes to its end")
    func emptyPages() async throws {
        let rig = try SuiteRig(partitions: 40)
        try await rig.feed()
        var (cursor, pages): ([UInt8]?, Int) = (nil, 0)
        repeat {
            let answer = try await rig.nodes[0].door.members(
                EvaluationV1.MembersRequest(subject: try subject(did("A")), cursor: cursor),
                rig.call(room: 640)
            )
            #expect((answer.exactness?.positions.count ?? 0) <= 10)
            cursor = answer.nextCursor
            pages += 1
        } while cursor != nil && pages < 100
        #expect(pages == 4)
    }

    @Test("a cursor that is none, and one of another deployment, are refused or at their end")
    func cursors() async throws {
        let rig = try await rig()
        let request = EvaluationV1.MembersRequest(subject: try subject(did("A")), cursor: [1, 2])
        let refused = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.members(request, rig.call())
        }
        #expect(refused?.code == .invalidArgument && refused?.place == "cursor")
        let first = try await rig.nodes[0].door.members(
            EvaluationV1.MembersRequest(subject: try subject(did("A")), atMs: day(1).ms),
            rig.call(room: 40)
        )
        var behind = try #require(try MembersCursor(first.nextCursor))
        for _ in 0..<9 { behind = behind.after(nil) }
        let answer = try await rig.nodes[0].door.members(
            EvaluationV1.MembersRequest(subject: try subject(did("A")), cursor: behind.bytes),
            rig.call()
        )
        #expect(answer.users.isEmpty && answer.nextCursor == nil)
    }

    @Test("a sample is the same from every evaluator, for a seed")
    func sample() async throws {
        let rig = try await rig()
        var samples: Set<[String]> = []
        for node in rig.nodes {
            for seed in [1, 2] as [UInt64] {
                let answer = try await node.door.sample(
                    EvaluationV1.SampleRequest(
                        subject: try subject(did("Charged")),
                        size: 9,
                        seed: seed
                    ),
                    rig.call()
                )
                #expect(answer.of == 50 && answer.users.count == 9)
                samples.insert(answer.users)
            }
        }
        #expect(samples.count == 2)
    }

    @Test("one user is asked about at the home partition: a member, known, or unknown")
    func isMember() async throws {
        let rig = try await rig()
        for (user, isMember, isKnown) in [
            ("user-3", true, true), ("guest-3", false, true), ("nobody", false, false),
        ] {
            for node in rig.nodes {
                let answer = try await node.door.isMember(
                    EvaluationV1.IsMemberRequest(
                        subject: try subject(did("Charged")),
                        userID: user
                    ),
                    rig.call()
                )
                #expect(answer.member == isMember && answer.known == isKnown)
                #expect(answer.exactness?.positions.count == 1)
            }
        }
        for user in ["", String(repeating: "x", count: 257)] {
            let refused = await fault { () async throws(Fault) in
                try await rig.nodes[0].door.isMember(
                    EvaluationV1.IsMemberRequest(userID: user),
                    rig.call()
                )
            }
            #expect(refused?.code == .invalidArgument && refused?.place == "user_id")
        }
    }

    @Test("a preview counts every node, shows some, warns of unknown names and says a sentence")
    func preview() async throws {
        let rig = try await rig()
        let definition = Definition(nodes: [
            .all(AllOf([1, 2])), .did(Did(EventMatch(["Charged"]))), .not(Not(3)),
            .did(Did(EventMatch(["Looked"]))),
        ])
        let answer = try await rig.nodes[1].door.preview(
            EvaluationV1.PreviewRequest(
                definition: try DefinitionCoding.encode(definition),
                sample: 4
            ),
            rig.call()
        )
        #expect(answer.users == 50 && answer.universe == 60 && answer.sample.count == 4)
        #expect(answer.nodes.map(\.users) == [50, 50, 50, 10])
        #expect(answer.nodes.map(\.node) == [0, 1, 2, 3])
        #expect(answer.warnings.count == 2 && answer.sentence?.contains("Charged") == true)
        let nothing = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.preview(EvaluationV1.PreviewRequest(), rig.call())
        }
        #expect(nothing?.code == .invalidArgument && nothing?.place == "definition")
    }

    @Test("latest waits for what was durable when the question came, local does not")
    func freshness() async throws {
        let rig = try await rig()
        try rig.charge(["late-1", "late-2", "late-3"])
        let door = rig.nodes[0].door
        let question = try subject(did("Charged"))
        let local = try await door.count(
            EvaluationV1.CountRequest(subject: question, freshness: .local),
            rig.call()
        )
        #expect(local.users == 50)
        // Nobody reads the log: an answer in time would be a lie.
        let late = await fault { () async throws(Fault) in
            try await door.count(EvaluationV1.CountRequest(subject: question), rig.call(ms: 0))
        }
        #expect(late?.code == .unavailable && late?.place?.contains("partition") == true)
        let waiting = Task { () throws(Fault) in
            try await door.count(EvaluationV1.CountRequest(subject: question), rig.call())
        }
        try await rig.feed()
        #expect(try await waiting.value.users == 53)
    }

    @Test("without ingestion, or without a partition's end, latest is refused and local answers")
    func positionsUnknown() async throws {
        let rig = try await rig()
        let door = rig.nodes[0].door
        let question = try subject(did("Charged"))
        rig.ingestion.fail(.unavailable("gone"))
        let gone = await fault { () async throws(Fault) in
            try await door.count(EvaluationV1.CountRequest(subject: question), rig.call())
        }
        #expect(gone?.code == .unavailable && gone?.hint?.contains("local") == true)
        rig.ingestion.forget(Partition(index: 2))
        let partial = await fault { () async throws(Fault) in
            try await door.count(EvaluationV1.CountRequest(subject: question), rig.call())
        }
        #expect(partial?.code == .unavailable && partial?.place == "partition 2")
        let local = try await door.count(
            EvaluationV1.CountRequest(subject: question, freshness: .local),
            rig.call()
        )
        #expect(local.users == 50)
    }

    @Test("a question that cannot be understood is INVALID_ARGUMENT, with its place")
    func badQuestions() async throws {
        let rig = try await rig()
        let door = rig.nodes[0].door
        let good = try subject(did("A"))
        let requests: [(EvaluationV1.CountRequest, place: String)] = [
            (EvaluationV1.CountRequest(), "subject"),
            (EvaluationV1.CountRequest(subject: EvaluationV1.Subject()), "subject"),
            (EvaluationV1.CountRequest(subject: good, atMs: .max), "at_ms"),
            (EvaluationV1.CountRequest(subject: good, atMs: Timestamp.earliest.ms - 1), "at_ms"),
            (EvaluationV1.CountRequest(subject: good, atMs: Timestamp.latest.ms + 1), "at_ms"),
        ]
        for (request, place) in requests {
            let refused = await fault { () async throws(Fault) in
                try await door.count(request, rig.call())
            }
            #expect(refused?.code == .invalidArgument && refused?.place == place)
        }
        for at in [Timestamp.earliest, .latest] {
            let answer = try await door.count(
                EvaluationV1.CountRequest(subject: good, atMs: at.ms),
                rig.call()
            )
            #expect(answer.users == 0)
        }
        let unsaid = await fault { () async throws(Fault) in
            try await door.count(EvaluationV1.CountRequest(subject: good), CallContext())
        }
        #expect(unsaid?.code == .invalidArgument && unsaid?.place == "header.project")
        let unknown = await fault { () async throws(Fault) in
            var call = rig.call()
            call.project = ProjectName("shopp")
            return try await door.count(EvaluationV1.CountRequest(subject: good), call)
        }
        #expect(unknown?.code == .notFound && unknown?.hint == "did you mean shop?")
    }
}
