// What an evaluator keeps of its partitions' live segments, beside the checkpoints in one store.
//
// Keys of family "live": partition u16, then
//     0x00                                     -> next u64, watermark i64, log time i64, newcomer,
//                                                 projects with lost records, horizon i64,
//                                                 more of those, offsets passed over
//     0x01 project 0 revision u64              -> the feed's end and where it begins
//     0x02 project 0 revision u64 user u32     -> the user's state (`LiveUser.bytes`)
//     0x03 project 0 name                      -> the segment's document
//     0x05 project 0 user u32                  -> the user's moved records (`MovedRecords.bytes`)
//     0x04 due i64 project 0 revision u64 user u32 -> nothing: a timer due at the horizon or later
// Families "live.copy" and "feed.copy" hold such rows of another evaluator while they are copied.
// Keys of family "feed": partition u16, project 0 revision u64 sequence u64 -> the records up to
// that one that were told together (`FeedRow`).
// Numbers in keys are big endian, so that they sort; values are as `ByteWriter` writes.

import Basics
import KeyValue
import Messages
import Segments

/// A partition's live segments as they are kept.
struct KeptFeeds: Sendable {
    /// One feed.
    struct Feed: Sendable {
        let end: FeedEnd
        let since: LogOffset
        var users: UserStates
    }

    var next: LogOffset
    var watermark: Timestamp
    var logTime: Timestamp
    var numbered: LivePartition.Newcomer?
    var lost: [ProjectName: LivePartition.Losses] = [:]
    /// Records passed over that are set aside further on.
    var passedOver: Set<LogOffset> = []
    /// Timers due from it on are kept under their instants.
    var horizon = LivePartition.noHorizon
    var feeds: [Feed] = []
    var documents: [LiveDocumentKey: [UInt8]] = [:]
    var moved: [ProjectNumber: MovedRecords] = [:]
    /// Who came and went behind the columns' checkpoint, by offset.
    var marks: [LivePartition.Mark] = []
}

/// Reads and writes them; for any thread, one partition from one thread at a time.
struct FeedShelf: Sendable {
    static let place: UInt8 = 0
    static let feed: UInt8 = 1
    static let user: UInt8 = 2
    static let document: UInt8 = 3
    static let timer: UInt8 = 4
    static let moved: UInt8 = 5

    let store: Store
    let live: Family
    let records: Family
    /// Where copies of both are made.
    let stagedLive: Family
    let stagedRecords: Family

    /// Adds a partition's news to a batch: with it, all of them are durable or none.
    func put(_ live: LivePartition, _ news: LivePartition.News, _ batch: inout Batch) {
        let partition = live.partition
        var place = ByteWriter()
        place.u64(live.next.value)
        place.i64(live.watermark.ms)
        place.i64(live.logTime.ms)
        place.text(live.numbered?.project.text ?? "")
        place.u32(live.numbered?.user.value ?? 0)
        place.count(live.lost.count)
        let lost = live.lost.sorted { $0.key < $1.key }
        for (project, losses) in lost {
            place.text(project.text)
            place.u32(losses.rewriting)
        }
        place.i64(live.horizon.ms)
        for (_, losses) in lost { place.u32(losses.aside) }
        place.count(live.passedOver.count)
        for offset in live.passedOver.sorted() { place.u64(offset.value) }
        batch.put(self.live, Self.key(partition, Self.place), place.bytes)
        for (key, body) in news.documents {
            let key = Self.key(partition, Self.document, key.project) + Array(key.name.text.utf8)
            if let body { batch.put(self.live, key, body) } else { batch.delete(self.live, key) }
        }
        for feed in news.dropped { drop(feed, in: partition, &batch) }
        for user in news.moved {
            let key = Self.key(partition, Self.moved, user.project) + Self.bigEndian(user.user)
            if let records = live.projects[user.project]?.moved[user.user] {
                batch.put(self.live, key, records.bytes)
            } else {
                batch.delete(self.live, key)
            }
        }
        for (slot, users) in news.users {
            guard let segment = live.slots[slot] else { continue }
            put(users, of: segment, in: partition, &batch)
        }
        for (feed, (end, since)) in news.feeds {
            batch.put(self.live, Self.key(partition, Self.feed, feed), end.bytes(since: since))
            guard end.isOver else { continue }
            let users = Self.key(partition, Self.user, feed)
            batch.deleteRange(self.live, from: users, to: Self.behind(users))
        }
        put(news.timers, of: partition, &batch)
        put(news.records, of: partition, &batch)
    }

