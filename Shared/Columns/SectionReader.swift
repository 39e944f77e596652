// Reads a chunk's directory and hands out its sections, each checked before it is believed.

import Basics

/// A walk through directory and sections, which stand in the same order; one thread.
struct SectionReader {
    private let file: MappedFile
    private let fileName: String
    private let version: UInt32
    private var directory: ByteReader
    /// Where the next section begins.
    private(set) var position = Format.headerBytes
    /// Where the sections end and the directory begins.
    let sectionsEnd: Int
    /// The footer's checksum.
    let fingerprint: UInt32

    /// Checks header, footer and the directory's checksum.
    init(_ file: MappedFile, named fileName: String) throws(ColumnsError) {
        self.file = file
        self.fileName = fileName
        version = try Self.version(of: file, fileName)
        let end = file.count - Format.footerBytes
        var footer = ByteReader(try Self.bytes(file, end..<file.count, fileName, "footer"))
        do {
            let start = try footer.u64()
            let length = try footer.u64()
            let checksum = try footer.u32()
            fingerprint = try footer.u32()
            let magic = try footer.bytes(count: Format.endMagic.count)
            let place = fileName + " footer"
            let isSound = Checksum.crc32c(footer.bytes[0..<20]) == fingerprint
            guard isSound, magic == Format.endMagic,
                let sectionsEnd = Int(exactly: start), let length = Int(exactly: length),
                sectionsEnd >= Format.headerBytes, sectionsEnd % Format.alignment == 0,
                length <= Format.directoryBytesMax, sectionsEnd <= end,
                end - sectionsEnd == length
            else { throw ColumnsError(.corrupt, "open", at: place) }
            self.sectionsEnd = sectionsEnd
            let described = try Self.bytes(file, sectionsEnd..<end, fileName, "directory")
            guard Checksum.crc32c(described) == checksum else {
                throw ColumnsError(.corrupt, "open", at: fileName + " directory")
            }
            directory = ByteReader(described)
        } catch let error as ColumnsError {
            throw error
        } catch {
            throw ColumnsError(.corrupt, "open", at: fileName + " footer")
        }
    }

    /// The version that a sound header says, one that is read.
    private static func version(
        of file: MappedFile,
        _ fileName: String
    ) throws(ColumnsError) -> UInt32 {
        let place = fileName + " header"
        guard file.count >= Format.headerBytes + Format.footerBytes else {
            throw ColumnsError(.corrupt, "open", at: place)
        }
        let header = try bytes(file, 0..<Format.headerBytes, fileName, "header")
        var reader = ByteReader(header)
        do {
            let magic = try reader.bytes(count: Format.magic.count)
            let version = try reader.u32()
            let checksum = try reader.u32()
            guard magic == Format.magic, Checksum.crc32c(header[0..<12]) == checksum,
                version > 0
            else { throw ColumnsError(.corrupt, "open", at: place) }
            guard version <= Format.version else {
                throw ColumnsError(
                    .newerFormat,
                    "open",
                    at: "\(place), version \(version)"
                )
            }
            guard version >= Format.oldestVersion else {
                throw ColumnsError(.mismatch, "open", at: "\(place), version \(version)")
            }
            return version
        } catch let error as ColumnsError {
            throw error
        } catch {
            throw ColumnsError(.corrupt, "open", at: place)
        }
    }

    private static func bytes(
        _ file: MappedFile,
        _ range: Range<Int>,
        _ fileName: String,
        _ section: String
    ) throws(ColumnsError) -> [UInt8] {
        do {
            return try file.bytes(in: range)
        } catch {
            throw ColumnsError(.corrupt, "open", at: fileName + " " + section)
        }
    }

    /// An error at a section or an entry of the directory.
    func corrupt(_ what: String) -> ColumnsError {
        ColumnsError(.corrupt, "open", at: "\(fileName) \(what)")
    }

    /// Reads from the directory.
    mutating func entry<Value>(
        _ what: String,
        _ read: (inout ByteReader) throws(BytesError) -> Value
    ) throws(ColumnsError) -> Value {
        do {
            return try read(&directory)
        } catch {
            throw corrupt("directory, \(what)")
        }
    }

    /// A count of rows, texts or lists.
    mutating func count(_ what: String) throws(ColumnsError) -> Int {
        let coded = try entry(what) { reader throws(BytesError) in try reader.varint() }
        guard coded <= UInt64(Format.elementsMax) else { throw corrupt("directory, \(what)") }
        return Int(coded)
    }

