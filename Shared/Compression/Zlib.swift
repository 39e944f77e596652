// zlib for pictures: a buffer compressed as PNG has it, and the checksum of its chunks.

import CZlib

/// zlib over bytes in memory; pure, from any thread.
public enum Zlib {
    /// The bytes as one zlib stream (RFC 1950), as dense as zlib makes them.
    public static func compress(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        let bound = compressBound(UInt(bytes.count))
        var length = bound
        var code = Z_OK
        let out = unsafe [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, count in
            code = unsafe bytes.withUnsafeBytes {
                unsafe compress2(
                    buffer.baseAddress,
                    &length,
                    $0.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    UInt(bytes.count),
                    Z_BEST_COMPRESSION
                )
            }
            count = code == Z_OK ? Int(length) : 0
        }
        guard code == Z_OK else {
            throw CompressionError(.resources, "compress", at: 0, "zlib error \(code)")
        }
        return out
    }

    /// The CRC-32 of IEEE 802.3, which PNG and gzip use.
    public static func crc32(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBytes {
            let start = unsafe $0.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return UInt32(truncatingIfNeeded: unsafe CZlib.crc32_z(0, start, $0.count))
        }
    }
}
