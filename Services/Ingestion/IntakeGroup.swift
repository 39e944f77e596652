// One group commit of the intake: number, deduplicate, encode, sync, index.

import Basics
import KeyValue
import Log
import Messages

/// The intake thread's state between groups.
struct IntakeGroup {
    /// Catalogue standings that the last group changed.
    var newStandings: [ProjectName: CatalogueStanding] = [:]

    let parts: IntakeParts
    var epochs: [Partition: Epoch] = [:]
    /// The schema's count of changes as of the last save.
    var savedSchemaChanges: UInt64
    private var clock: LogClock
    private var numbers: NumberCache
    private var next: [Numbering.ProjectPartition: UInt32] = [:]

    init(_ parts: IntakeParts) {
        self.parts = parts
        savedSchemaChanges = parts.schema.changes
        let wall = parts.clock.now
        clock = LogClock(
            earliest: parts.opened.recovered.earliest, wall: wall,
            monotonicNs: parts.clock.monotonicNs)
        numbers = NumberCache(countMax: parts.settings.numbersMax)
    }

    /// What one group collects before it is durable.
    struct Pending {
        var group: LogGroup
        var batch = Batch()
        /// Places of the written records, in order.
        var places: [LogPlace] = []
        /// For the n-th tracked record of the group, its index among `places`.
        var writtenIndex: [Int] = []
        var answers: [() -> Void] = []
    }

    /// Makes the orders' records durable together.
    ///
    /// - Returns: the answers, to be given now that everything is durable.
    mutating func commit(_ orders: [IntakeOrder]) throws(IngestionError) -> [() -> Void] {
        newStandings = [:]
        let journal = parts.opened.journal
        var now = tick()
        var pending = Pending(group: journal.newGroup())
        let batches = orders.compactMap { order in
            if case .records(let batch, _) = order { batch } else { nil }
        }
        var numbering = Numbering(next: try nextNumbers(batches), lookups: try lookUp(batches))
        for order in orders {
            switch order {
            case .records(let batch, let answer):
                let outcomes = try write(batch, at: now, &numbering, &pending)
                pending.answers.append { answer.resume(returning: outcomes) }
            case .catalogue(let batch, let answer):
                try write(batch, at: now, &pending, answer)
            case .tenure(let epochs, let instance, let answer):
                try write(epochs, of: instance, at: now, &pending)
                pending.answers.append { answer.resume() }
            }
        }
        switch TimeReserve().directive(forTelling: now, reserved: journal.reserve) {
        case .enough: break
        case .renewSoon(let instant), .needsReserve(let instant):
            pending.group.reserve(through: instant)
        }
        do {
            let ends = touched(pending)
            if !pending.group.isEmpty || pending.group.renewsReserve {
                try journal.append(&pending.group)
            }
            try index(pending, ends: ends)
            now = tick()
            if let watermark = WatermarkRule.highest(
                now: now, firstUnsynced: nil, reserved: journal.reserve)
            {
                try journal.tell(watermark, holding: nil)
            }
        } catch let error as IngestionError {
            throw error
        } catch {
            throw .log("commit", error)
        }
        next.merge(numbering.next) { $1 }
        numbers.insert(numbering.given)
        return pending.answers
    }

    private mutating func tick() -> Timestamp {
        clock.tick(wall: parts.clock.now, monotonicNs: parts.clock.monotonicNs)
    }

    /// The next offset of each partition the group writes to, as it will be after the commit.
    private func touched(_ pending: Pending) -> [Partition: LogOffset] {
        var ends: [Partition: LogOffset] = [:]
        for place in pending.places { ends[place.partition] = place.offset.next }
        return ends
    }
}

// MARK: Records

extension IntakeGroup {
    private func nextNumbers(_ batches: [RecordBatch]) throws(IngestionError)
        -> [Numbering.ProjectPartition: UInt32]
    {
        var known = next
        for batch in batches {
            for record in batch.records {
                let home = Numbering.ProjectPartition(
                    project: batch.project, partition: record.partition)
                guard known[home] == nil else { continue }
                known[home] = try IndexReader(parts.index).nextNumber(home)
            }
        }
        return known
    }

