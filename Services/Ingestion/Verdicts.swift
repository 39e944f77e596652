// What callers read about each record of a batch, always small enough for the room they left.

import Basics
import Messages

extension Rejection {
    /// The verdict a caller reads, its texts within the contract's limits.
    var verdict: IngestionV1.Verdict {
        IngestionV1.Verdict(
            kind: .rejected,
            code: code,
            field: field.cut(toBytes: 256),
            message: message.cut(toBytes: 1_024),
            hint: hint.cut(toBytes: 1_024)
        )
    }
}

extension Outcome {
    /// The verdict a caller reads.
    var verdict: IngestionV1.Verdict {
        switch self {
        case .accepted(let place): Self.verdict(.accepted, place)
        case .duplicate(let place): Self.verdict(.duplicate, place)
        case .rejected(let rejection): rejection.verdict
        }
    }

    private static func verdict(_ kind: IngestionV1.VerdictKind, _ place: LogPlace)
        -> IngestionV1.Verdict
    {
        IngestionV1.Verdict(
            kind: kind,
            partition: UInt32(place.partition.index),
            offset: place.offset.value
        )
    }
}

/// The verdicts of one batch, in the order of the request as sent.
struct Verdicts: Sendable {
    /// What a verdict takes in a reply without its texts, at most: kind (2), partition (3),
    /// offset up to 2^42 (7), an import's line (10), the frames around them (4).
    ///
    /// A full batch fits the usual reply of 256 KiB. Unit: bytes.
    static let bytesMin = 26
    /// What a reply takes beside its verdicts.
    ///
    /// Unit: bytes.
    private static let headBytes = 1_024

    private(set) var list: [IngestionV1.Verdict]
    /// What the texts may still take.
    ///
    /// Unit: bytes.
    private var textBytesLeft: Int

    /// Refuses a reply too small for the bare verdicts, before anything is written: a caller must
    /// never be left without a word about records that are in the log.
    init(count: Int, replyBytes: UInt32) throws(Fault) {
        let room = Int(clamping: replyBytes) - Self.headBytes - count * Self.bytesMin
        guard room >= 0 else {
            throw Fault.resourceExhausted(
                "the reply has no room for \(count) verdicts",
                place: "header.max_reply_bytes",
                hint: "leave \(Self.headBytes + count * Self.bytesMin) bytes, or send fewer records"
            )
        }
        list = Array(repeating: IngestionV1.Verdict(), count: count)
        textBytesLeft = room
    }

    /// Tells what became of the record sent at this place; the texts go where room is short.
    mutating func tell(_ verdict: IngestionV1.Verdict, at index: Int) {
        var verdict = verdict
        if verdict.kind == .rejected {
            let field = verdict.field?.utf8.count ?? 0
            let text = (verdict.message?.utf8.count ?? 0) + (verdict.hint?.utf8.count ?? 0)
            if field + text + 12 <= textBytesLeft {
                textBytesLeft -= field + text + 12
            } else {
                (verdict.message, verdict.hint) = (nil, nil)
                if field + 4 <= textBytesLeft {
                    textBytesLeft -= field + 4
                } else {
                    verdict.field = nil
                }
            }
        }
        list[index] = verdict
    }

    /// How many records became this.
    func count(of kind: IngestionV1.VerdictKind) -> UInt32 {
        UInt32(clamping: list.count { $0.kind == kind })
    }
}

extension String {
    /// The beginning of so many bytes at most, cut between characters.
    fileprivate func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = ""
        var bytes = 0
        for character in self {
            bytes += character.utf8.count
            guard bytes <= limit else { break }
            text.append(character)
        }
        return text
    }
}
