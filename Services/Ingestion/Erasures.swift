// Who is to be erased, and the receipts of those who were: kept in the index, made again from the
// log.

import Basics
import KeyValue
import Messages

/// A user who is to be erased.
struct ErasureOrder: Sendable {
    /// By any of the user's identifiers.
    let who: ProjectUser
    /// The receipt's name, if there is anything to erase; exactly 16 bytes.
    let receipt: [UInt8]

    /// Its records at most: one for each about merges that it looks at, and its own.
    static let recordsMax = WholeUser.mergeRecordsMax + 2
    /// What they take in the log at most.
    ///
    /// Unit: bytes.
    static let bytesMax = recordsMax * 256

    /// By which a receipt is known to be an identifier's, without the identifier being kept.
    static func witness(_ receipt: [UInt8], _ user: UserID) -> UInt64 {
        Checksum.xxh64(receipt + Array(user.text.utf8))
    }

    /// Among which receipts an identifier's is looked for.
    static func bucket(_ user: UserID) -> UInt32 {
        UInt32(truncatingIfNeeded: Checksum.xxh64(Array(user.text.utf8)) & 0xFFFF)
    }
}

/// What became of an erasure.
struct ErasureOutcome: Sendable, Hashable {
    /// Of a repeat the first one.
    let receipt: IngestionV1.ErasureReceipt
    /// Who is gone by it; of a repeat the one it asked for.
    let identifiers: [UserID]
}

extension LogV1.Erasure {
    /// That a number is nobody's from here on; `user` is who goes with it.
    init(_ number: UserNumber, of user: UserID?, receipt: [UInt8], further: Bool = false) {
        self.init(
            userNumber: number.value,
            receipt: receipt,
            witness: user.map { ErasureOrder.witness(receipt, $0) } ?? 0,
            bucket: user.map(ErasureOrder.bucket) ?? 0,
            further: further
        )
    }
}

extension IngestionV1.ErasureReceipt {
    /// The receipt of a record.
    init(_ erasure: LogV1.Erasure, at place: LogPlace, _ time: Timestamp) {
        self.init(
            receipt: erasure.receipt,
            erasedAtMs: time.ms,
            partition: UInt32(place.partition.index),
            offset: place.offset.value,
            userNumber: erasure.userNumber,
            witness: erasure.witness
        )
    }

    /// Where an answer is without the user.
    var position: LogV1.Position {
        LogV1.Position(partition: partition, nextOffset: offset + 1)
    }
}

extension IndexKey {
    /// What the receipts of a project begin with.
    static func erasures(_ project: ProjectName) -> [UInt8] {
        Array("erasure\0\(project.text)\0".utf8)
    }

    /// A receipt, in the order of log time.
    static func erasure(_ project: ProjectName, _ time: Timestamp, _ receipt: [UInt8]) -> [UInt8] {
        erasures(project) + bigEndian(UInt64(bitPattern: time.ms), bytes: 8) + receipt
    }

    /// What the erasures of identifiers of a bucket begin with.
    static func erased(_ project: ProjectName, _ bucket: UInt32) -> [UInt8] {
        Array("erased\0\(project.text)\0".utf8) + bigEndian(UInt64(bucket), bytes: 4)
    }

    /// What the keys of a user's event ids begin with.
    static func events(_ project: ProjectName, of user: ListedUser) -> [UInt8] {
        event(project, user.partition, user.number, "")
    }
}

extension IndexReader {
    /// A project's receipts behind a key, in the order of their time.
    func erasures(of project: ProjectName, after key: [UInt8]? = nil, limit: Int = .max)
        throws(IngestionError) -> [(key: [UInt8], receipt: IngestionV1.ErasureReceipt)]
    {
        let prefix = IndexKey.erasures(project)
        let from = key.map { prefix + $0 + [0] } ?? prefix
        var found: [(key: [UInt8], receipt: IngestionV1.ErasureReceipt)] = []
        for (key, value) in try facts(from: from, prefix: prefix, limit: limit) {
            found.append((Array(key.dropFirst(prefix.count)), try receipt(value)))
        }
        return found
    }

