// The layouts of the log on disk, drawn first, and the constants that name their parts.

// All integers are little endian, times are milliseconds since 1970, checksums are CRC-32C.
//
// A LOG FOLDER
//
//     log.lock                               held by the one process that may write here
//     journal.mark                           what of the journal is durable at least
//     volumes.mark                           up to where volumes have taken over from the journal
//     journal-00000000000000000001.log       one file sequence for all partitions; the number is
//     journal-00000000000000004711.log       the sequence of the file's first group
//     partition-00000/00000000000000000000.volume      the number is the first record's offset
//     partition-00000/00000000000000031337.volume
//
// A JOURNAL FILE is a header and then groups without gaps; zeros after the last group are
// preallocated room. A group is what one write and one fdatasync made durable.
//
//     header  magic "SHOALJRN" | version u16 | partitions u16 | identity 16 bytes
//             | first sequence u64 | checksum u32                                     (40 bytes)
//     group   length u32       bytes behind the checksum
//             checksum u32     of length and group, seeded by identity and first sequence, so
//                              that bytes of another file, or ones a client sent, are no group
//             sequence u64     one more than the group before, also from file to file
//             reserve i64      the time reserve: no later tenure starts before it
//             runs u16         and then the runs; none in a group that only renews the reserve
//     run     partition u16 | first offset u64 | first time i64 | count u32 | bytes u32
//             | checksum u32 of these and the records, seeded as the group's, so that a run can
//             be read alone; and then `count` records. A partition's offsets have no gap from
//             run to run                                                          (30 bytes + n)
//     record  time - time before varint | length varint | payload
//
// A VOLUME is immutable: the records of one partition out of one journal file.
//
//     header  magic "SHOALVOL" | version u16 | partition u16 | identity 16 bytes
//             | first offset u64 | sequence of the journal file u64 | checksum u32    (48 bytes)
//     block   first offset u64 | count u32 | first time i64 | last time i64 | raw length u32
//             | stored length u32 | codec u32 (0 plain, 1 zstd) | checksum u32 of all of these
//             and the stored bytes | stored bytes: records as above                   (44 + n)
//     footer  blocks u32, then of each block: position u64 | first offset u64 | count u32
//             | first time i64 | last time i64 | raw length u32 | stored length u32  (4 + 44 n)
//     trailer next offset u64 | footer length u32 | checksum u32 of footer and these two
//             | magic "SHOALEND"                                                      (24 bytes)
//
// A MARK is replaced by rename, so it is whole or the one before.
//
//     journal.mark   magic "SHOALJMK" | version u16 | partitions u16 | identity 16 bytes
//                    | active file u64 | next sequence u64 | reserve i64
//                    | next offset u64 of each partition | checksum u32
//     volumes.mark   magic "SHOALVMK" | version u16 | partitions u16 | identity 16 bytes
//                    | first journal file not yet sealed u64
//                    | (first offset u64, next offset u64) of each partition | checksum u32
//
// WHAT THE MARKS ARE FOR. Every file that must exist is named: the journal files from
// `volumes.mark` to the active one of `journal.mark` follow each other by sequence, the volumes of
// a partition tile its two offsets. What is missing, empty or an older copy is therefore seen.
// Each mark has one writer: the journal its own, the sealer the other.

internal import Basics

/// Constants of the layouts above.
enum Format {
    /// Written into every header; a reader refuses a higher one.
    static let version: UInt16 = 1

    static let journalMagic: [UInt8] = Array("SHOALJRN".utf8)
    static let volumeMagic: [UInt8] = Array("SHOALVOL".utf8)
    static let volumeEndMagic: [UInt8] = Array("SHOALEND".utf8)
    static let journalMarkMagic: [UInt8] = Array("SHOALJMK".utf8)
    static let volumesMarkMagic: [UInt8] = Array("SHOALVMK".utf8)

    static let journalHeaderBytes = 40
    /// Length and checksum, before what the length counts.
    static let groupPrefixBytes = 8
    /// Prefix, sequence, reserve and count of runs.
    static let groupHeadBytes = 26
    static let runHeadBytes = 30
    /// Two varints of one byte each and no payload.
    static let recordBytesMin = 2

