// Writes sections into a chunk file and what they are into its directory, in one go.

import Basics

/// The file and the directory of a chunk being written; one thread.
struct SectionWriter: ~Copyable {
    private let file: any DiskFile
    private var pending = ByteWriter()
    /// What the sections are; written behind the last of them.
    var directory = ByteWriter()
    /// Bytes of the file so far, with those still pending.
    private(set) var fileBytes = 0

    /// Bytes gathered before they are handed to the disk.
    private static let pendingBytesMax = 1 << 20

    /// Begins the file with its header.
    init(_ file: any DiskFile) throws(DiskError) {
        self.file = file
        var header = ByteWriter(reserving: Format.headerBytes)
        header.raw(Format.magic)
        header.u32(Format.version)
        header.u32(Checksum.crc32c(header.bytes))
        try put(header.bytes)
    }

    private mutating func put(_ bytes: [UInt8]) throws(DiskError) {
        pending.raw(bytes)
        fileBytes += bytes.count
        if pending.count >= Self.pendingBytesMax { try flush() }
    }

    private mutating func flush() throws(DiskError) {
        try file.append(pending.bytes)
        pending.removeAll()
    }

    /// Writes a section, padded, and its length and checksum into the directory.
    private mutating func section(_ bytes: [UInt8]) throws(DiskError) {
        let padding = Format.padding(after: bytes.count)
        let padded = padding == 0 ? bytes : bytes + Array(repeating: 0, count: padding)
        directory.count(bytes.count)
        directory.u32(Checksum.crc32c(padded))
        try put(padded)
    }

    /// A section of bytes.
    mutating func bytes(_ bytes: [UInt8]) throws(DiskError) { try section(bytes) }

    /// Users: 16 bits above the least where they fit, else as they are.
    mutating func users(_ users: [UInt32], least: UInt32, _ greatest: UInt32) throws(DiskError) {
        let isNarrow = greatest - least <= UInt32(UInt16.max)
        var writer = ByteWriter(reserving: users.count * 4 + Format.alignment)
        directory.u8(isNarrow ? 2 : 4)
        for user in users {
            if isNarrow { writer.u16(UInt16(user - least)) } else { writer.u32(user) }
        }
        try section(writer.bytes)
    }

    /// Numbers in the narrowest width that holds them above their least, by two's complement, in
    /// steps where these make it narrower.
    ///
    /// Elements where `isMeant` is false may hold anything and are written as 0 above the base.
    /// Three bytes, which no vector compares, are taken only where few are read at a time.
    mutating func narrow(
        _ elements: [UInt64],
        readByFew: Bool = false,
        where isMeant: (Int) -> Bool = { _ in true }
    ) throws(DiskError) {
        var least = Int64.max
        var greatest = Int64.min
        for index in elements.indices where isMeant(index) {
            least = min(least, Int64(bitPattern: elements[index]))
            greatest = max(greatest, Int64(bitPattern: elements[index]))
        }
        if least > greatest { (least, greatest) = (0, 0) }
        let range = UInt64(bitPattern: greatest) &- UInt64(bitPattern: least)
        let step = Self.step(elements, above: UInt64(bitPattern: least), range, where: isMeant)
        let whole = Self.width(of: range / step)
        let width = readByFew && whole == 4 && range / step < 1 << 24 ? 3 : whole
        let base = width == 8 ? 0 : UInt64(bitPattern: least)
        directory.u8(UInt8(width) | (step > 1 ? Format.stepped : 0))
        directory.u64(base)
        if step > 1 { directory.u64(step) }
        guard width > 0 else { return }
        var writer = ByteWriter(reserving: elements.count * width + Format.alignment)
        for index in elements.indices {
            let element = isMeant(index) ? (elements[index] &- base) / step : 0
            switch width {
            case 1: writer.u8(UInt8(truncatingIfNeeded: element))
            case 2: writer.u16(UInt16(truncatingIfNeeded: element))
            case 3:
                writer.u16(UInt16(truncatingIfNeeded: element))
                writer.u8(UInt8(truncatingIfNeeded: element >> 16))
            case 4: writer.u32(UInt32(truncatingIfNeeded: element))
            default: writer.u64(element)
            }
        }
        try section(writer.bytes)
    }

    /// The greatest common divisor of how far elements stand above the least; 1 where it makes
    /// them no narrower.
    private static func step(
        _ elements: [UInt64],
        above least: UInt64,
        _ range: UInt64,
        where isMeant: (Int) -> Bool
    ) -> UInt64 {
        guard width(of: range) > 1 else { return 1 }
        var step = range
        for index in elements.indices where isMeant(index) {
            var rest = (elements[index] &- least) % step
            while rest != 0 { (step, rest) = (rest, step % rest) }
            guard width(of: range / step) < width(of: range) else { return 1 }
        }
        return step
    }

    private static func width(of range: UInt64) -> Int {
        switch range {
        case 0: 0
        case 1...0xFF: 1
        case 0x100...0xFFFF: 2
        case 0x1_0000...0xFFFF_FFFF: 4
        default: 8
        }
    }

    /// Instants: nothing where all are the same, else a coarse and a fine part each.
    mutating func times(_ times: [Int64], least: Int64, greatest: Int64) throws(DiskError) {
        guard least < greatest else { return directory.u8(0) }
        let shift = SplitTimes.shift(range: UInt64(bitPattern: greatest &- least))
        directory.u8(1)
        directory.u8(UInt8(shift))
        var coarse = ByteWriter(reserving: times.count * 2 + Format.alignment)
        var fine = [UInt64]()
        fine.reserveCapacity(times.count)
        for time in times {
            let above = UInt64(bitPattern: time &- least)
            coarse.u16(UInt16(truncatingIfNeeded: above >> shift))
            fine.append(above & (1 << shift - 1))
        }
        try section(coarse.bytes)
        try narrow(fine, readByFew: true)
    }

    /// Texts one behind the other: `starts` has one more element than there are texts.
    mutating func texts(_ heap: [UInt8], starts: [UInt32]) throws(DiskError) {
        directory.count(starts.count - 1)
        try narrow(starts.map(UInt64.init), readByFew: true)
        try section(heap)
    }

    /// Ends the file with directory and footer, makes it durable and gives the fingerprint.
    mutating func finish() throws(DiskError) -> UInt32 {
        let start = fileBytes
        let described = directory.bytes
        try put(described)
        var footer = ByteWriter(reserving: Format.footerBytes)
        footer.u64(UInt64(start))
        footer.u64(UInt64(described.count))
        footer.u32(Checksum.crc32c(described))
        let fingerprint = Checksum.crc32c(footer.bytes)
        footer.u32(fingerprint)
        footer.raw(Format.endMagic)
        try put(footer.bytes)
        try flush()
        try file.sync()
        try file.close()
        return fingerprint
    }
}
