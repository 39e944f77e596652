// The test vectors as they lie in `vectors/`: bytes in hexadecimal with what they mean.

import Foundation
import Messages

/// A frame's header, request or reply, field by field as the contract names them.
struct VectorHeader: Codable, Equatable {
    var requestID: String?
    var method: String?
    var timeoutMs: UInt32?
    var maxReplyBytes: UInt32?
    var attempt: UInt32?
    var traceparent: String?
    var caller: String?
    var project: String?
    var status: Int32?
    var message: String?
    var place: String?
    var hint: String?
    var retryAfterMs: UInt32?
    var instance: String?
    var epoch: UInt64?
    var metadata: [[String]]?

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case method
        case timeoutMs = "timeout_ms"
        case maxReplyBytes = "max_reply_bytes"
        case attempt, traceparent, caller, project, status, message, place, hint
        case retryAfterMs = "retry_after_ms"
        case instance, epoch, metadata
    }
}

/// Frames that must be taken, and frames that must be refused.
struct FrameVectors: Codable, Equatable {
    struct Good: Codable, Equatable {
        var name: String
        /// `request` or `reply`.
        var direction: String
        var flags: UInt8
        var headerBytes: Int
        var payloadBytes: Int
        var crc32c: String
        var header: VectorHeader
        /// The payload's message.
        var message: String
        /// The payload, decompressed.
        var payload: String
        var hex: String
    }

    struct Refused: Codable, Equatable {
        var name: String
        /// What the receiver expects: `request` or `reply`.
        var direction: String
        /// The receiver's limit for a frame, where it is not the usual one.
        var frameBytesMax: Int?
        /// The first check that fails, by the name of `WireError.Code`.
        var error: String
        /// What a server answers: a canonical status.
        var status: Int32
        var hex: String
    }

    var good: [Good]
    var refused: [Refused]
}

/// Values of properties on the wire, with what they mean.
struct ValueVectors: Codable, Equatable {
    struct Value: Codable, Equatable {
        var kind: String
        var text: String?
        var number: Double?
        var integer: Int64?
        var decimalE4: Int64?
        var flag: Bool?
        var instantMs: Int64?
        var list: [Value]?

        enum CodingKeys: String, CodingKey {
            case kind, text, number, integer
            case decimalE4 = "decimal_e4"
            case flag
            case instantMs = "instant_ms"
            case list
        }
    }

    struct Good: Codable, Equatable {
        var value: Value
        /// As a person reads it; numbers in their normal form.
        var means: String
        var hex: String
    }

    struct Refused: Codable, Equatable {
        var name: String
        var place: String
        var hex: String
    }

    var good: [Good]
    var refused: [Refused]
}

/// Where users live.
struct PartitionVectors: Codable, Equatable {
    struct Home: Codable, Equatable {
        var project: String
        var user: String
        var partitions: Int
        var partition: UInt16
    }

    var homes: [Home]
}

/// Reads vectors, and writes them when they are recorded anew.
enum VectorFile {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "vectors")
    /// Set to 1 to write what the code makes: additions only, since the wire never changes.
    static let isRecording =
        ProcessInfo.processInfo.environment["SHOAL_TEST_RECORD_VECTORS"] == "1"

    /// The file's content; first replaced by `made` when recording.
    static func load<Vectors: Codable>(_ name: String, made: Vectors) throws -> Vectors {
        let file = folder.appending(path: name)
        if isRecording {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try (encoder.encode(made) + Data("\n".utf8)).write(to: file)
        }
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
    }
}

/// Bytes as people write them.
enum Hex {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func bytes(_ text: String) throws -> [UInt8] {
        let digits = try text.map { digit in
            guard let value = digit.hexDigitValue else { throw InteropError("no digit: \(digit)") }
            return UInt8(value)
        }
        guard digits.count.isMultiple(of: 2) else { throw InteropError("half a byte") }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// What these tests trip over.
struct InteropError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
