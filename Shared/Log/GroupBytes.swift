// A group as it was read back: checked, and taken apart into runs.

import Basics

/// The run of one partition in a group's bytes.
struct RunPlace: Sendable, Hashable {
    let partition: UInt16
    let firstOffset: UInt64
    let firstTimeMs: Int64
    let lastTimeMs: Int64
    let count: UInt32
    /// Where its records lie, from the group's first byte.
    let records: Range<Int>

    /// A walk over its records.
    func walk(_ group: [UInt8]) -> RecordWalk {
        RecordWalk(group, in: records, first: firstOffset, timeMs: firstTimeMs, count: count)
    }
}

/// Reading of groups.
enum GroupBytes {
    /// What stands before the runs.
    struct Head: Sendable, Hashable {
        /// Bytes of the whole group, with length and checksum.
        let byteCount: Int
        let checksum: UInt32
        let sequence: UInt64
        let reserveMs: Int64
        let runCount: Int
    }

    /// Reads a group's head; nil when the bytes are too few or the length cannot be.
    static func head(_ bytes: ArraySlice<UInt8>) -> Head? {
        guard bytes.count >= Format.groupHeadBytes else { return nil }
        let start = bytes.startIndex
        let length = Int(u32(bytes, start))
        guard length >= Format.groupHeadBytes - Format.groupPrefixBytes else { return nil }
        let runCount = Int(bytes[start + 24]) | Int(bytes[start + 25]) << 8
        return Head(
            byteCount: length + Format.groupPrefixBytes,
            checksum: u32(bytes, start + 4),
            sequence: u64(bytes, start + 8),
            reserveMs: Int64(bitPattern: u64(bytes, start + 16)),
            runCount: runCount
        )
    }

    /// The checksum of a group's length and content; the checksum's own place is left out.
    static func checksum(of group: ArraySlice<UInt8>, seed: UInt32) -> UInt32 {
        let start = group.startIndex
        let length = Checksum.crc32c(group[start..<start + 4], seed: seed)
        return Checksum.crc32c(group[(start + Format.groupPrefixBytes)...], seed: length)
    }

    /// Whether the bytes begin with a whole group of this file.
    static func isWhole(_ bytes: ArraySlice<UInt8>, seed: UInt32) -> Bool {
        guard let head = head(bytes), head.byteCount <= bytes.count else { return false }
        return head.checksum == checksum(of: bytes.prefix(head.byteCount), seed: seed)
    }

    /// The run that begins at `position`; nil if its bytes are not what was written.
    static func run(in bytes: [UInt8], at position: Int, seed: UInt32) -> RunPlace? {
        guard let place = runHead(bytes, at: position) else { return nil }
        let head = bytes[position..<position + Format.runHeadBytes - 4]
        let sum = Checksum.crc32c(
            bytes[place.records],
            seed: Checksum.crc32c(head, seed: seed)
        )
        return sum == u32(bytes[...], place.records.lowerBound - 4) ? place : nil
    }

    /// All runs of a whole group, each walked over; nil if they make no sense.
    static func runs(in group: [UInt8], count: Int) -> [RunPlace]? {
        var places: [RunPlace] = []
        places.reserveCapacity(count)
        var position = Format.groupHeadBytes
        for _ in 0..<count {
            guard let place = runHead(group, at: position) else { return nil }
            var walk = place.walk(group)
            while walk.next() != nil {}
            guard walk.isWhole, place.count > 0 else { return nil }
            places.append(
                RunPlace(
                    partition: place.partition,
                    firstOffset: place.firstOffset,
                    firstTimeMs: place.firstTimeMs,
                    lastTimeMs: walk.timeMs,
                    count: place.count,
                    records: place.records
                )
            )
            position = place.records.upperBound
        }
        return position == group.count ? places : nil
    }

    /// The run that begins at `position` in bytes that were checked before.
    static func runHead(_ group: [UInt8], at position: Int) -> RunPlace? {
        guard position >= 0, position <= group.count - Format.runHeadBytes else { return nil }
        let bytes = group[...]
        let length = Int(u32(bytes, position + 22))
        let start = position + Format.runHeadBytes
        guard length <= group.count - start else { return nil }
        let time = Int64(bitPattern: u64(bytes, position + 10))
        return RunPlace(
            partition: UInt16(bytes[position]) | UInt16(bytes[position + 1]) << 8,
            firstOffset: u64(bytes, position + 2),
            firstTimeMs: time,
            lastTimeMs: time,
            count: u32(bytes, position + 18),
            records: start..<start + length
        )
    }

    private static func u32(_ bytes: ArraySlice<UInt8>, _ at: Int) -> UInt32 {
        UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
            | UInt32(bytes[at + 3]) << 24
    }

    static func u64(_ bytes: ArraySlice<UInt8>, _ at: Int) -> UInt64 {
        UInt64(u32(bytes, at)) | UInt64(u32(bytes, at + 4)) << 32
    }
}
