// Who has records that came with an import, by what these say: who reads that is to be told when it
// is taken back.

import Basics

/// The users who have records of an import.
public struct ImportedUsers: Sendable {
    /// Those who have records of one name.
    public struct Named: Sendable {
        /// The event's name, or the property's.
        public let name: String
        /// Who has some.
        public fileprivate(set) var users: UserBitset
    }

    /// By event; no name stands there twice, as told apart by bytes.
    public fileprivate(set) var events: [Named] = []
    /// By property or list, as columns name it; who has a record of none, under the empty name.
    public fileprivate(set) var properties: [Named] = []

    /// Nobody.
    public init() {}
}

extension PartitionColumns {
    /// Who has records that came with an import; of one that was taken back: nobody.
    ///
    /// One pass over the offsets of the pieces in which the import has some.
    public func users(of importID: String) -> ImportedUsers {
        var users = ImportedUsers()
        guard let entry = imports.entries[importID], !entry.isUndone else { return users }
        let records = entry.records
        for tables in sealed where records.meets(tables.chunk.from, tables.chunk.to) {
            note(tables.events, records, &users.events)
            note(tables.properties, records, &users.properties)
        }
        if records.meets(tail.from, tail.to) {
            note(tail.events.map { EventTable($0, of: tail) }, records, &users.events)
            note(tail.properties.map { EventTable($0, of: tail) }, records, &users.properties)
        }
        // Of what is set aside nobody heard, but that there is a user.
        for (record, user) in leftOut where records.contains(record.value) {
            note(Format.bareProfile, &users.properties) { $0.insert(user) }
        }
        return users
    }

    private func note(
        _ tables: [EventTable],
        _ records: OffsetRuns,
        _ named: inout [ImportedUsers.Named]
    ) {
        for table in tables where !Format.isMark(table.name) {
            note(table.name, &named) { table.insertUsers(of: records, into: &$0) }
        }
    }

    private func note(
        _ name: String,
        _ named: inout [ImportedUsers.Named],
        _ insert: (inout UserBitset) -> Void
    ) {
        if let index = named.firstIndex(where: { TextBytes.equal($0.name, name) }) {
            return insert(&named[index].users)
        }
        var users = UserBitset(universe: userCount)
        insert(&users)
        if !users.isEmpty { named.append(.init(name: name, users: users)) }
    }
}

extension EventTable {
    /// Puts the users of the rows of these records in.
    fileprivate func insertUsers(of records: OffsetRuns, into users: inout UserBitset) {
        var buffer = Array(repeating: 0 as UInt64, count: BlockRows.count)
        for rows in BlockRows.of(rowCount) {
            offsets.decode(rows: rows, into: &buffer)
            for row in rows where undone?[row] != true {
                guard records.contains(buffer[row - rows.lowerBound]) else { continue }
                users.insert(UserNumber(self.users[row]))
            }
        }
    }
}
