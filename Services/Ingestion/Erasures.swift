// Who is to be erased, and the receipts of those who were: kept in the index, made again from the
// log.

import Basics
import KeyValue
import Messages

/// A user who is to be erased.
struct ErasureOrder: Sendable {
    let who: ProjectUser
    /// The receipt's name, if there is anything to erase; exactly 16 bytes.
    let receipt: [UInt8]

    /// What its record takes in the log at most.
    ///
    /// Unit: bytes.
    static let recordBytes = 256

    /// By which a receipt is known to be an identifier's, without the identifier being kept.
    static func witness(_ receipt: [UInt8], _ user: UserID) -> UInt64 {
        Checksum.xxh64(receipt + Array(user.text.utf8))
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

    /// Who was erased, as the index names a user.
    var user: ListedUser {
        ListedUser(
            partition: Partition(index: UInt16(truncatingIfNeeded: partition)),
            number: UserNumber(userNumber)
        )
    }
}

extension IndexKey {
    /// What the receipts of a project begin with.
    static func erasures(_ project: ProjectName) -> [UInt8] {
        Array("erasure\0\(project.text)\0".utf8)
    }

    /// A receipt, in the order of log time.
    static func erasure(_ project: ProjectName, _ receipt: IngestionV1.ErasureReceipt) -> [UInt8] {
        erasures(project) + bigEndian(UInt64(bitPattern: receipt.erasedAtMs), bytes: 8)
            + (receipt.receipt ?? [])
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
            do throws(MessageError) {
                let receipt = try IngestionV1.ErasureReceipt.decode(value)
                found.append((Array(key.dropFirst(prefix.count)), receipt))
            } catch {
                throw damaged("a receipt (\(error.message))")
            }
        }
        return found
    }

    /// The newest receipt of a user who was erased and did not come again.
    func erasure(of who: ProjectUser) throws(IngestionError) -> IngestionV1.ErasureReceipt? {
        try erasures(of: who.project).last {
            $0.receipt.witness == ErasureOrder.witness($0.receipt.receipt ?? [], who.user)
        }?.receipt
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
    /// A receipt.
    func put(_ receipt: IngestionV1.ErasureReceipt, of project: ProjectName, _ batch: inout Batch)
        throws(IngestionError)
    {
        do throws(MessageError) {
            batch.put(index.facts, IndexKey.erasure(project, receipt), try receipt.encode())
        } catch {
            throw .index("keep a receipt", error)
        }
    }

    /// Everything under the number of a user who is gone: event ids, lists.
    func forget(_ user: ListedUser, of project: ProjectName, _ batch: inout Batch)
        throws(IngestionError)
    {
        let events = IndexKey.events(project, of: user)
        var behind = events
        behind.append(0xFF)
        batch.deleteRange(index.events, from: events, to: behind)
        for list in try IndexReader(index).lists(of: project) {
            batch.delete(index.lists, IndexKey.listed(project, list, user))
        }
    }

    /// The identifier of a user who is gone.
    func forget(_ who: ProjectUser, _ batch: inout Batch) {
        batch.delete(index.users, IndexKey.user(who.project, who.user))
    }
}

/// Takes out of the index the users whose erasures the log told again: of these it knows numbers
/// only.
struct IndexForgetting {
    let index: IndexStore
    let partitions: PartitionCount

    private static let prefix = Array("forget\0".utf8)
    /// Identifiers looked at at a time.
    private static let pageUsers = 65_536

    /// Keeps a receipt that the log tells again, and notes whom `run` is to forget, in the batch of
    /// the record.
    static func note(
        _ receipt: IngestionV1.ErasureReceipt,
        of project: ProjectName,
        _ index: IndexStore,
        _ batch: inout Batch
    ) throws(IngestionError) {
        try IndexWriter(index).put(receipt, of: project, &batch)
        batch.put(index.facts, prefix + IndexKey.events(project, of: receipt.user), [])
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
            try IndexWriter(index).forget(user, of: project, &batch)
            batch.delete(index.facts, key)
        }
        for (project, users) in gone.sorted(by: { $0.key < $1.key }) {
            try forget(users, of: project, &batch)
        }
        if !gone.isEmpty { try index.write(batch) }
    }

    private func forget(_ gone: Set<ListedUser>, of project: ProjectName, _ batch: inout Batch)
        throws(IngestionError)
    {
        let prefix = Array(project.text.utf8) + [0]
        var from = prefix
        while true {
            let page: [(key: [UInt8], value: [UInt8])]
            do {
                page = try index.store
                    .scan(index.users, from: from, prefix: prefix, limit: Self.pageUsers)
            } catch {
                throw .index("read", error)
            }
            for (key, value) in page {
                let id = String(decoding: key.dropFirst(prefix.count), as: UTF8.self)
                guard let number = IndexKey.number(value[...]).flatMap(UInt32.init(exactly:)) else {
                    throw IndexReader(index).damaged("a user's number")
                }
                let home = partitions.home(project: project, identifier: id)
                if gone.contains(ListedUser(partition: home, number: UserNumber(number))) {
                    batch.delete(index.users, key)
                }
            }
            guard page.count == Self.pageUsers, let last = page.last else { return }
            from = last.key + [0]
        }
    }
}
