// A sealed volume: opened and checked, then read block by block.

import Basics
import Compression

/// One block as the footer names it.
struct BlockPlace: Sendable, Hashable {
    let position: UInt64
    let firstOffset: UInt64
    let count: UInt32
    let firstTimeMs: Int64
    let lastTimeMs: Int64
    let rawBytes: UInt32
    let storedBytes: UInt32

    /// The head that stands before the block's bytes, up to its checksum.
    func head(codec: UInt32) -> [UInt8] {
        var writer = ByteWriter(reserving: Format.blockHeadBytes)
        writer.u64(firstOffset)
        writer.u32(count)
        writer.i64(firstTimeMs)
        writer.i64(lastTimeMs)
        writer.u32(rawBytes)
        writer.u32(storedBytes)
        writer.u32(codec)
        return writer.bytes
    }
}

/// An open volume: its index in memory, its file opened for each uncached block.
final class VolumeReader: Sendable {
    let path: String
    let partition: UInt16
    let firstOffset: UInt64
    let nextOffset: UInt64
    let lastTimeMs: Int64
    /// First sequence of the journal file it was made from.
    let journal: UInt64
    let blocks: [BlockPlace]
    /// Bytes of the file.
    let byteCount: Int
    private let disk: any Disk

    /// Opens a volume and checks header, footer, and that the blocks tile file and offsets.
    init(path: String, partition: UInt16, identity: InstanceID, disk: any Disk) throws(LogError) {
        self.path = path
        self.partition = partition
        self.disk = disk
        let opened = try onDisk("open volume") { () throws(DiskError) in
            let file = try disk.open(path, .read)
            let size = try file.size()
            let head = try file.read(at: 0, count: Format.volumeHeaderBytes)
            let tail = try file.read(
                at: max(0, size - Format.trailerBytes),
                count: Format.trailerBytes
            )
            return (file: file, size: size, head: head, tail: tail)
        }
        let header = try VolumeHeader.read(opened.head, file: path)
        guard header.partition == partition, header.identity == identity else {
            throw LogError(
                .foreign,
                "open volume",
                at: path,
                hint: "it belongs to partition \(header.partition) of log \(header.identity)"
            )
        }
        let trailer = try Trailer.read(opened.tail, fileBytes: opened.size, file: path)
        let footer = try onDisk("open volume") { () throws(DiskError) in
            try opened.file.read(at: trailer.footerAt, count: trailer.footerBytes)
        }
        blocks = try trailer.blocks(footer, first: header.firstOffset, file: path)
        firstOffset = header.firstOffset
        nextOffset = trailer.nextOffset
        journal = header.journal
        byteCount = opened.size
        lastTimeMs = blocks.last?.lastTimeMs ?? .min
    }

    /// The block that holds an offset of this volume.
    func block(holding offset: UInt64) -> Int? {
        guard offset >= firstOffset, offset < nextOffset else { return nil }
        var low = 0
        var high = blocks.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if blocks[middle].firstOffset <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// Bytes of the file as they lie; fewer only at its end.
    func bytes(at position: Int, count: Int) throws(LogError) -> [UInt8] {
        try onDisk("copy volume") { () throws(DiskError) in
            try disk.open(path, .read).read(at: position, count: count)
        }
    }

    /// A block's records as they lie, read, checked and decompressed.
    func records(ofBlock index: Int) throws(LogError) -> [UInt8] {
        let place = blocks[index]
        let count = Format.blockHeadBytes + Int(place.storedBytes)
        let bytes = try onDisk("read volume") { () throws(DiskError) in
            try disk.open(path, .read).read(at: Int(place.position), count: count)
        }
        guard bytes.count == count else { throw damage(place, "the block is cut") }
        let codec = try codec(of: bytes, place)
        let stored = Array(bytes[Format.blockHeadBytes...])
        switch codec {
        case Format.codecPlain where place.storedBytes == place.rawBytes: return stored
        case Format.codecZstd: return try decompress(stored, place)
        default: throw damage(place, "the codec \(codec) is unknown")
        }
    }

    /// Fills a page from here on, until it is full or the volume ends.
    func read(into page: inout PageBuilder, cache: BlockCache, source: UInt64) throws(LogError) {
        while !page.isFull, let index = block(holding: page.next) {
            let key = BlockCache.Key(source: source, position: index)
            let records: [UInt8]
            if let cached = cache.find(key) {
                records = cached
            } else {
                records = try self.records(ofBlock: index)
                cache.keep(records, as: key)
            }
            let before = page.next
            var walk = walk(records, ofBlock: index)
            while let record = walk.next() {
                if !page.take(StoredRecord(record, in: records)) { break }
            }
            guard page.next > before || page.isFull else {
                throw damage(blocks[index], "the records make no sense")
            }
        }
    }

    /// A walk over a block's records.
    func walk(_ records: [UInt8], ofBlock index: Int) -> RecordWalk {
        let place = blocks[index]
        return RecordWalk(
            records,
            in: 0..<records.count,
            first: place.firstOffset,
            timeMs: place.firstTimeMs,
            count: place.count
        )
    }

    /// Reads everything once; throws at the first damage.
    func verify() throws(LogError) {
        for index in blocks.indices {
            let records = try self.records(ofBlock: index)
            var walk = walk(records, ofBlock: index)
            while walk.next() != nil {}
            guard walk.isWhole, walk.timeMs == blocks[index].lastTimeMs else {
                throw damage(blocks[index], "the records make no sense")
            }
        }
    }

    private func codec(of bytes: [UInt8], _ place: BlockPlace) throws(LogError) -> UInt32 {
        var reader = ByteReader(bytes)
        let codec: UInt32
        let stored: UInt32
        do throws(BytesError) {
            try reader.skip(Format.blockHeadBytes - 8)
            codec = try reader.u32()
            stored = try reader.u32()
        } catch {
            throw damage(place, error.operation)
        }
        let head = Format.blockHeadBytes - 4
        let sum = Checksum.crc32c(
            bytes[Format.blockHeadBytes...],
            seed: Checksum.crc32c(bytes[..<head])
        )
        guard stored == sum else { throw damage(place, "the block's checksum does not fit") }
        guard Array(bytes[..<head]) == place.head(codec: codec) else {
            throw damage(place, "block and footer do not agree")
        }
        return codec
    }

    private func decompress(_ stored: [UInt8], _ place: BlockPlace) throws(LogError) -> [UInt8] {
        let raw: [UInt8]
        do {
            raw = try Zstd.decompress(stored, maxBytes: Int(place.rawBytes))
        } catch {
            throw damage(place, "the block does not decompress (\(error))")
        }
        guard raw.count == Int(place.rawBytes) else {
            throw damage(place, "the block decompresses to another length")
        }
        return raw
    }

    private func damage(_ place: BlockPlace, _ what: String) -> LogError {
        LogError.corrupt("read volume", path, byte: Int(clamping: place.position), what)
    }
}

extension StoredRecord {
    init(_ place: RecordWalk.Place, in bytes: [UInt8]) {
        self.init(
            offset: LogOffset(place.offset),
            logTime: Timestamp(ms: place.timeMs),
            payload: bytes[place.payload]
        )
    }
}
