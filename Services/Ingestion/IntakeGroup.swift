// One group commit of the intake: number, deduplicate, encode, sync, index.

import Basics
import KeyValue
import Log
import Messages

/// The intake thread's state between groups.
struct IntakeGroup {
    /// Catalogue standings that the last group changed.
    var newStandings: [ProjectName: CatalogueStanding] = [:]

    /// Whether the last group had records.
    private(set) var hasWritten = false

    let parts: IntakeParts
    var epochs: [Partition: Epoch] = [:]
    var imports: ImportLedger
    private var clock: LogClock
    var numbers: NumberCache
    private var next: [Numbering.ProjectPartition: UInt32] = [:]
    private var bytes = RecordBytes()

    init(_ parts: IntakeParts) throws(IngestionError) {
        self.parts = parts
        imports = try ImportLedger(parts.index)
        let wall = parts.clock.now
        clock = LogClock(
            earliest: try parts.earliest(),
            wall: wall,
            monotonicNs: parts.clock.monotonicNs
        )
        numbers = NumberCache(countMax: parts.settings.numbersMax)
    }

    /// What one group collects before it is durable.
    struct Pending {
        var group: LogGroup
        /// The log time of its records.
        let now: Timestamp
        var batch = Batch()
        /// Its records that have keys.
        var seen: [SeenRecord] = []
        /// Per partition, the offset after its last record.
        var ends: [Partition: LogOffset] = [:]
        var answers: [() -> Void] = []
        /// Where anonymous users were given numbers in it.
        var anonymous: [ProjectUser: LogOffset] = [:]
    }

    /// Makes the orders' records durable together.
    ///
    /// - Returns: the answers, to be given now that everything is durable.
    mutating func commit(_ orders: [IntakeOrder]) throws(IngestionError) -> [() -> Void] {
        newStandings = [:]
        let log = parts.log
        let now = tick()
        var pending = Pending(group: log.newGroup(), now: now)
        try write(orders, &pending)
        switch TimeReserve().directive(forTelling: now, reserved: log.reserve) {
        case .enough: break
        case .renewSoon(let instant), .needsReserve(let instant):
            pending.group.reserve(through: instant)
        }
        do throws(LogError) {
            if !pending.group.isEmpty { try log.append(&pending.group) }
        } catch {
            throw .log("commit", error)
        }
        hasWritten = !pending.ends.isEmpty
        try index(&pending)
        do throws(LogError) {
            if let watermark = WatermarkRule.highest(
                now: tick(),
                firstUnsynced: nil,
                reserved: log.reserve
            ) {
                try log.tell(watermark, holding: nil)
            }
        } catch {
            throw .log("tell the watermark", error)
        }
        return pending.answers
    }

    private mutating func write(_ orders: [IntakeOrder], _ pending: inout Pending)
        throws(IngestionError)
    {
        var batches = orders.compactMap { order in
            if case .records(let batch, _) = order { batch } else { nil }
        }
        var sightings = try lookUp(&batches)[...]
        var numbering = Numbering(next: try nextNumbers(batches, sightings))
        var written = batches[...]
        for order in orders {
            switch order {
            case .records(_, let answer):
                let (batch, sightings) = (written.removeFirst(), sightings.removeFirst())
                let taken = try take(batch, sightings, &numbering, &pending)
                pending.answers.append { answer.resume(with: taken) }
            case .catalogue(let batch, let answer):
                try write(batch, &pending, answer)
            case .tenure(let epochs, let instance, let answer):
                try write(epochs, of: instance, &pending)
                pending.answers.append { answer.resume() }
            case .undoing(let undoing, let answer):
                let undone = try write(undoing, &pending)
                pending.answers.append { answer.resume(with: undone) }
            case .erasing(let order, let answer):
                let erased = try write(order, &pending)
                pending.answers.append { answer.resume(with: erased) }
            case .listing(let order, let answer):
                let changed = try write(order, &pending)
                pending.answers.append { answer.resume(with: changed) }
            case .merge(let order, let answer):
                let merged = try write(order, &pending)
                pending.answers.append { answer.resume(with: merged) }
            case .unmerge(let order, let answer):
                let split = try write(order, &pending)
                pending.answers.append { answer.resume(with: split) }
            case .aside(let order, let answer):
                let changed = try write(order, &pending)
                pending.answers.append { [asides = parts.asides] in
                    // Before the answer: who has it and fetches is told no more of the record.
                    if case .success(let record) = changed { asides.note(record) }
                    answer.resume(with: changed)
                }
            case .restored(let mark, let answer):
                try write(mark, &pending)
                pending.answers.append { answer.resume() }
            }
        }
        keep(numbering, &pending)
    }