    /// Nothing of a feed is kept any more, but for its timers.
    private func drop(_ feed: FeedID, in partition: Partition, _ batch: inout Batch) {
        batch.delete(live, Self.key(partition, Self.feed, feed))
        let users = Self.key(partition, Self.user, feed)
        batch.deleteRange(live, from: users, to: Self.behind(users))
        batch.deleteRange(
            records,
            from: recordKey(of: feed, in: partition, 0),
            to: recordKey(of: feed, in: partition, .max)
        )
    }

    /// What is remembered by now of some users; of a segment that is over nothing is.
    ///
    /// Sorted, as the store takes keys that follow each other in half the time.
    private func put(
        _ users: [UserNumber],
        of segment: FollowedSegment,
        in partition: Partition,
        _ batch: inout Batch
    ) {
        var key = Self.key(partition, Self.user, segment.end.feed) + [0, 0, 0, 0]
        let place = key.count - 4
        var last: UserNumber?
        for user in users.sorted(by: { $0.value < $1.value }) where user != last {
            last = user
            for byte in 0..<4 {
                key[place + byte] = UInt8(truncatingIfNeeded: user.value >> (24 - 8 * UInt32(byte)))
            }
            if let bytes = segment.bytes(of: user) {
                batch.put(live, key, bytes)
            } else {
                batch.delete(live, key)
            }
        }
    }

    /// How far a partition's feeds were kept; nil: nothing was.
    func next(of partition: Partition) throws -> LogOffset? {
        try store.get(live, Self.key(partition, Self.place)).map { try Self.next(in: $0) }
    }

    /// How far feeds were kept by what is kept of their place.
    static func next(in place: [UInt8]) throws(BytesError) -> LogOffset {
        var reader = ByteReader(place)
        return LogOffset(try reader.u64())
    }

    /// A partition's feeds as they were kept; nil: nothing was.
    ///
    /// - Parameter sealedTo: where the columns' checkpoint ends.
    func load(_ partition: Partition, sealedTo: LogOffset) throws -> KeptFeeds? {
        guard let bytes = try store.get(live, Self.key(partition, Self.place)) else { return nil }
        var reader = ByteReader(bytes)
        var kept = KeptFeeds(
            next: LogOffset(try reader.u64()),
            watermark: Timestamp(ms: try reader.i64()),
            logTime: Timestamp(ms: try reader.i64())
        )
        let project = ProjectName(try reader.text())
        let user = UserNumber(try reader.u32())
        kept.numbered = project.map { LivePartition.Newcomer(project: $0, user: user) }
        let losers = try (0..<(reader.isAtEnd ? 0 : try reader.count())).map { _ in
            (ProjectName(try reader.text()), try reader.u32())
        }
        // An older build held all timers in memory.
        if !reader.isAtEnd { kept.horizon = Timestamp(ms: try reader.i64()) }
        for (name, rewriting) in losers {
            // One of before records could be set aside says no more.
            let aside = reader.isAtEnd ? 0 : try reader.u32()
            if let name { kept.lost[name] = .init(rewriting: rewriting, aside: aside) }
        }
        for _ in 0..<(reader.isAtEnd ? 0 : try reader.count()) {
            kept.passedOver.insert(LogOffset(try reader.u64()))
        }
        for (key, body) in try store.scan(live, prefix: Self.key(partition, Self.document)) {
            let (project, rest) = try Self.project(key.dropFirst(3))
            let name = ExactName(String(decoding: rest, as: UTF8.self))
            kept.documents[LiveDocumentKey(project: project, name: name)] = body
        }
        for (key, value) in try store.scan(live, prefix: Self.key(partition, Self.moved)) {
            let (project, rest) = try Self.project(key.dropFirst(3))
            let user = UserNumber(UInt32(truncatingIfNeeded: Self.bigEndian(rest)))
            let number = ProjectNumber(project: project, user: user)
            kept.moved[number] = try MovedRecords(bytes: value)
        }
        for (key, value) in try store.scan(live, prefix: Self.key(partition, Self.feed)) {
            let feed = try Self.feed(key.dropFirst(3))
            var (end, since) = try FeedEnd.read(value, feed)
            end.isOver =
                end.isOver
                || kept.documents[
                    LiveDocumentKey(project: feed.project, name: end.segment)
                ] == nil
            let users = try users(of: feed, in: partition)
            kept.feeds.append(KeptFeeds.Feed(end: end, since: since, users: users))
            let document = kept.documents[LiveDocumentKey(project: feed.project, name: end.segment)]
            if try document.map({ try SegmentV1.SegmentDocument.decode($0).live != nil }) ?? false {
                kept.marks += try marks(of: end, in: partition, from: sealedTo)
            }
        }
        kept.marks.sort { $0.offset < $1.offset }
        return kept
    }

