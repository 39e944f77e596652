// Hand-made wire bytes, so that tests can say what no honest encoder would.
import Basics
import Messages

/// A protobuf message written field by field, right or wrong.
struct Bytes {
    var bytes: [UInt8] = []

    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var out: [UInt8] = []
        while rest >= 0x80 {
            out.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return out + [UInt8(rest)]
    }

    func tag(_ number: UInt64, _ wire: UInt64) -> Bytes {
        Bytes(bytes: bytes + Bytes.varint(number << 3 | wire))
    }

    func raw(_ more: [UInt8]) -> Bytes { Bytes(bytes: bytes + more) }

    func number(_ field: UInt64, _ value: UInt64) -> Bytes {
        tag(field, 0).raw(Bytes.varint(value))
    }

    func block(_ field: UInt64, _ content: [UInt8]) -> Bytes {
        tag(field, 2).raw(Bytes.varint(UInt64(content.count))).raw(content)
    }

    func block(_ field: UInt64, _ content: Bytes) -> Bytes { block(field, content.bytes) }

    func text(_ field: UInt64, _ text: String) -> Bytes { block(field, Array(text.utf8)) }
}

/// Messages of every shape, small enough to cut and flip byte by byte.
enum Sample {
    static let values: [LogV1.Value.Kind] = [
        .text("grün 🐟"), .number(-15.25), .integer(.min), .decimalE4(153_000), .flag(true),
        .instantMs(-1), .version("5.10.0"),
        .list(LogV1.ValueList(values: [LogV1.PlainValue(kind: .text("a")), LogV1.PlainValue()])),
    ]

    static func record(_ user: String, properties: Int = 8) -> IngestionV1.TrackRecord {
        let list = (0..<properties).map { index in
            LogV1.Property(
                name: "property\(index)",
                value: LogV1.Value(kind: values[index % values.count])
            )
        }
        let event = IngestionV1.TrackedEvent(
            name: "Bought",
            occurredAtMs: 1_700_000_000_123,
            eventID: "e-\(user)",
            properties: list
        )
        return IngestionV1.TrackRecord(userID: user, kind: .event(event))
    }

    static func batch(_ size: Int, properties: Int = 8) -> IngestionV1.TrackRequest {
        IngestionV1.TrackRequest(
            records: (0..<size).map { record("user-\($0)", properties: properties) }
        )
    }
}

/// The code of the error that decoding throws, or nil.
func refusal<M: ProtoMessage>(_ type: M.Type, _ bytes: [UInt8]) -> MessageError? {
    do {
        _ = try type.decode(bytes)
        return nil
    } catch {
        return error
    }
}
