// Listings in pages: one meaning, one instant and, for sets, one snapshot from the first page on.

import Basics
import Messages
import Segments
import Wire

extension SegmentsDoor {
    /// Binds a listing of sets to one snapshot: the first page takes it at all owners, the others
    /// name it.
    ///
    /// - Returns: the place to list from; on the first page also what the snapshot is exact at.
    /// - Throws: when a page cannot be of the listing that the cursor began.
    func begin(_ question: inout GatheredSets, _ cursor: MembersCursor?, _ call: CallContext)
        async throws(Fault) -> (place: MembersCursor, positions: [LogV1.Position])
    {
        let meaning = try Self.meaning(of: question.sets, question.projectZone)
        if let cursor {
            try cursor.check(meaning, at: question.revision)
            question.hold = GatheredSets.Hold(id: cursor.hold)
            return (cursor, [])
        }
        var taking = GatheredSets(
            sets: [],
            at: question.at,
            projectZone: question.projectZone,
            positions: question.positions,
            revision: question.revision
        )
        // The call's own id: a first page that is tried again finds the snapshot it took.
        taking.hold = GatheredSets.Hold(id: call.requestID, isTaken: true)
        let parts = try await gather.ask(taking, of: try partitions(), call)
        let sum = SetsSum(parts)
        // Asked again, they took another than the first.
        let hold = parts.first?.holdID ?? call.requestID
        question.hold = GatheredSets.Hold(id: hold)
        let place = MembersCursor(
            at: question.at,
            meaning: meaning,
            revision: question.revision,
            hold: hold
        )
        return (place, sum.exactness(question.at).positions)
    }

    /// The place a listing of one segment begins at or goes on from, which means what it meant.
    func place(_ question: GatheredQuestion, _ cursor: MembersCursor?) throws(Fault)
        -> MembersCursor
    {
        let meaning = try Self.meaning(of: [GatheredSets.One(question)], question.projectZone)
        guard let cursor else {
            return MembersCursor(at: question.at, meaning: meaning, revision: question.revision)
        }
        try cursor.check(meaning, at: question.revision)
        return cursor
    }

    /// A checksum of what sets mean, with all segments that they use.
    private static func meaning(of sets: [GatheredSets.One], _ projectZone: String?)
        throws(Fault) -> UInt64
    {
        do {
            var sum = Checksum.xxh64(Array((projectZone ?? "").utf8), seed: 0)
            for set in sets { sum = Checksum.xxh64(try set.message().encode(), seed: sum) }
            return sum
        } catch {
            throw Fault.internal("what is listed cannot be written: \(error)")
        }
    }

    /// A page of the set that is made, partition by partition.
    func list(
        _ asked: GatheredSets,
        from cursor: MembersCursor,
        limit: UInt32,
        _ call: CallContext
    ) async throws(Fault) -> (
        users: [EvaluationV1.ExportedUser], positions: [LogV1.Position], next: [UInt8]?
    ) {
        let count = try partitionCount()
        let limit = Int(min(max(limit, 1), Self.membersMax))
        let room = min(Int(call.maxReplyBytes) / 2, Self.pageBytesMax)
        var (question, place) = (asked, cursor)
        var users: [EvaluationV1.ExportedUser] = []
        var positions: [LogV1.Position] = []
        // Every partition looked at costs its position, so that a page ends however few it finds.
        var bytes = 0
        repeat {
            guard let partition = place.partition(of: count) else { break }
            question.members = (place.next, limit - users.count, max(room - bytes, 0))
            let parts = try await gather.ask(question, of: [partition], call)
            let next = parts.first?.nextMember.map(UserNumber.init)
            guard let part = parts.first, next.map({ $0 > place.next }) ?? true else {
                throw Fault.internal("the listing of partition \(partition) does not come on")
            }
            users += part.members
            bytes += part.members.reduce(Self.positionBytes) { bytes, user in
                user.values.reduce(bytes + user.userID.utf8.count + 8) {
                    $0 + $1.approximateBytes
                }
            }
            positions += part.positions
            place = place.after(next)
        } while users.count < limit && bytes < room
        return (users, positions, place.partition(of: count) == nil ? nil : place.bytes)
    }
}

/// Where a listing goes on: instant, meaning, snapshot, partition, user number.
struct MembersCursor: Sendable, Hashable {
    let at: Timestamp
    /// What is listed, as a checksum.
    private let meaning: UInt64
    /// The catalogue's revision that said so.
    private let revision: UInt64
    /// The id of the snapshot that is listed; empty: the partitions as they are.
    let hold: [UInt8]
    private var partition: UInt16 = 0
    private(set) var next = UserNumber(0)

    /// The beginning of a listing.
    init(at: Timestamp, meaning: UInt64 = 0, revision: UInt64 = 0, hold: [UInt8] = []) {
        self.at = at
        self.meaning = meaning
        self.revision = revision
        self.hold = hold
    }

    /// Nil for the first page.
    init?(_ bytes: [UInt8]?) throws(Fault) {
        guard let bytes else { return nil }
        do {
            var reader = ByteReader(bytes)
            guard try reader.u8() == Self.version else { throw Self.refusal }
            at = Timestamp(ms: try reader.i64())
            meaning = try reader.u64()
            revision = try reader.u64()
            hold = try reader.bytes(count: Int(min(try reader.u8(), Self.holdBytesMax)))
            partition = try reader.u16()
            next = UserNumber(try reader.u32())
            guard at.hasText, reader.isAtEnd else { throw Self.refusal }
        } catch {
            throw Self.refusal
        }
    }

    /// The cursor as it goes over the wire.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.i64(at.ms)
        writer.u64(meaning)
        writer.u64(revision)
        writer.u8(UInt8(truncatingIfNeeded: hold.count))
        writer.raw(hold)
        writer.u16(partition)
        writer.u32(next.value)
        return writer.bytes
    }

    /// Refuses a page that would list something else than those before it.
    func check(_ meaning: UInt64, at revision: UInt64) throws(Fault) {
        guard meaning != self.meaning else { return }
        guard revision >= self.revision else {
            throw EvaluatorError(
                .catchingUp,
                "go on with the listing",
                place: "catalogue",
                hint: "it is read up to revision \(revision), the listing began at"
                    + " \(self.revision): ask again"
            ).fault
        }
        throw EvaluatorError(
            .listingOver,
            "go on with the listing",
            place: "cursor",
            hint: "what is listed, a segment that it uses, or the project's zone has changed since"
                + " the first page: ask again from it"
        ).fault
    }

    /// The partition to list; nil when all are listed.
    func partition(of count: PartitionCount) -> Partition? {
        partition < count.count ? Partition(index: partition) : nil
    }

    /// The place after an answer: further in the same partition, or at the next one's beginning.
    func after(_ nextMember: UserNumber?) -> MembersCursor {
        var cursor = self
        if let nextMember {
            cursor.next = nextMember
        } else {
            cursor.partition += 1
            cursor.next = UserNumber(0)
        }
        return cursor
    }

    private static let version: UInt8 = 2
    /// The bytes of a request id.
    private static let holdBytesMax: UInt8 = 16
    private static let refusal = Fault.invalidArgument(
        "the cursor is not one of this method",
        place: "cursor",
        hint: "send back next_cursor as it came, or none for the first page"
    )
}