    private mutating func lookUp(_ batches: [RecordBatch]) throws(IngestionError) -> Lookups {
        let reader = IndexReader(parts.index)
        var lookups = Lookups()
        var unknown: Set<ProjectUser> = []
        for batch in batches {
            for record in batch.records {
                let who = ProjectUser(project: batch.project, user: record.user)
                if let number = numbers[who] {
                    lookups.numbers[who] = number
                } else {
                    unknown.insert(who)
                }
            }
        }
        let found = try reader.numbers(of: Array(unknown))
        numbers.insert(found)
        lookups.numbers.merge(found) { $1 }
        var keys: [SeenKey] = []
        for batch in batches {
            for record in batch.records {
                let who = ProjectUser(project: batch.project, user: record.user)
                if let number = lookups.numbers[who] {
                    keys += Numbering.keys(
                        of: record, number: number, project: batch.project,
                        importID: batch.importID)
                } else if let importID = batch.importID, let line = record.line {
                    keys.append(
                        SeenKey(
                            kind: .line, key: IndexKey.line(batch.project, importID, line)))
                }
            }
        }
        lookups.places = try reader.places(of: keys)
        return lookups
    }

    private func write(
        _ batch: RecordBatch, at now: Timestamp, _ numbering: inout Numbering,
        _ pending: inout Pending
    ) throws(IngestionError) -> [Outcome] {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(batch.records.count)
        for record in batch.records {
            if case .event(let event) = record.body,
                let rejection = parts.schema.admit(event, in: batch.project)
            {
                outcomes.append(.rejected(rejection))
                continue
            }
            if case .profile(let profile) = record.body,
                let rejection = parts.schema.admit(profile, in: batch.project)
            {
                outcomes.append(.rejected(rejection))
                continue
            }
            for directive in numbering.decide(
                record, project: batch.project, importID: batch.importID)
            {
                if let outcome = try perform(directive, batch, at: now, &pending) {
                    outcomes.append(outcome)
                }
            }
        }
        return outcomes
    }

    /// Performs one directive; nil for one that is not the answer to a record.
    private func perform(
        _ directive: IntakeDirective, _ batch: RecordBatch, at now: Timestamp,
        _ pending: inout Pending
    ) throws(IngestionError) -> Outcome? {
        switch directive {
        case .duplicate(let place): return .duplicate(place)
        case .duplicateOfWritten(let index):
            return .duplicate(pending.places[pending.writtenIndex[index]])
        case .newUser(let number, let user, let partition):
            _ = try add(
                .newUser(LogV1.NewUser(number: number.value, userID: user.text)), to: partition,
                project: batch.project, at: now, &pending)
            IndexWriter(parts.index).put(number, for: user, in: batch.project, partition, &pending.batch)
            return nil
        case .write(let body, let partition, let line, let keys):
            let place = try add(
                body, to: partition, project: batch.project, at: now, importID: batch.importID,
                line: line, &pending)
            pending.writtenIndex.append(pending.places.count - 1)
            for seen in keys {
                let family = seen.kind == .event ? parts.index.events : parts.index.imports
                pending.batch.put(family, seen.key, place.bytes)
            }
            return .accepted(place)
        }
    }

    /// Encodes a record with the offset it will have and adds it to the group.
    func add(
        _ body: LogV1.LogRecord.Body, to partition: Partition, project: ProjectName?,
        at now: Timestamp, importID: String? = nil, line: UInt64? = nil, _ pending: inout Pending
    ) throws(IngestionError) -> LogPlace {
        do {
            guard let offset = pending.group.nextOffset(in: partition) else {
                throw IngestionError(
                    .log, "add to the group", place: "partition \(partition)",
                    hint: "the log was opened with fewer partitions than the registry says")
            }
            let record = LogV1.LogRecord(
                offset: offset.value, logTimeMs: now.ms, project: project?.text ?? "", body: body,
                importID: importID, importLine: line)
            _ = try pending.group.add(record.encode(), to: partition, at: now)
            let place = LogPlace(partition: partition, offset: offset)
            pending.places.append(place)
            return place
        } catch let error as IngestionError {
            throw error
        } catch {
            throw .log("add to the group", error)
        }
    }
}