    /// A varint of at most 32 bits.
    mutating func word(_ what: String) throws(ColumnsError) -> UInt32 {
        let coded = try entry(what) { reader throws(BytesError) in try reader.varint() }
        guard let word = UInt32(exactly: coded) else { throw corrupt("directory, \(what)") }
        return word
    }

    /// The next section as elements; `count` nil takes as many as there are.
    mutating func section<Element: FixedWidthInteger & BitwiseCopyable>(
        of type: Element.Type,
        count: Int?,
        _ what: String
    ) throws(ColumnsError) -> MappedArray<Element> {
        let (length, checksum) = try entry(what) { reader throws(BytesError) in
            (try reader.varint(), try reader.u32())
        }
        let width = MemoryLayout<Element>.stride
        guard let bytes = Int(exactly: length), bytes <= sectionsEnd - position,
            bytes % width == 0, count == nil || count == bytes / width
        else { throw corrupt(what) }
        let padded = bytes + Format.padding(after: bytes)
        guard padded <= sectionsEnd - position else { throw corrupt(what) }
        let range = position..<position + padded
        guard file.withBytes({ Checksum.crc32c($0.extracting(range)) }) == checksum else {
            throw corrupt(what)
        }
        do {
            let array = try file.array(of: type, at: position, count: bytes / width)
            position += padded
            return array
        } catch {
            throw corrupt(what)
        }
    }

    /// A column of narrow numbers.
    mutating func narrow(count: Int, _ what: String) throws(ColumnsError) -> NarrowColumn {
        let (form, base) = try entry(what) { reader throws(BytesError) in
            (try reader.u8(), try reader.u64())
        }
        // Version 2 has neither steps nor three bytes.
        guard version > 2 || form & Format.stepped == 0 && form != 3 else {
            throw corrupt("directory, \(what)")
        }
        var step: UInt64 = 1
        if form & Format.stepped != 0 {
            step = try entry(what) { reader throws(BytesError) in try reader.u64() }
            guard step > 1 else { throw corrupt("directory, \(what)") }
        }
        let steps = Steps(base: base, step: step)
        switch form & ~Format.stepped {
        case 0 where step == 1: return NarrowColumn(.constant(base, count: count))
        case 1:
            let array = try section(of: UInt8.self, count: count, what)
            return NarrowColumn(.mapped8(steps, array))
        case 2:
            let array = try section(of: UInt16.self, count: count, what)
            return NarrowColumn(.mapped16(steps, array))
        case 3:
            let bytes = try section(of: UInt8.self, count: 3 * count, what)
            return NarrowColumn(.mapped24(steps, bytes))
        case 4:
            let array = try section(of: UInt32.self, count: count, what)
            return NarrowColumn(.mapped32(steps, array))
        case 8 where base == 0 && step == 1:
            return NarrowColumn(.mapped64(try section(of: UInt64.self, count: count, what)))
        default: throw corrupt("directory, \(what)")
        }
    }

    /// Texts; checks that their places rise within the heap and that each is UTF-8.
    mutating func texts(_ what: String) throws(ColumnsError) -> BytesColumn {
        let count = try count(what)
        let starts = try narrow(count: count + 1, what + " starts")
        let heap = try section(of: UInt8.self, count: nil, what)
        try checkStarts(starts, end: heap.count, what)
        let texts = BytesColumn(count: count, starts: starts, heap: heap)
        for index in 0..<count where !texts.withBytes(index, UTF8Text.isValid) {
            throw corrupt(what)
        }
        return texts
    }

    /// Places that begin at 0, never fall, and end where their heap does.
    func checkStarts(_ starts: NarrowColumn, end: Int, _ what: String) throws(ColumnsError) {
        var before: UInt64 = 0
        for index in 0..<starts.count {
            guard starts[index] >= before, starts[index] <= UInt64(end) else {
                throw corrupt(what + " starts")
            }
            before = starts[index]
        }
        guard starts[0] == 0, before == UInt64(end) else { throw corrupt(what + " starts") }
    }

    /// The directory and the sections must end together.
    func checkEnd() throws(ColumnsError) {
        guard directory.isAtEnd, position == sectionsEnd else { throw corrupt("directory, end") }
    }
}