    /// The newest receipt of an identifier that was erased, or the one so named; nil: it never was.
    func erasure(of who: ProjectUser, named name: [UInt8]? = nil)
        throws(IngestionError) -> IngestionV1.ErasureReceipt?
    {
        var newest: (time: Timestamp, receipt: [UInt8])?
        // In bucket 0 are those of an older build, too.
        for bucket in Set([ErasureOrder.bucket(who.user), 0]) {
            let prefix = IndexKey.erased(who.project, bucket)
            for (key, value) in try facts(from: prefix, prefix: prefix, limit: .max) {
                guard let time = IndexKey.number(key.dropFirst(prefix.count).prefix(8)),
                    let witness = IndexKey.number(value[...])
                else { throw damaged("an erasure") }
                let receipt = Array(key.dropFirst(prefix.count + 8).dropLast(8))
                guard witness == ErasureOrder.witness(receipt, who.user),
                    name.map({ $0 == receipt }) ?? true
                else { continue }
                let at = Timestamp(ms: Int64(bitPattern: time))
                if newest.map({ $0.time <= at }) ?? true { newest = (at, receipt) }
            }
        }
        guard let newest else { return nil }
        let key = IndexKey.erasure(who.project, newest.time, newest.receipt)
        guard let value = try fact(bytes: key) else { return nil }
        return try receipt(value)
    }

    private func receipt(_ value: [UInt8]) throws(IngestionError) -> IngestionV1.ErasureReceipt {
        do throws(MessageError) {
            return try IngestionV1.ErasureReceipt.decode(value)
        } catch {
            throw damaged("a receipt (\(error.message))")
        }
    }

    /// The names of the lists that somebody is on: one look each.
    func lists(of project: ProjectName) throws(IngestionError) -> [String] {
        let prefix = IndexKey.list(project, "").dropLast()
        var names: [String] = []
        var from = Array(prefix)
        while true {
            let row: (key: [UInt8], value: [UInt8])?
            do {
                row = try index.store
                    .scan(index.lists, from: from, prefix: Array(prefix), limit: 1).first
            } catch {
                throw .index("read", error)
            }
            guard let key = row?.key else { return names }
            let name = key.dropFirst(prefix.count).prefix { $0 != 0 }
            names.append(String(decoding: name, as: UTF8.self))
            // No text holds a zero byte, so that the next list begins behind all with one.
            from = Array(prefix + name + [1])
        }
    }
}

extension IndexWriter {
    /// An erasure: its receipt, and by which identifier it is found.
    func put(
        _ erasure: LogV1.Erasure,
        of project: ProjectName,
        at place: LogPlace,
        _ time: Timestamp,
        _ batch: inout Batch
    ) throws(IngestionError) {
        let id = erasure.receipt ?? []
        if erasure.witness != 0 {
            let key = IndexKey.erasure(project, time, id).dropFirst(
                IndexKey.erasures(project).count
            )
            let witness = IndexKey.bigEndian(erasure.witness, bytes: 8)
            batch.put(
                index.facts,
                IndexKey.erased(project, erasure.bucket) + key + witness,
                witness
            )
        }
        guard !erasure.further else { return }
        do throws(MessageError) {
            let receipt = IngestionV1.ErasureReceipt(erasure, at: place, time)
            batch.put(index.facts, IndexKey.erasure(project, time, id), try receipt.encode())
        } catch {
            throw .index("keep a receipt", error)
        }
    }

    /// Everything under the number of a user who is gone: event ids, and its place on any of the
    /// project's lists.
    func forget(
        _ user: ListedUser,
        of project: ProjectName,
        lists: [String],
        _ batch: inout Batch
    ) {
        let events = IndexKey.events(project, of: user)
        var behind = events
        behind.append(0xFF)
        batch.deleteRange(index.events, from: events, to: behind)
        for list in lists {
            batch.delete(index.lists, IndexKey.listed(project, list, user))
        }
    }

    /// An identifier of a user who is gone.
    func forget(_ who: ProjectUser, _ batch: inout Batch) {
        batch.delete(index.users, IndexKey.user(who.project, who.user))
        forgetMerges(of: who, &batch)
    }
}

/// Takes out of the index the users whose erasures the log told again: of these it knows numbers
/// only.
struct IndexForgetting {
    let index: IndexStore
    let partitions: PartitionCount

    private static let prefix = Array("forget\0".utf8)
    /// Entries looked at at a time.
    private static let pageRows = 65_536