    /// Keeps the numbers that were given.
    mutating func keep(_ numbering: Numbering, _ pending: inout Pending) {
        for (home, number) in numbering.next where !numbering.given.isEmpty {
            next[home] = number
            IndexWriter(parts.index).put(next: number, home, &pending.batch)
        }
        numbers.insert(numbering.given)
    }

    /// Forgets the number of a user who is gone.
    mutating func forget(_ who: ProjectUser) { numbers.remove(who) }

    /// The next free number of a project in a partition.
    func nextNumber(of home: Numbering.ProjectPartition) throws(IngestionError) -> UInt32 {
        if let number = next[home] { return number }
        return try IndexReader(parts.index).nextNumber(home)
    }

    private mutating func tick() -> Timestamp {
        clock.tick(wall: parts.clock.now, monotonicNs: parts.clock.monotonicNs)
    }

    /// Brings the index up to the group that is durable now; nothing is lost if it is not.
    private mutating func index(_ pending: inout Pending) throws(IngestionError) {
        guard !pending.ends.isEmpty else { return }
        IndexWriter(parts.index).put(pending.seen, &pending.batch)
        try imports.put(&pending.batch)
        try SchemaStore.putNews(of: parts.schema, parts.index, &pending.batch)
        for (partition, end) in pending.ends {
            IndexWriter(parts.index).put(end, appliedOf: partition, &pending.batch)
        }
        try parts.index.write(pending.batch)
    }
}

// MARK: Records

extension IntakeGroup {
    /// What the index says about each record of each batch; those of identifiers that were merged
    /// are given to the users they stand for.
    private mutating func lookUp(_ batches: inout [RecordBatch]) throws(IngestionError)
        -> [[Sighting]]
    {
        var unknown: Set<ProjectUser> = []
        var sightings = batches.map { batch in
            batch.records.map { record in
                let who = ProjectUser(project: batch.project, user: record.user)
                let known = numbers[who]
                if known == nil { unknown.insert(who) }
                return Sighting(
                    number: known?.number,
                    isAnonymous: known?.isAnonymous ?? false
                )
            }
        }
        let reader = IndexReader(parts.index)
        let known = try reader.users(of: Array(unknown))
        let survivors = try reader.survivors(of: known)
        var found = known.filter { $0.value.survivor == nil }.mapValues(\.given)
        for (who, survivor) in survivors {
            found[ProjectUser(project: who.project, user: survivor.user)] = survivor.known.given
        }
        if !survivors.isEmpty {
            for b in batches.indices { batches[b].redirect(survivors, parts.partitions) }
        }
        numbers.insert(found)
        var wanted = SeenQuery()
        for (b, batch) in batches.enumerated() {
            for (r, record) in batch.records.enumerated() {
                if sightings[b][r].number == nil, !found.isEmpty,
                    let known = found[ProjectUser(project: batch.project, user: record.user)]
                {
                    sightings[b][r].number = known.number
                    sightings[b][r].isAnonymous = known.isAnonymous
                }
                if let number = sightings[b][r].number, let id = record.eventID {
                    let key = IndexKey.event(batch.project, record.partition, number, id)
                    sightings[b][r].keys.event = key
                    wanted.events.append((key, (b, r)))
                }
                if let importID = batch.importID, let line = record.line {
                    let key = IndexKey.line(batch.project, importID, line)
                    sightings[b][r].keys.line = key
                    wanted.lines.append((key, (b, r)))
                }
            }
        }
        for (seen, (b, r)) in try reader.events(of: wanted.events)
        where !imports.isUndone(seen, of: batches[b].project) {
            sightings[b][r].eventPlace = seen.place
        }
        for (place, (b, r)) in try reader.lines(of: wanted.lines) {
            sightings[b][r].linePlace = place
        }
        return sightings
    }

    /// Keys to ask the index for, each with its record: batch and place in it.
    private struct SeenQuery {
        var events: [(key: [UInt8], record: (Int, Int))] = []
        var lines: [(key: [UInt8], record: (Int, Int))] = []
    }

    /// The next free numbers wherever a user may be new.
    private func nextNumbers(
        _ batches: [RecordBatch],
        _ sightings: ArraySlice<[Sighting]>
    ) throws(IngestionError) -> [Numbering.ProjectPartition: UInt32] {
        var known: [Numbering.ProjectPartition: UInt32] = [:]
        for (batch, sightings) in zip(batches, sightings) {
            for (record, sighting) in zip(batch.records, sightings) where sighting.number == nil {
                let home = Numbering.ProjectPartition(
                    project: batch.project,
                    partition: record.partition
                )
                if known[home] == nil { known[home] = try nextNumber(of: home) }
            }
        }
        return known
    }

