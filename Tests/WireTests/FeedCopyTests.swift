// A consumer's copy of a feed: what it takes, and everything that it must not take.

import Messages
import Testing
import Wire

@Suite struct FeedCopyTests {
    private typealias Cursor = EvaluationV1.FeedCursor
    private typealias Changes = EvaluationV1.PartitionChanges

    private static let end = Cursor(partition: 3, version: 1, generation: 1, sequence: 7)

    private func sum(_ users: String...) -> UInt64 {
        users.reduce(0) { $0 &+ FeedCopy.hash(of: $1) }
    }

    /// Behind a snapshot of two pages: ann, bob and cid.
    private func begun() throws -> FeedCopy {
        var copy = FeedCopy(partition: 3)
        try copy.take(page(["ann", "bob"], next: 2))
        try copy.take(page(["cid"]))
        return copy
    }

    private func page(_ users: [String], next: UInt32? = nil, members: UInt64 = 3)
        -> EvaluationV1.SnapshotResponse
    {
        EvaluationV1.SnapshotResponse(
            cursor: Self.end,
            users: users,
            next: next,
            members: members,
            stateHash: sum("ann", "bob", "cid")
        )
    }

    private func changes(
        _ changes: [(sequence: UInt64, user: String, member: Bool)],
        to sequence: UInt64,
        members: UInt64 = 0,
        sum: UInt64? = nil
    ) -> Changes {
        var cursor = Self.end
        cursor.sequence = sequence
        return Changes(
            cursor: cursor,
            changes: changes.map {
                EvaluationV1.MembershipChange(
                    sequence: $0.sequence,
                    userID: $0.user,
                    member: $0.member
                )
            },
            stateHash: sum,
            members: members
        )
    }

    @Test("a snapshot's pages and the changes behind it make the feed's own set")
    func wholeFeed() throws {
        var copy = try begun()
        #expect(copy.members == ["ann", "bob", "cid"])
        #expect(copy.cursor.sequence == 7)
        // Ann fires again while she is in: the set stays, and so does its sum.
        let news = changes(
            [(8, "ann", true), (9, "bob", false), (10, "dan", true)],
            to: 10,
            members: 3,
            sum: sum("ann", "cid", "dan")
        )
        #expect(try copy.take(news))
        #expect(copy.members == ["ann", "cid", "dan"])
        #expect(copy.cursor.sequence == 10)
    }

    @Test("the hash of a member is XXH64 of the identifier, as other languages have it")
    func hash() {
        #expect(FeedCopy.hash(of: "ann") == 0x0B41_BEBA_4034_6EBE)
    }

    @Test("a gap and a repeat are told")
    func gapAndRepeat() throws {
        for sequence: UInt64 in [9, 7] {
            var copy = try begun()
            let news = changes([(sequence, "dan", true)], to: sequence)
            let problem = #expect(throws: FeedCopy.Problem.self) { try copy.take(news) }
            #expect(problem?.description.contains("change \(sequence) comes behind 7") == true)
        }
    }

    @Test("changes that are missing at the end are told by the cursor")
    func missingAtTheEnd() throws {
        var copy = try begun()
        let news = changes([(8, "dan", true)], to: 9)
        #expect(throws: FeedCopy.Problem.self) { try copy.take(news) }
    }

    @Test("another set than the source's is told, by its sum and by its size")
    func anotherSet() throws {
        for (members, total) in [(4, sum("ann")), (3, sum("ann", "bob", "cid", "dan"))] {
            var copy = try begun()
            let news = changes(
                [(8, "dan", true)],
                to: 8,
                members: UInt64(members),
                sum: total
            )
            #expect(throws: FeedCopy.Problem.self) { try copy.take(news) }
        }
        // While further changes are to come there is no sum to hold it against.
        var copy = try begun()
        #expect(try copy.take(changes([(8, "dan", true)], to: 8)))
    }

    @Test("changes of another version or generation are told")
    func anotherFeed() throws {
        var copy = try begun()
        var news = changes([(8, "dan", true)], to: 8)
        news.cursor?.generation = 2
        #expect(throws: FeedCopy.Problem.self) { try copy.take(news) }
    }

