// Between Swift values and protobuf-c's structs, which live in an arena for one call.

import CArena
package import CShoalProto

/// A message with a C form.
///
/// Services never need it; Wire's views of hot messages do.
package protocol StructCoded {
    /// The struct that protoc-c generated.
    associatedtype CStruct
    /// What the pre-scan holds the message's bytes against.
    static var rule: UnsafePointer<shoal_message_rule> { get }
    /// Copies the values out of a C struct.
    init(pb: UnsafePointer<CStruct>)
    /// Writes the values into a C struct, which may point into the arena afterwards.
    func fill(_ pb: UnsafeMutablePointer<CStruct>, _ arena: ArenaScope) throws(MessageError)
}

/// The memory of one encoding or decoding.
///
/// Safe because it is only lent to closures, and every pointer it gives out is used within them.
@safe package struct ArenaScope {
    private let arena: OpaquePointer

    init(_ arena: OpaquePointer) { unsafe self.arena = arena }

    /// Room for so many values of a type, not initialised.
    package func room<T>(
        _ type: T.Type,
        _ count: Int
    ) throws(MessageError) -> UnsafeMutablePointer<T> {
        let (size, overflow) = MemoryLayout<T>.stride.multipliedReportingOverflow(by: count)
        guard !overflow, let memory = unsafe shoal_arena_alloc(arena, size) else {
            throw MessageError(
                .memory,
                "the message grew beyond its memory",
                hint: "send less at a time",
                operation: .encode
            )
        }
        return unsafe memory.bindMemory(to: type, capacity: count)
    }

    /// A text with a zero byte behind it.
    package func text(
        _ text: String,
        _ field: StaticString,
        max: Int
    ) throws(MessageError) -> UnsafeMutablePointer<CChar> {
        var text = text
        let count = text.utf8.count
        guard count <= max else { throw ArenaScope.tooLong(field, count, max) }
        let memory = try unsafe room(UInt8.self, count + 1)
        let clean = text.withUTF8 { (utf8) in
            guard let base = utf8.baseAddress, count > 0 else { return true }
            unsafe memory.update(from: base, count: count)
            return unsafe shoal_find_zero(base, count) == 0
        }
        guard clean else {
            throw MessageError(
                .zeroByte,
                "a zero byte in a text",
                hint: "texts hold no zero bytes",
                place: field.description,
                operation: .encode
            )
        }
        unsafe memory[count] = 0
        return unsafe UnsafeMutableRawPointer(memory).assumingMemoryBound(to: CChar.self)
    }

    /// A byte string.
    package func bytes(
        _ bytes: [UInt8],
        _ field: StaticString,
        max: Int
    ) throws(MessageError) -> ProtobufCBinaryData {
        guard bytes.count <= max else { throw ArenaScope.tooLong(field, bytes.count, max) }
        let memory = try unsafe room(UInt8.self, bytes.count)
        unsafe bytes.withUnsafeBufferPointer { (source) in
            if let base = source.baseAddress {
                unsafe memory.update(from: base, count: source.count)
            }
        }
        return unsafe ProtobufCBinaryData(len: bytes.count, data: memory)
    }

    /// A sub-message.
    package func message<M: StructCoded>(
        _ message: M
    ) throws(MessageError) -> UnsafeMutablePointer<M.CStruct> {
        let memory = try unsafe room(M.CStruct.self, 1)
        try unsafe message.fill(memory, self)
        return unsafe memory
    }

    /// A list of elements, each made by `make`.
    package func list<Element, C>(
        _ elements: [Element],
        _ field: StaticString,
        max: Int,
        _ make: (Element) throws(MessageError) -> C
    ) throws(MessageError) -> UnsafeMutablePointer<C> {
        guard elements.count <= max else {
            throw MessageError(
                .tooManyItems,
                "\(elements.count) elements, limit \(max)",
                hint: "send at most \(max)",
                place: field.description,
                operation: .encode
            )
        }
        let memory = try unsafe room(C.self, elements.count)
        var index = 0
        for element in elements {
            unsafe (memory + index).initialize(to: try make(element))
            index += 1
        }
        return unsafe memory
    }

    /// A list of sub-messages.
    package func messages<M: StructCoded>(
        _ messages: [M],
        _ field: StaticString,
        max: Int
    ) throws(MessageError) -> UnsafeMutablePointer<UnsafeMutablePointer<M.CStruct>?> {
        try unsafe list(messages, field, max: max) {
            (each: M) throws(MessageError) -> UnsafeMutablePointer<M.CStruct>? in
            try unsafe message(each)
        }
    }

    private static func tooLong(_ field: StaticString, _ count: Int, _ max: Int) -> MessageError {
        MessageError(
            .tooLong,
            "\(count) bytes, limit \(max)",
            hint: "shorten it to \(max) bytes",
            place: field.description,
            operation: .encode
        )
    }
}