    /// Writes a batch's records, unless its import takes no more.
    private mutating func take(
        _ batch: RecordBatch,
        _ sightings: [Sighting],
        _ numbering: inout Numbering,
        _ pending: inout Pending
    ) throws(IngestionError) -> Result<[Outcome], any Error> {
        guard let id = batch.importID else {
            var none: ImportEntry?
            return .success(try write(batch, sightings, &none, &numbering, &pending))
        }
        let key = ProjectImport(project: batch.project, id: id)
        var entry: ImportEntry?
        do throws(IngestionError) {
            entry = try imports.open(key)
        } catch  where [.importUndone, .tooManyImports].contains(error.code) {
            return .failure(error)
        }
        let outcomes = try write(batch, sightings, &entry, &numbering, &pending)
        if let entry, !entry.isEmpty { try imports.keep(entry, of: key) }
        return .success(outcomes)
    }

    private mutating func write(
        _ batch: RecordBatch,
        _ sightings: [Sighting],
        _ entry: inout ImportEntry?,
        _ numbering: inout Numbering,
        _ pending: inout Pending
    ) throws(IngestionError) -> [Outcome] {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(batch.records.count)
        let areKept = batch.areKept?()
        for (index, record) in batch.records.enumerated() {
            var sighting = sightings[index]
            // A repeat teaches the schema nothing and cannot break its limits: the schema knows
            // what stands in the log, so that a rebuilt index knows the same.
            if let place = numbering.repeated(record, of: batch.project, &sighting) {
                outcomes.append(.duplicate(place))
            } else if let areKept, !areKept[index] {
                outcomes.append(.rejected(.forgotten))
            } else if let rejection = parts.schema.admit(record.body, in: batch.project) {
                outcomes.append(.rejected(rejection))
            } else {
                let place = try write(record, of: batch, &sighting, &entry, &numbering, &pending)
                numbering.remembered(sighting.keys, at: place)
                outcomes.append(.accepted(place))
            }
        }
        return outcomes
    }

    /// Writes a record, and before it that its user is new where that is so.
    private mutating func write(
        _ record: CheckedRecord,
        of batch: RecordBatch,
        _ sighting: inout Sighting,
        _ entry: inout ImportEntry?,
        _ numbering: inout Numbering,
        _ pending: inout Pending
    ) throws(IngestionError) -> LogPlace {
        let (number, isNew) = numbering.taken(record, of: batch.project, &sighting)
        let partition = record.partition
        let who = ProjectUser(project: batch.project, user: record.user)
        if isNew {
            let isAnonymous = record.isAnonymous
            try write(newUser: who, number, to: partition, isAnonymous: isAnonymous, &pending)
        } else if numbering.makesKnown(record, of: batch.project, &sighting) {
            try write(known: who, number, in: partition, ofImport: batch.importID, &pending)
        }
        let body = try record.bytes(at: pending.now)
        let place = try add(to: partition, &pending) { bytes, place in
            bytes.write(
                record.isEvent ? .event : .profile,
                body,
                of: number,
                in: batch.project,
                at: place
            )
            if let importID = batch.importID, let line = record.line {
                bytes.add(importID: importID, line: line)
            }
            if let origin = record.origin { bytes.add(origin: origin) }
        }
        if let line = record.line {
            entry?.add(line: line, isEvent: record.isEvent, isNewUser: isNew, at: pending.now)
        }
        if sighting.keys.event != nil || sighting.keys.line != nil {
            let seen = SeenEvent(place: place, importNumber: entry?.number)
            pending.seen.append(SeenRecord(sighting.keys, of: number, seen))
        }
        return place
    }

    /// Adds a record written here to the group, at the offset it will have.
    mutating func add(
        to partition: Partition,
        _ pending: inout Pending,
        _ write: (inout RecordBytes, (offset: LogOffset, time: Timestamp)) -> Void
    ) throws(IngestionError) -> LogPlace {
        write(&bytes, (try pending.nextOffset(in: partition), pending.now))
        return try pending.add(bytes.bytes, to: partition)
    }
}

extension IntakeGroup.Pending {
    /// The offset the next record of a partition gets.
    func nextOffset(in partition: Partition) throws(IngestionError) -> LogOffset {
        guard let offset = group.nextOffset(in: partition) else {
            throw IngestionError(
                .log,
                "add to the group",
                place: "partition \(partition)",
                hint: "the log was opened with fewer partitions than the registry says"
            )
        }
        return offset
    }

    /// Adds a record encoded for the next offset.
    mutating func add(_ record: [UInt8], to partition: Partition) throws(IngestionError)
        -> LogPlace
    {
        do throws(LogError) {
            let offset = try group.add(record, to: partition, at: now)
            ends[partition] = offset.next
            return LogPlace(partition: partition, offset: offset)
        } catch {
            throw .log("add to the group", error)
        }
    }
}
