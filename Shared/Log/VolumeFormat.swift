// Header, footer and trailer of a volume, written and read back.

import Basics

/// The header of a volume.
struct VolumeHeader: Sendable, Hashable {
    let partition: UInt16
    let identity: InstanceID
    let firstOffset: UInt64
    /// First sequence of the journal file it was made from.
    let journal: UInt64

    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: Format.volumeHeaderBytes)
        writer.raw(Format.volumeMagic)
        writer.u16(Format.version)
        writer.u16(partition)
        writer.raw(identity.bytes)
        writer.u64(firstOffset)
        writer.u64(journal)
        writer.u32(Checksum.crc32c(writer.bytes))
        return writer.bytes
    }

    static func read(_ bytes: [UInt8], file: String) throws(LogError) -> VolumeHeader {
        var opened = try Opened(bytes, magic: Format.volumeMagic, file: file)
        return try opened.field { reader throws(BytesError) in
            let partition = try reader.u16()
            let identity = try reader.identity()
            let firstOffset = try reader.u64()
            return VolumeHeader(
                partition: partition,
                identity: identity,
                firstOffset: firstOffset,
                journal: try reader.u64()
            )
        }
    }
}

/// The last bytes of a volume, and through them its footer.
struct Trailer: Sendable, Hashable {
    let nextOffset: UInt64
    let footerBytes: Int
    let footerAt: Int
    let checksum: UInt32

    /// Footer and trailer as they lie behind the blocks.
    static func bytes(blocks: [BlockPlace], nextOffset: UInt64) -> [UInt8] {
        var writer = ByteWriter(reserving: 28 + blocks.count * Format.footerEntryBytes)
        writer.u32(UInt32(blocks.count))
        for block in blocks {
            writer.u64(block.position)
            writer.u64(block.firstOffset)
            writer.u32(block.count)
            writer.i64(block.firstTimeMs)
            writer.i64(block.lastTimeMs)
            writer.u32(block.rawBytes)
            writer.u32(block.storedBytes)
        }
        let length = writer.count
        writer.u64(nextOffset)
        writer.u32(UInt32(length))
        writer.u32(Checksum.crc32c(writer.bytes))
        writer.raw(Format.volumeEndMagic)
        return writer.bytes
    }

    /// Reads a trailer; where the footer lies is checked, the footer itself in `blocks`.
    static func read(_ bytes: [UInt8], fileBytes: Int, file: String) throws(LogError) -> Trailer {
        let at = max(0, fileBytes - Format.trailerBytes)
        var reader = ByteReader(bytes)
        let next: UInt64
        let length: Int
        let checksum: UInt32
        let magic: [UInt8]
        do throws(BytesError) {
            next = try reader.u64()
            length = Int(try reader.u32())
            checksum = try reader.u32()
            magic = try reader.bytes(count: Format.volumeEndMagic.count)
        } catch {
            throw LogError.corrupt("open volume", file, byte: at + error.place, "it is cut")
        }
        guard magic == Format.volumeEndMagic, length >= 4,
            length <= at - Format.volumeHeaderBytes
        else { throw LogError.corrupt("open volume", file, byte: at, "the trailer is damaged") }
        return Trailer(
            nextOffset: next,
            footerBytes: length,
            footerAt: at - length,
            checksum: checksum
        )
    }

    /// The blocks out of the footer's bytes.
    func blocks(
        _ footer: [UInt8],
        first: UInt64,
        file: String
    ) throws(LogError) -> [BlockPlace] {
        var tail = ByteWriter(reserving: 12)
        tail.u64(nextOffset)
        tail.u32(UInt32(clamping: footerBytes))
        let sum = Checksum.crc32c(tail.bytes, seed: Checksum.crc32c(footer))
        guard footer.count == footerBytes, sum == checksum, let blocks = Self.entries(footer) else {
            throw LogError.corrupt(
                "open volume",
                file,
                byte: footerAt,
                "the footer's checksum does not fit"
            )
        }
        guard tiles(blocks, first: first) else {
            throw LogError.corrupt("open volume", file, byte: footerAt, "the blocks have gaps")
        }
        return blocks
    }

    /// Whether the blocks follow each other in the file, by offset and by time.
    private func tiles(_ blocks: [BlockPlace], first: UInt64) -> Bool {
        var position = UInt64(Format.volumeHeaderBytes)
        var offset = first
        var timeMs = Int64.min
        for block in blocks {
            guard block.position == position, block.firstOffset == offset, block.count > 0,
                block.firstTimeMs >= timeMs, block.lastTimeMs >= block.firstTimeMs
            else { return false }
            position += UInt64(Format.blockHeadBytes) + UInt64(block.storedBytes)
            let (next, overflow) = offset.addingReportingOverflow(UInt64(block.count))
            guard !overflow, position <= UInt64(footerAt) else { return false }
            offset = next
            timeMs = block.lastTimeMs
        }
        return position == UInt64(footerAt) && offset == nextOffset && !blocks.isEmpty
    }

    private static func entries(_ footer: [UInt8]) -> [BlockPlace]? {
        var reader = ByteReader(footer)
        do throws(BytesError) {
            let count = Int(try reader.u32())
            guard count * Format.footerEntryBytes == reader.remaining else { return nil }
            var blocks: [BlockPlace] = []
            blocks.reserveCapacity(count)
            for _ in 0..<count {
                let position = try reader.u64()
                let firstOffset = try reader.u64()
                let records = try reader.u32()
                let firstTimeMs = try reader.i64()
                let lastTimeMs = try reader.i64()
                let rawBytes = try reader.u32()
                blocks.append(
                    BlockPlace(
                        position: position,
                        firstOffset: firstOffset,
                        count: records,
                        firstTimeMs: firstTimeMs,
                        lastTimeMs: lastTimeMs,
                        rawBytes: rawBytes,
                        storedBytes: try reader.u32()
                    )
                )
            }
            return blocks
        } catch {
            return nil
        }
    }
}