    private func users(of feed: FeedID, in partition: Partition) throws -> UserStates {
        var users = UserStates()
        try store.scan(live, prefix: Self.key(partition, Self.user, feed)) { key, value in
            let number = Self.bigEndian(Array(key).suffix(4))
            users.set(Array(value), of: UserNumber(UInt32(truncatingIfNeeded: number)))
            return true
        }
        return users
    }

    // Keys

    /// Rows of a kind, as they are kept.
    func rows(of kind: UInt8, in partition: Partition) throws -> [KeptRow] {
        try store.scan(live, prefix: Self.key(partition, kind))
    }

    static func key(_ partition: Partition, _ kind: UInt8) -> [UInt8] {
        bigEndian(partition) + [kind]
    }

    private static func key(_ partition: Partition, _ kind: UInt8, _ project: ProjectName)
        -> [UInt8]
    {
        key(partition, kind) + Array(project.text.utf8) + [0]
    }

    private static func key(_ partition: Partition, _ kind: UInt8, _ feed: FeedID) -> [UInt8] {
        key(partition, kind, feed.project) + bigEndian(feed.revision)
    }

    static func bigEndian(_ partition: Partition) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: partition.index >> 8),
            UInt8(truncatingIfNeeded: partition.index),
        ]
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }

    static func bigEndian(_ user: UserNumber) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: user.value >> (24 - 8 * UInt32($0))) }
    }

    static func bigEndian(_ bytes: some Collection<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The first key behind all that begin with this one; none ends with 0xFF only.
    static func behind(_ prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let last = end.popLast() {
            if last < 0xFF { return end + [last + 1] }
        }
        return []
    }

    static func project(_ key: ArraySlice<UInt8>) throws
        -> (ProjectName, ArraySlice<UInt8>)
    {
        let text = key.prefix { $0 != 0 }
        guard let project = ProjectName(String(decoding: text, as: UTF8.self)) else {
            throw EvaluatorError(
                .store,
                "load live segments",
                place: "a key of the live family",
                hint: EvaluatorError.rebuildHint
            )
        }
        return (project, key.dropFirst(text.count + 1))
    }

    static func feed(_ key: ArraySlice<UInt8>) throws -> FeedID {
        let (project, rest) = try project(key)
        return FeedID(project: project, revision: bigEndian(rest.prefix(8)))
    }
}

extension Store {
    /// All pairs that begin with a prefix.
    fileprivate func scan(_ family: Family, prefix: [UInt8]) throws(KeyValueError)
        -> [(key: [UInt8], value: [UInt8])]
    {
        try scan(family, prefix: prefix, limit: .max)
    }
}

extension FeedEnd {
    func bytes(since: LogOffset) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(2)
        writer.text(segment.text)
        writer.u32(version)
        writer.u32(generation)
        writer.u64(sequence)
        writer.u64(stateHash)
        writer.count(members)
        writer.u8(isOver ? 1 : 0)
        writer.u64(since.value)
        writer.u64(first)
        writer.u64(origin)
        writer.u8(isCarried ? 1 : 0)
        if let begunAt { writer.i64(begunAt.ms) }
        return writer.bytes
    }

    static func read(_ bytes: [UInt8], _ feed: FeedID) throws(BytesError)
        -> (FeedEnd, since: LogOffset)
    {
        var reader = ByteReader(bytes)
        let layout = try reader.u8()
        guard (1...2).contains(layout) else {
            throw BytesError(.outOfBounds, "feed version \(layout)", at: 0)
        }
        let segment = ExactName(try reader.text())
        let (version, generation) = (try reader.u32(), try reader.u32())
        let (sequence, stateHash) = (try reader.u64(), try reader.u64())
        let members = Int(clamping: try reader.varint())
        let isOver = try reader.u8() != 0
        let since = LogOffset(try reader.u64())
        // Of version 1 every record is kept, and each feed began with itself.
        let first = layout == 1 ? 1 : try reader.u64()
        guard first >= 1, sequence < .max, first <= sequence + 1 else {
            throw BytesError(.outOfBounds, "a feed's first record", at: 0)
        }
        let origin = layout == 1 ? feed.revision : try reader.u64()
        let isCarried = layout == 1 ? false : try reader.u8() != 0
        var end = FeedEnd(
            feed: feed,
            segment: segment,
            version: version,
            generation: generation,
            origin: origin,
            isCarried: isCarried,
            sequence: sequence,
            stateHash: stateHash,
            members: members
        )
        end.isOver = isOver
        end.first = first
        if !reader.isAtEnd { end.begunAt = Timestamp(ms: try reader.i64()) }
        return (end, since)
    }
}