    /// Keeps an erasure that the log tells again, and notes whom `run` is to forget, in the batch
    /// of the record.
    static func note(
        _ erasure: LogV1.Erasure,
        of project: ProjectName,
        at place: LogPlace,
        _ time: Timestamp,
        _ index: IndexStore,
        _ batch: inout Batch
    ) throws(IngestionError) {
        try IndexWriter(index).put(erasure, of: project, at: place, time, &batch)
        let user = ListedUser(
            partition: place.partition,
            number: UserNumber(erasure.userNumber)
        )
        batch.put(index.facts, prefix + IndexKey.events(project, of: user), [])
    }

    /// One pass over the identifiers of the projects concerned; none where nothing is noted.
    func run() throws(IngestionError) {
        let reader = IndexReader(index)
        var gone: [ProjectName: Set<ListedUser>] = [:]
        var batch = Batch()
        for (key, _) in try reader.facts(from: Self.prefix, prefix: Self.prefix, limit: .max) {
            let rest = key.dropFirst(Self.prefix.count)
            let name = rest.prefix { $0 != 0 }
            let place = rest.dropFirst(name.count + 1)
            guard let project = ProjectName(String(decoding: name, as: UTF8.self)),
                place.count == 6, let partition = IndexKey.number(place.prefix(2)),
                let number = IndexKey.number(place.dropFirst(2))
            else { throw reader.damaged("a user to forget") }
            let user = ListedUser(
                partition: Partition(index: UInt16(partition)),
                number: UserNumber(UInt32(number))
            )
            gone[project, default: []].insert(user)
            batch.delete(index.facts, key)
        }
        for (project, users) in gone.sorted(by: { $0.key < $1.key }) {
            let lists = try reader.lists(of: project)
            for user in users {
                IndexWriter(index).forget(user, of: project, lists: lists, &batch)
            }
            try forget(users, of: project, &batch)
            try forgetMerges(of: project, &batch)
        }
        if !gone.isEmpty { try index.write(batch) }
    }

    private func forget(_ gone: Set<ListedUser>, of project: ProjectName, _ batch: inout Batch)
        throws(IngestionError)
    {
        let prefix = Array(project.text.utf8) + [0]
        try forEach(in: index.users, prefix) { key, value throws(IngestionError) in
            let id = String(decoding: key.dropFirst(prefix.count), as: UTF8.self)
            guard let known = KnownUser(bytes: value) else {
                throw IndexReader(index).damaged("a user's number")
            }
            let home = partitions.home(project: project, identifier: id)
            if gone.contains(ListedUser(partition: home, number: known.number)) {
                batch.delete(index.users, key)
            }
        }
    }

    /// Takes out what there is of merges of identifiers that were erased behind them.
    private func forgetMerges(of project: ProjectName, _ batch: inout Batch)
        throws(IngestionError)
    {
        let reader = IndexReader(index)
        var last: (id: String, erasedAt: Int64?) = ("", nil)
        // Behind an identifier stands where a merge is told: a zero byte and ten more.
        for (prefix, rest) in [(IndexKey.trails(project), 11), (IndexKey.mergeDepths(project), 0)] {
            try forEach(in: index.facts, prefix) { key, value throws(IngestionError) in
                let id = String(decoding: key.dropFirst(prefix.count).dropLast(rest), as: UTF8.self)
                guard let user = UserID(id), let bits = IndexKey.number(value.suffix(8)) else {
                    throw reader.damaged("a merge")
                }
                if last.id != id {
                    let who = ProjectUser(project: project, user: user)
                    last = (id, try reader.erasure(of: who)?.erasedAtMs)
                }
                if let erased = last.erasedAt, Int64(bitPattern: bits) < erased {
                    batch.delete(index.facts, key)
                }
            }
        }
    }

    /// All entries of a family that begin with a prefix, page by page.
    private func forEach(
        in family: Family,
        _ prefix: [UInt8],
        _ body: ([UInt8], [UInt8]) throws(IngestionError) -> Void
    ) throws(IngestionError) {
        var from = prefix
        while true {
            let page: [(key: [UInt8], value: [UInt8])]
            do {
                page = try index.store
                    .scan(family, from: from, prefix: prefix, limit: Self.pageRows)
            } catch {
                throw .index("read", error)
            }
            for (key, value) in page { try body(key, value) }
            guard page.count == Self.pageRows, let last = page.last else { return }
            from = last.key + [0]
        }
    }
}