/// Reading values out of C structs.
package enum CValue {
    /// A text; a missing one is empty.
    package static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        guard let pointer = unsafe pointer else { return "" }
        return unsafe String(cString: pointer)
    }

    /// A text that may be absent.
    package static func optionalText(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }

    /// A byte string.
    package static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        unsafe [UInt8](
            UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)
        )
    }

    /// A sub-message that may be absent.
    package static func message<M: StructCoded>(
        _ pointer: UnsafeMutablePointer<M.CStruct>?
    ) -> M? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe M(pb: pointer)
    }

    /// A list of sub-messages.
    package static func messages<M: StructCoded>(
        _ count: Int,
        _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<M.CStruct>?>?
    ) -> [M] {
        guard let pointer = unsafe pointer, count > 0 else { return [] }
        var list: [M] = []
        list.reserveCapacity(count)
        for index in 0..<count {
            if let element = unsafe pointer[index] { unsafe list.append(M(pb: element)) }
        }
        return list
    }

    /// A list of plain values, each made by `make`.
    package static func list<C, Element>(
        _ count: Int,
        _ pointer: UnsafeMutablePointer<C>?,
        _ make: (C) -> Element
    ) -> [Element] {
        guard let pointer = unsafe pointer, count > 0 else { return [] }
        var list: [Element] = []
        list.reserveCapacity(count)
        for index in 0..<count { unsafe list.append(make(pointer[index])) }
        return list
    }
}

/// The two ways through the arena.
package enum Codec {
    /// Checks and unpacks bytes, and lends the C struct for the duration of the call.
    package static func withUnpacked<M: StructCoded, R>(
        _ type: M.Type,
        _ bytes: RawSpan,
        _ limits: DecodeLimits,
        _ isolated: inout [IsolatedFault],
        _ body: (UnsafePointer<M.CStruct>) throws(MessageError) -> R
    ) throws(MessageError) -> R {
        var scan = Prescan(limits: limits)
        try unsafe scan.check(bytes, M.rule, isolated: &isolated)
        guard !scan.bad.isEmpty else { return try unsafe unpack(type, bytes, limits, body) }
        let rest = without(scan.bad, bytes)
        return try rest.withBytes { (span) throws(MessageError) in
            try unsafe unpack(type, span, limits, body)
        }
    }

    /// Decodes a message.
    package static func decode<M: StructCoded>(
        _ bytes: RawSpan,
        _ limits: DecodeLimits,
        _ isolated: inout [IsolatedFault]
    ) throws(MessageError) -> M {
        try unsafe withUnpacked(M.self, bytes, limits, &isolated) { (pb) throws(MessageError) in
            unsafe M(pb: pb)
        }
    }

    /// Fills a message's C struct and lends the encoder.
    package static func encode<M: StructCoded, R>(
        _ message: M,
        _ body: (borrowing MessageEncoder) throws(MessageError) -> R
    ) throws(MessageError) -> R {
        guard let arena = unsafe shoal_arena_take(0, 0) else { throw noMemory(.encode) }
        defer { unsafe shoal_arena_give_back(arena) }
        let root = try unsafe ArenaScope(arena).message(message)
        return try body(unsafe MessageEncoder(packed: root))
    }

    private static func unpack<M: StructCoded, R>(
        _ type: M.Type,
        _ bytes: RawSpan,
        _ limits: DecodeLimits,
        _ body: (UnsafePointer<M.CStruct>) throws(MessageError) -> R
    ) throws(MessageError) -> R {
        let limit = limits.arena(for: bytes.byteCount)
        guard let arena = unsafe shoal_arena_take(limit, limits.stackBytes) else {
            throw noMemory(.decode)
        }
        defer { unsafe shoal_arena_give_back(arena) }
        unsafe shoal_arena_fail_at(arena, limits.failAllocation)
        let found = unsafe bytes.withUnsafeBytes { (raw) in
            unsafe shoal_arena_unpack(
                arena,
                M.rule.pointee.descriptor,
                raw.baseAddress?.assumingMemoryBound(to: UInt8.self),
                raw.count
            )
        }
        guard let found = unsafe found else {
            if unsafe shoal_arena_refused(arena) != 0 { throw noMemory(.decode) }
            throw MessageError(
                .malformed,
                "not a \(M.self) as the contract has it",
                hint: "check the encoder"
            )
        }
        return try unsafe body(found.assumingMemoryBound(to: M.CStruct.self))
    }

    static func noMemory(_ operation: MessageError.Operation) -> MessageError {
        MessageError(
            .memory,
            "the message needs more memory than it may have",
            hint: "send less at a time",
            operation: operation
        )
    }

    /// The bytes without some ranges, which stand in order.
    private static func without(_ ranges: [Range<Int>], _ bytes: RawSpan) -> [UInt8] {
        var rest: [UInt8] = []
        rest.reserveCapacity(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { (raw) in
            var at = 0
            for range in ranges {
                unsafe rest.append(contentsOf: raw[at..<range.lowerBound])
                at = range.upperBound
            }
            unsafe rest.append(contentsOf: raw[at...])
        }
        return rest
    }
}
