// A typed, bounds-checked view of a part of a mapped file.

// Safe and Sendable: bounds and alignment were checked when MappedFile made it, the memory is
// never written, and `file` keeps it mapped.
/// Little-endian integers inside a mapped file, which it keeps alive; any thread may read.
///
/// Little-endian machines only (all that Swift runs on here), so that elements are read in place.
@safe
public struct MappedArray<Element: FixedWidthInteger & BitwiseCopyable>: @unchecked Sendable {
    @usableFromInline let file: MappedFile
    @usableFromInline let start: UnsafePointer<Element>
    /// The number of elements.
    public let count: Int

    @unsafe
    init(file: MappedFile, start: UnsafePointer<Element>, count: Int) {
        self.file = file
        unsafe self.start = start
        self.count = count
    }

    /// Whether there is no element.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The element at an index, which must be below `count`.
    @inlinable
    public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "index outside a mapped array")
        return unsafe start[index]
    }

    /// Lends all elements; the form for loops.
    @inlinable
    public func withSpan<Value, Failure: Error>(
        _ body: (Span<Element>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let span = unsafe Span(_unsafeStart: start, count: count)
        return try body(span)
    }

    /// A copy of all elements.
    public func copied() -> [Element] {
        unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
}
