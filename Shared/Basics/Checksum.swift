// The two checksums of the house: CRC-32C against damage, XXH64 for places in tables.

import CBasics

/// Checksums over bytes; pure, from any thread.
public enum Checksum {
    /// CRC-32C (Castagnoli) by the processor's instruction where there is one.
    ///
    /// `seed` is the checksum of the bytes before these, so that pieces may be fed in turn.
    public static func crc32c(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_crc32c(seed, $0.baseAddress, $0.count)
        }
    }

    /// CRC-32C of a part of an array.
    public static func crc32c(_ bytes: ArraySlice<UInt8>, seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_crc32c(seed, $0.baseAddress, $0.count)
        }
    }

    /// CRC-32C of borrowed bytes.
    public static func crc32c(_ bytes: RawSpan, seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_crc32c(seed, $0.baseAddress, $0.count)
        }
    }

    /// CRC-32C by tables, as machines without the instruction compute it.
    package static func crc32cByTables(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_crc32c_portable(seed, $0.baseAddress, $0.count)
        }
    }

    /// XXH64 after the public specification of xxHash; not secure against chosen bytes.
    public static func xxh64(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_xxh64($0.baseAddress, $0.count, seed)
        }
    }

    /// XXH64 of a lent text's bytes.
    public static func xxh64(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_xxh64($0.baseAddress, $0.count, seed)
        }
    }

    /// XXH64 of borrowed bytes.
    public static func xxh64(_ bytes: RawSpan, seed: UInt64 = 0) -> UInt64 {
        unsafe bytes.withUnsafeBytes {
            unsafe cbasics_xxh64($0.baseAddress, $0.count, seed)
        }
    }
}
