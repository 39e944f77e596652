// Reading of durable records by partition and offset, across volumes and the journal.

public import Basics

/// Reads the log.
///
/// Any number of threads at once, while the journal appends and the sealer seals; every read may
/// block on the disk.
public final class LogReader: Sendable {
    private let state: LogState

    init(state: LogState) { self.state = state }

    /// How far a partition is durable and closed in time.
    public func end(of partition: Partition) throws(LogError) -> PartitionEnd {
        try known(partition).durable
    }

    /// The first offset a partition still has.
    public func first(of partition: Partition) throws(LogError) -> LogOffset {
        LogOffset(try known(partition).first)
    }

    /// The durable records of a partition from an offset on, as many as the limit allows.
    ///
    /// Reading at the durable end gives an empty page; behind it, or before the first offset that
    /// is kept, throws `.outOfRange`. Damage throws `.corrupt` with file and byte.
    public func read(
        _ partition: Partition,
        from offset: LogOffset,
        limit: ReadLimit = ReadLimit()
    ) throws(LogError) -> LogPage {
        let index = try known(partition)
        guard offset.value >= index.first, offset.value <= index.next else {
            throw .unheld(offset, of: partition, held: index.first..<index.next)
        }
        var page = PageBuilder(from: offset.value, end: index.next, limit: limit)
        while !page.isFull {
            let before = page.next
            let isMoved = try fill(&page, partition)
            guard isMoved || page.next > before || page.isFull else {
                throw LogError.missing(
                    "read log",
                    "partition \(partition) offset \(page.next)",
                    "a durable record is in no file"
                )
            }
        }
        return page.finished(durable: index.durable)
    }

    private func known(_ partition: Partition) throws(LogError) -> PartitionIndex {
        guard let index = state.partition(Int(partition.index)) else {
            throw .unknown(partition, of: state.partitionCount)
        }
        return index
    }

    /// Takes what the next volume or the next runs give.
    ///
    /// True when a journal file was sealed and removed meanwhile, so that the place must be looked
    /// up anew; that happens at most once per file.
    private func fill(_ page: inout PageBuilder, _ partition: Partition) throws(LogError) -> Bool {
        switch state.locate(Int(partition.index), page.next) {
        case .volume(let volume):
            try volume.reader.read(into: &page, cache: state.cache, source: volume.number)
        case .runs(let runs):
            for run in runs where !page.isFull {
                guard let (bytes, place) = try bytes(of: run) else { return true }
                var walk = place.walk(bytes)
                while let record = walk.next() {
                    if !page.take(StoredRecord(record, in: bytes)) { break }
                }
            }
        case .nowhere:
            break
        }
        return false
    }

    /// The checked bytes of a run, out of its group's if that is in memory; nil when its file has
    /// been sealed meanwhile.
    ///
    /// What is read from the file is not kept: the cache is for the newest groups, and a reader
    /// that is behind asks for a run once.
    private func bytes(of run: RunSource) throws(LogError) -> (bytes: [UInt8], RunPlace)? {
        let key = BlockCache.Key(source: run.number, position: run.group)
        if let group = state.cache.find(key),
            let place = GroupBytes.runHead(group, at: run.start)
        {
            return (group, place)
        }
        do throws(LogError) {
            return try run.source.run(at: run.group + run.start, byteCount: run.byteCount)
        } catch {
            if state.isUnsealed(run.number) { throw error }
            return nil
        }
    }
}
