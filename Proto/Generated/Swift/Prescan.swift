// Reads a message's raw bytes against the contract before protobuf-c sees them.
//
// protobuf-c 1.4.1 has no limits of its own: it follows nesting down the stack, turns two bytes
// into a struct, merges a repeated single sub-message in quadratic time, takes any bytes for text.
// Each byte is looked at once here, so the cost is linear; nothing is allocated without a fault.

import CShoalProto

/// One pass over one message.
struct Prescan {
    /// Byte ranges of the whole message that hold bad elements of isolated fields.
    private(set) var bad: [Range<Int>] = []
    private let limits: DecodeLimits
    private var elementsLeft: Int
    /// How often each field was seen, one row of 64 per depth.
    private var counts = InlineArray<704, UInt32>(repeating: 0)

    init(limits: DecodeLimits) {
        self.limits = limits
        self.elementsLeft = limits.elements
    }

    /// Fields of one message type; the generator refuses more.
    static let fieldsMax = 64
    /// Nesting that `counts` has rows for; the generator refuses more.
    static let depthMax = 10

    /// Checks all of the bytes; bad isolated elements are collected, any other fault is thrown.
    mutating func check(
        _ bytes: RawSpan,
        _ rule: UnsafePointer<shoal_message_rule>,
        isolated: inout [IsolatedFault]
    ) throws(MessageError) {
        guard bytes.byteCount <= limits.bytes else {
            throw MessageError(
                .tooLarge,
                "\(bytes.byteCount) bytes, limit \(limits.bytes)",
                hint: "send less at a time"
            )
        }
        try unsafe scan(bytes, 0..<bytes.byteCount, rule, depth: 0, isolated: &isolated)
    }

    private mutating func scan(
        _ bytes: RawSpan,
        _ range: Range<Int>,
        _ rule: UnsafePointer<shoal_message_rule>,
        depth: Int,
        isolated: inout [IsolatedFault]
    ) throws(MessageError) {
        guard depth <= min(limits.depth, Prescan.depthMax) else {
            throw MessageError(
                .tooDeep,
                "nested deeper than \(limits.depth) messages",
                hint: "the contract nests no deeper; check the encoder"
            )
        }
        let row = depth * Prescan.fieldsMax
        let fields = unsafe Int(rule.pointee.field_count)
        for index in row..<(row + fields) { counts[index] = 0 }
        var choices: UInt32 = 0
        var unknown = 0
        var at = range.lowerBound
        while at < range.upperBound {
            let start = at
            let tag = try Prescan.tag(bytes, &at, range.upperBound)
            elementsLeft -= 1
            guard elementsLeft >= 0 else { throw tooManyElements() }
            guard let index = unsafe Prescan.find(rule, tag >> 3) else {
                unknown += 1
                guard unknown <= DecodeLimits.unknownFields else { throw tooManyUnknown() }
                try Prescan.skip(bytes, &at, range.upperBound, wire: tag & 7)
                continue
            }
            let field = unsafe rule.pointee.fields + index
            let slot = row + index
            let seen = counts[slot]
            do {
                try unsafe Prescan.checkChoice(field, &choices)
                try unsafe value(
                    bytes,
                    &at,
                    range.upperBound,
                    field,
                    wire: tag & 7,
                    slot: slot,
                    depth: depth,
                    isolated: &isolated
                )
            } catch {
                let element = start..<range.upperBound
                at = try unsafe leaveOut(
                    bytes,
                    element,
                    field,
                    Int(seen),
                    error,
                    depth: depth,
                    &isolated
                )
            }
        }
    }

    /// Tells a fault in an isolated element and returns where the element ends; throws any other.
    @inline(never)
    private mutating func leaveOut(
        _ bytes: RawSpan,
        _ rest: Range<Int>,
        _ field: UnsafePointer<shoal_field_rule>,
        _ index: Int,
        _ error: MessageError,
        depth: Int,
        _ isolated: inout [IsolatedFault]
    ) throws(MessageError) -> Int {
        let repeated = unsafe field.pointee.flags & UInt8(SHOAL_FIELD_REPEATED) != 0
        let isolates = unsafe field.pointee.flags & UInt8(SHOAL_FIELD_ISOLATED) != 0
        let name = unsafe String(cString: field.pointee.name)
        let placed = error.inside(name, index: repeated ? index : nil)
        guard depth == 0, isolates, !Prescan.endsBatch(error),
            let end = Prescan.element(bytes, rest.lowerBound, rest.upperBound)
        else { throw placed }
        isolated.append(
            IsolatedFault(
                field: name,
                index: index,
                place: placed.place,
                message: placed.message,
                hint: placed.hint
            )
        )
        bad.append(rest.lowerBound..<end)
        return end
    }