    @Test("what an owner tells that was superseded is refused, whatever it is, and nothing taken")
    func superseded() throws {
        var copy = try begun()
        var news = changes([(8, "dan", true)], to: 8)
        news.cursor?.epoch = 4
        #expect(try copy.take(news))
        #expect(copy.cursor.epoch == 4)
        var late = changes([(9, "ann", false)], to: 9)
        late.cursor?.epoch = 3
        #expect(copy.isOutdated(late.cursor))
        #expect(throws: FeedCopy.Problem.self) { try copy.take(late) }
        late.stale = true
        #expect(throws: FeedCopy.Problem.self) { try copy.take(late) }
        #expect(copy.cursor.sequence == 8 && copy.members.contains("ann"))
        // A build that tells no epochs is believed, and what was heard stays.
        #expect(try copy.take(changes([(9, "ann", false)], to: 9)))
        #expect(copy.cursor.epoch == 4)
        var begun = FeedCopy(partition: 3, epoch: 4)
        var old = page(["ann"])
        old.cursor?.epoch = 3
        let refused = old
        #expect(throws: FeedCopy.Problem.self) { try begun.take(refused) }
        #expect(begun.members.isEmpty)
    }

    @Test("a stale cursor is no error: it asks for a new snapshot, and takes nothing")
    func stale() throws {
        var copy = try begun()
        var news = changes([(8, "dan", true)], to: 8)
        news.stale = true
        #expect(try !copy.take(news))
        #expect(copy.cursor.sequence == 7)
        #expect(copy.members.count == 3)
    }

    @Test("where another version goes on, so does the copy, with the members it has")
    func nextVersion() throws {
        var copy = try begun()
        var news = changes([], to: 7)
        news.stale = true
        news.next = copy.cursor
        news.next?.version += 1
        news.next?.sequence = 0
        #expect(try copy.take(news))
        #expect(copy.cursor == news.next && copy.members.count == 3)
        // Who has nothing yet begins with a snapshot.
        var fresh = FeedCopy(partition: copy.cursor.partition)
        #expect(try !fresh.take(news))
    }

    @Test("a page that is missing, comes twice, is another partition's or comes late is told")
    func pages() throws {
        var without = FeedCopy(partition: 3)
        #expect(throws: FeedCopy.Problem.self) { try without.take(page(["cid"])) }
        var twice = FeedCopy(partition: 3)
        try twice.take(page(["ann", "bob"], next: 2))
        #expect(throws: FeedCopy.Problem.self) { try twice.take(page(["bob"], next: 3)) }
        var other = FeedCopy(partition: 4)
        #expect(throws: FeedCopy.Problem.self) { try other.take(page(["ann"], next: 2)) }
        var late = try begun()
        #expect(throws: FeedCopy.Problem.self) { try late.take(page(["dan"])) }
    }

    @Test("a copy that is taken up goes on where it was, and still finds another set")
    func takenUp() throws {
        let left = try begun()
        var same = FeedCopy(from: left.cursor, members: left.members)
        let news = changes(
            [(8, "ann", false)],
            to: 8,
            members: 2,
            sum: sum("bob", "cid")
        )
        #expect(try same.take(news))
        #expect(same.members == ["bob", "cid"])
        var lacking = FeedCopy(from: left.cursor, members: ["ann", "bob"])
        #expect(throws: FeedCopy.Problem.self) { try lacking.take(news) }
    }

    @Test(
        "a copy that is taken up knows no numbers: of who is told without a name it knows nothing"
    )
    func takenUpUnnumbered() throws {
        let left = try begun()
        // Somebody left and is gone since: which member it was, only a snapshot says.
        let nameless = changes([(8, "", false)], to: 8)
        var copy = FeedCopy(from: left.cursor, members: left.members)
        #expect(try !copy.take(nameless))
        // Of a copy that was begun with all numbers it is nobody's.
        var whole = try begun()
        #expect(try whole.take(nameless))
        #expect(whole.members == left.members)
    }

    @Test("without its members a copy finds gaps, and holds nothing against the sum")
    func withoutMembers() throws {
        var copy = FeedCopy(from: Self.end, members: nil)
        #expect(try copy.take(changes([(8, "ann", true)], to: 8, members: 9, sum: 1)))
        #expect(copy.members.isEmpty)
        #expect(throws: FeedCopy.Problem.self) {
            try copy.take(changes([(8, "ann", true)], to: 8))
        }
    }
}