    static let volumeHeaderBytes = 48
    static let blockHeadBytes = 44
    static let footerEntryBytes = 44
    static let trailerBytes = 24

    static let codecPlain: UInt32 = 0
    static let codecZstd: UInt32 = 1

    /// Sequence of the first group of a log.
    static let firstSequence: UInt64 = 1
    /// Reserve of a log that has told no watermark yet.
    static let noReserve = Int64.min

    /// The seed of the checksums of one journal file's groups.
    static func seed(identity: InstanceID, firstSequence: UInt64) -> UInt32 {
        var writer = ByteWriter(reserving: 24)
        writer.raw(identity.bytes)
        writer.u64(firstSequence)
        return Checksum.crc32c(writer.bytes)
    }
}

/// The header of a journal file.
struct JournalHeader: Sendable, Hashable {
    let partitions: UInt16
    let identity: InstanceID
    let firstSequence: UInt64

    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: Format.journalHeaderBytes)
        writer.raw(Format.journalMagic)
        writer.u16(Format.version)
        writer.u16(partitions)
        writer.raw(identity.bytes)
        writer.u64(firstSequence)
        writer.u32(Checksum.crc32c(writer.bytes))
        return writer.bytes
    }

    /// Reads a header; `file` is for the error's place.
    static func read(_ bytes: [UInt8], file: String) throws(LogError) -> JournalHeader {
        var opened = try Opened(bytes, magic: Format.journalMagic, file: file)
        return try opened.field { reader throws(BytesError) in
            let partitions = try reader.u16()
            let identity = try reader.identity()
            return JournalHeader(
                partitions: partitions,
                identity: identity,
                firstSequence: try reader.u64()
            )
        }
    }
}

/// Bytes whose magic, version and checksum (their last four bytes) have been checked.
struct Opened {
    private var reader: ByteReader
    private let file: String

    /// Checks, in an order that tells a newer version from damage.
    init(_ bytes: [UInt8], magic: [UInt8], file: String) throws(LogError) {
        self.file = file
        guard bytes.count >= magic.count + 6 else {
            throw LogError.missing(
                "open header",
                file,
                "the file has \(bytes.count) bytes, too few for its header"
            )
        }
        reader = ByteReader(bytes)
        let name: [UInt8]
        let version: UInt16
        let stored: UInt32
        do throws(BytesError) {
            name = try reader.bytes(count: magic.count)
            version = try reader.u16()
            var tail = try ByteReader(bytes, in: bytes.count - 4..<bytes.count)
            stored = try tail.u32()
        } catch {
            throw LogError.corrupt("open header", file, byte: error.place, "the header is cut")
        }
        guard name == magic else {
            throw LogError.corrupt("open header", file, byte: 0, "the file's magic is another")
        }
        // A version is believed before the checksum: a newer layout may place that elsewhere.
        if version > Format.version, version < 0x100 {
            throw LogError(
                .newerFormat,
                "open header",
                at: file,
                hint: "the file has format version \(version), this program reads up to "
                    + "\(Format.version); start the newer program again"
            )
        }
        guard stored == Checksum.crc32c(bytes[..<(bytes.count - 4)]), version == Format.version
        else {
            throw LogError.corrupt("open header", file, byte: 0, "its checksum does not fit")
        }
    }

    /// Reads fields; running out of bytes is damage.
    mutating func field<Value>(
        _ body: (inout ByteReader) throws(BytesError) -> Value
    ) throws(LogError) -> Value {
        do throws(BytesError) {
            return try body(&reader)
        } catch {
            throw LogError.corrupt("read header", file, byte: error.place, error.operation)
        }
    }
}

extension ByteReader {
    /// Sixteen bytes of an identity.
    mutating func identity() throws(BytesError) -> InstanceID {
        let place = position
        guard let identity = InstanceID(bytes: try bytes(count: 16)) else {
            throw BytesError(.truncated, "identity", at: place)
        }
        return identity
    }
}