    /// Checks one value of a known field and steps over it.
    private mutating func value(
        _ bytes: RawSpan,
        _ at: inout Int,
        _ end: Int,
        _ field: UnsafePointer<shoal_field_rule>,
        wire: UInt32,
        slot: Int,
        depth: Int,
        isolated: inout [IsolatedFault]
    ) throws(MessageError) {
        let flags = unsafe field.pointee.flags
        let repeated = flags & UInt8(SHOAL_FIELD_REPEATED) != 0
        let expected = unsafe UInt32(field.pointee.wire)
        guard wire == expected else {
            guard wire == 2, repeated, expected != 2 else { throw Prescan.wrongType(wire) }
            let length = try Prescan.length(bytes, &at, end)
            let count = try Prescan.packed(bytes, at..<(at + length), wire: expected)
            elementsLeft -= count
            guard elementsLeft >= 0 else { throw tooManyElements() }
            at += length
            return try unsafe countUp(field, slot, by: count)
        }
        if repeated {
            try unsafe countUp(field, slot, by: 1)
        } else {
            counts[slot] &+= 1
        }
        guard wire == 2 else { return try Prescan.skip(bytes, &at, end, wire: wire) }
        let length = try Prescan.length(bytes, &at, end)
        let range = at..<(at + length)
        switch unsafe Int32(field.pointee.kind) {
        case SHOAL_KIND_MESSAGE:
            guard repeated || counts[slot] == 1 else { throw Prescan.givenTwice() }
            guard let inner = unsafe field.pointee.message else { break }
            try unsafe scan(bytes, range, inner, depth: depth + 1, isolated: &isolated)
        case SHOAL_KIND_TEXT:
            try unsafe Prescan.checkLength(length, field)
            try UTF8Check.check(bytes, range)
        default:
            try unsafe Prescan.checkLength(length, field)
        }
        at = range.upperBound
    }

    private mutating func countUp(
        _ field: UnsafePointer<shoal_field_rule>,
        _ slot: Int,
        by count: Int
    ) throws(MessageError) {
        let most = unsafe field.pointee.max_items
        let total = Int(counts[slot]) + count
        guard total <= Int(most) else {
            throw MessageError(
                .tooManyItems,
                "more than \(most) elements",
                hint: "send at most \(most)"
            )
        }
        counts[slot] = UInt32(truncatingIfNeeded: total)
    }

    private func tooManyElements() -> MessageError {
        MessageError(
            .tooManyElements,
            "more than \(limits.elements) fields and elements in all",
            hint: "send less at a time"
        )
    }

    private func tooManyUnknown() -> MessageError {
        MessageError(
            .unknownFields,
            "more than \(DecodeLimits.unknownFields) unknown fields",
            hint: "the peer speaks another contract; compare the versions"
        )
    }
}

extension Prescan {
    /// The index of a field by its number; fields stand in order of their numbers.
    static func find(_ rule: UnsafePointer<shoal_message_rule>, _ number: UInt32) -> Int? {
        let count = unsafe Int(rule.pointee.field_count)
        guard let fields = unsafe rule.pointee.fields else { return nil }
        let guess = Int(number) - 1
        if guess < count, unsafe fields[guess].number == number { return guess }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if unsafe fields[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < count, unsafe fields[low].number == number else { return nil }
        return low
    }

    /// Whether a fault is the batch's own and not the one element's.
    static func endsBatch(_ error: MessageError) -> Bool {
        error.code == .tooManyElements || (error.code == .tooManyItems && error.place.isEmpty)
    }

    static func checkChoice(
        _ field: UnsafePointer<shoal_field_rule>,
        _ choices: inout UInt32
    ) throws(MessageError) {
        let choice = unsafe field.pointee.choice
        guard choice > 0 else { return }
        let bit = UInt32(1) << (UInt32(choice) - 1)
        guard choices & bit == 0 else { throw givenTwice() }
        choices |= bit
    }

    static func checkLength(
        _ length: Int,
        _ field: UnsafePointer<shoal_field_rule>
    ) throws(MessageError) {
        let most = unsafe Int(field.pointee.max_bytes)
        guard length <= most else {
            throw MessageError(
                .tooLong,
                "\(length) bytes, limit \(most)",
                hint: "shorten it to \(most) bytes"
            )
        }
    }

    /// Where a length-delimited element ends whose tag stands at `start`; nil if none does.
    static func element(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int? {
        var at = start
        do {
            guard try tag(bytes, &at, end) & 7 == 2 else { return nil }
            let size = try length(bytes, &at, end)
            return at + size
        } catch {
            return nil
        }
    }
}
