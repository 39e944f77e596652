// The W3C trace context, version 00: which trace a call belongs to, and which span asked.

import Basics

/// A `traceparent`: `00-<trace, 32 digits>-<span, 16 digits>-<flags, 2 digits>`.
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
    /// The trace: 32 lower-case hexadecimal digits, not all zero.
    public let trace: String
    /// The span that asks: 16 digits, not all zero.
    public let span: String
    /// Two digits; the last bit says that the trace is recorded.
    public let flags: String

    /// Reads a header's text; nil when it is not a valid one, which W3C says to ignore.
    ///
    /// A later version is read as far as version 00 goes.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, Self.isHex(parts[0], 2), parts[0] != "ff",
            parts[0] != "00" || parts.count == 4, Self.isHex(parts[1], 32),
            Self.isHex(parts[2], 16), Self.isHex(parts[3], 2),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        trace = String(parts[1])
        span = String(parts[2])
        flags = String(parts[3])
    }

    private init(trace: String, span: String, flags: String) {
        self.trace = trace
        self.span = span
        self.flags = flags
    }

    /// The same trace with this number as its span; 0 stands for 1, since 0 is no span.
    public func child(span: UInt64) -> TraceContext {
        let digits = String(max(span, 1), radix: 16)
        let padding = String(repeating: "0", count: 16 - digits.utf8.count)
        return TraceContext(trace: trace, span: padding + digits, flags: flags)
    }

    /// The header's text.
    public var description: String { "00-\(trace)-\(span)-\(flags)" }

    private static func isHex(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39) ~= $0 || (0x61...0x66) ~= $0 }
    }
}
