// A chunk file as it lies on disk: everything of one (project, partition) over a range of its log.
//
//   at 0        header      magic "SHOALCOL" | version u32 | crc32c of the 12 bytes before u32
//   at 16       sections    one behind the other in the order the directory names them;
//                           each begins at a multiple of 8 and is padded there with zeros
//   at d        directory   what the sections are (below)
//   at end-32   footer      d u64 | directory bytes u64 | crc32c of the directory u32
//                           | crc32c of the 20 bytes before u32 | magic "SHOALEND"
//
// Every byte is covered: a section's checksum includes its padding, the sections reach from the
// header to the directory without a gap, and the directory ends where the footer begins. The
// footer's own checksum therefore stands for the whole file: it is the chunk's fingerprint.
// All integers are little endian; `varint` is LEB128, `zigzag` a signed varint, `text` UTF-8
// after its varint length. A later version keeps the 16 bytes of the header. Version 2 had no steps
// and no numbers of three bytes, and is read as well. Version 1 had users of 32 bits and instants
// of 32 or 64; an evaluator reads the log again instead of reading it.
//
// directory   project text | partition varint | from varint | to varint     log offsets [from, to)
//             ids        first number varint | bytes column                 users met in the range
//             dictionary bytes column, sorted by bytes, each text once
//             lists      count varint | starts narrow | tags section u8 | payloads narrow
//             tables     count varint, then each; sorted by kind, then by the name's bytes
// table       kind u8 (0 event, 1 user property) | name text | rows varint (at least 1)
//             | min time zigzag | max time zigzag | min user varint | max user varint
//             | users width u8 (2: above min user; 4: as they are) | users section
//             | times form u8 (0: all are min time; 1: as follows) | shift u8 | coarse section u16
//             | fine narrow | offsets narrow           time = min time + (coarse << shift | fine)
//             | columns varint, then each; sorted by the name's bytes
// column      name text | tag u8 (what all rows have; 0xFF: a section u8 of tags follows)
//             | payloads narrow | texts varint | codes narrow (where texts > 0)
//             | numbers u8 (1: min tag u8, min u64, max tag u8, max u64 follow; 0: none)
// section     bytes without padding varint | crc32c with padding u32
// narrow      width u8 of 0, 1, 2, 3, 4, 8 | base u64 | step u64 (where the width's bit 0x10 is
//             set: not of 0 and 8; else it is 1) | section (width above 0)
//             value = base + step * element (wrapping); width 0: all are base; width 8: base is 0
// bytes       count varint | starts narrow, count + 1 of them from 0 | section u8
//
// Rows of a table are sorted by (user, time, offset). Tags are those of ValueTag; a payload is
// ten-thousandths, the bits of a double, a column's text code, 0 or 1, milliseconds, or the
// index of a list; it means nothing where the tag is `absent`. A column's text code is an index
// into its `codes`, which rise and are indices of the dictionary. A list's texts are indices of
// the dictionary. A user property's table has one column without a name; its times are the
// instants from which a version holds (Int64.min: always), and `absent` is "unset". The property
// without a name has a row, true, for each profile change that named no property.

/// The constants of the format drawn above.
enum Format {
    /// Opens a chunk file.
    static let magic: [UInt8] = Array("SHOALCOL".utf8)
    /// Closes a chunk file.
    static let endMagic: [UInt8] = Array("SHOALEND".utf8)
    /// What this room writes; it reads no newer one.
    static let version: UInt32 = 3
    /// What it still reads.
    static let oldestVersion: UInt32 = 2
    /// The user property of profile changes that named none.
    static let bareProfile = ""

    /// Whether a property is none of a client's: its name begins with a zero byte.
    ///
    static func isOwn(_ property: String) -> Bool { property.utf8.first == 0 }
    /// Whether a property tells who is in a live segment, or who is anonymous: that is no record's,
    /// though it may share the offset of one, and is not taken back with it.
    static func isMark(_ property: String) -> Bool {
        property.utf8.starts(with: "\u{0}live ".utf8) || property == "\u{0}anonymous"
    }
    /// Bytes of the header.
    static let headerBytes = 16
    /// Bytes of the footer.
    static let footerBytes = 32
    /// Sections begin at multiples of this, so that every element is aligned.
    static let alignment = 8
    /// Set in the width of numbers that stand a step apart.
    static let stepped: UInt8 = 0x10
    /// Stands for "tags differ" where a column's common tag stands.
    static let mixedTags: UInt8 = 0xFF
    /// Largest count of rows, texts, users or list values: they are addressed by 32 bits.
    static let elementsMax = Int(UInt32.max) - 1
    /// Largest directory: names and places of a million columns; a bad length allocates no more.
    static let directoryBytesMax = 256 << 20

    /// Bytes to the next multiple of `alignment`.
    static func padding(after bytes: Int) -> Int {
        (alignment - bytes % alignment) % alignment
    }
}

/// What a table holds.
enum TableKind: UInt8 {
    /// The events of one name.
    case event = 0
    /// The versions of one user property.
    case userProperty = 1
}
