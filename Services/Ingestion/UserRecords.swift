// One user's records, found by reading the log of the user's partition: there is no index of them.

import Basics
import Log
import Messages

/// What the log of a partition has of one user, up to a place in it.
///
/// Costs a pass over the partition's log from the user's first record on, of which nothing but the
/// user's own is decoded. Keeps the records' bytes.
struct UserRecords: Sendable {
    /// Most bytes of a user's records that may be moved: with their heads they fit one group.
    ///
    /// Unit: bytes.
    static let movedMax = 24 << 20
    /// What moving takes beside a record's own bytes: who it came from, and new numbers.
    ///
    /// Unit: bytes.
    static let overheadBytes = 384
    /// What the records around moved ones take at most.
    ///
    /// Unit: bytes.
    static let controlBytes = 1 << 20
    /// Bytes read at a time.
    ///
    /// Unit: bytes.
    private static let pageBytes = 2 << 20

    /// Whose.
    struct Owner: Sendable, Hashable {
        let project: ProjectName
        let partition: Partition
        let number: UserNumber
    }

    /// A record as it is stored.
    struct Found: Sendable, Hashable {
        let offset: LogOffset
        let payload: [UInt8]
    }

    /// Nil: nobody was known yet.
    let owner: Owner?
    /// Only what came in under these, and all about lists; nil: all.
    private var family: MergedFamily?
    private var found: [Found] = []
    private var gone = Set<UInt64>()
    private var next: LogOffset
    /// What moving them takes at most.
    ///
    /// Unit: bytes.
    private(set) var bytesMax = 0

    /// None so far.
    init(of owner: Owner?, since: LogOffset = .zero) {
        self.owner = owner
        next = since
    }

    /// From here on only what came in under some identifiers is read, and all about lists.
    mutating func keep(_ family: MergedFamily) { self.family = family }

    /// The records that stand, in the log's order.
    var standing: [Found] { found.filter { !gone.contains($0.offset.value) } }

    /// Reads on to the durable end.
    ///
    /// - Throws: `.tooLarge` when there is more than one merge moves.
    mutating func read(_ log: any Log) throws(IngestionError) {
        guard let owner else { return }
        while true {
            let page: LogPage
            do throws(LogError) {
                page = try log.read(
                    owner.partition,
                    from: next,
                    limit: ReadLimit(bytes: Self.pageBytes)
                )
            } catch {
                throw .log("read a user's records", error)
            }
            for stored in page.records { try take(stored, owner) }
            next = page.next
            if page.isAtEnd { return }
        }
    }

    private mutating func take(_ stored: StoredRecord, _ owner: Owner) throws(IngestionError) {
        let glance = RecordGlance(stored.payload)
        guard glance.project == owner.project.text.utf8.count, glance.user == owner.number.value,
            let kind = glance.kind
        else { return }
        let payload = Array(stored.payload)
        let record: LogV1.LogRecord
        do throws(MessageError) {
            record = try LogV1.LogRecord.decode(payload)
        } catch {
            throw .log("read record \(stored.offset) of partition \(owner.partition)", error)
        }
        guard record.project == owner.project.text else { return }
        switch record.body {
        case .mergeIn(let merge): note(merge.replaced)
        case .mergeUndone(let undone): note(undone.moved)
        case .aside(let aside):
            // Its copy stands just before; what is set aside still is the user's.
            if aside.retried { note([LogV1.RecordRun(from: aside.offset, count: 1)]) }
        default:
            var isWanted = kind == .list || family == nil
            if !isWanted { isWanted = try family?.has(record.origin?.userID) ?? true }
            guard isWanted else { return }
            found.append(Found(offset: stored.offset, payload: payload))
            bytesMax += payload.count + Self.overheadBytes
            guard bytesMax <= Self.movedMax else {
                throw IngestionError(
                    .tooLarge,
                    "move a user's records",
                    place: "partition \(owner.partition), user \(owner.number)",
                    hint: "more than \(Self.movedMax >> 20) MiB are recorded of the user"
                )
            }
        }
    }

    private mutating func note(_ runs: [LogV1.RecordRun]) {
        guard !runs.isEmpty else { return }
        for run in runs {
            for offset in 0..<run.count { gone.insert(run.from &+ offset) }
        }
        // What is another's again counts no more among what would be moved.
        for one in found where gone.contains(one.offset.value) {
            bytesMax -= one.payload.count + Self.overheadBytes
        }
        found.removeAll { gone.contains($0.offset.value) }
    }
}

/// Whom a stored record is about, found without reading the rest of it.
struct RecordGlance {
    /// What a record of a user is.
    enum Kind: UInt64 {
        case event = 5, profile = 6, list = 14, mergeIn = 19, mergeUndone = 20, aside = 22
    }

    /// Bytes of the project's name.
    private(set) var project = 0
    /// The user's number, of a record that is about one.
    private(set) var user: UInt32 = 0
    /// Nil: the record is of another kind, or damaged.
    private(set) var kind: Kind?

    /// Looks at the heads of the record's fields; the user's number is its body's first.
    init(_ bytes: ArraySlice<UInt8>) {
        var place = bytes.startIndex
        while place < bytes.endIndex, let tag = Self.varint(bytes, &place) {
            guard tag & 7 == 2 else {
                guard tag & 7 == 0, Self.varint(bytes, &place) != nil else { break }
                continue
            }
            guard let count = Self.varint(bytes, &place), count <= UInt64(bytes.endIndex - place)
            else { break }
            if tag >> 3 == 3 { project = Int(count) }
            if let kind = Kind(rawValue: tag >> 3) {
                self.kind = kind
                var inner = place
                let first = count > 0 ? Self.varint(bytes, &inner) : nil
                // Number 0 is left out, as protobuf has it.
                if first == 8, let number = Self.varint(bytes, &inner) {
                    user = UInt32(truncatingIfNeeded: number)
                }
                return
            }
            place += Int(count)
        }
    }

    private static func varint(_ bytes: ArraySlice<UInt8>, _ place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < bytes.endIndex, shift < 64 {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
