// A read-only file in memory, lent out by checked spans and typed arrays.

import CBasics

// Safe and Sendable: the memory is never written after init, every access is bounds-checked
// against `count`, and it is given back in deinit only.
/// A file's bytes, mapped from disk (or copied, for a disk in memory), for as long as it is held.
///
/// Any thread may read. A file must not be truncated while it is mapped: sealed files only.
@safe
public final class MappedFile: @unchecked Sendable {
    @usableFromInline let start: UnsafeRawPointer
    /// The file's bytes.
    public let count: Int
    private let isMapped: Bool

    /// Holds a copy of these bytes, aligned for every element.
    public init(copying bytes: [UInt8]) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
        unsafe bytes.withUnsafeBytes { buffer in
            guard let source = buffer.baseAddress else { return }
            unsafe copy.copyMemory(from: source, byteCount: buffer.count)
        }
        unsafe start = UnsafeRawPointer(copy)
        count = bytes.count
        isMapped = false
    }

    /// Maps an open file's first `count` bytes, which must be above 0; or gives minus errno.
    init?(descriptor: Int32, count: Int, error: inout Int32) {
        var mapped: UnsafeRawPointer?
        error = unsafe cbasics_map(descriptor, count, &mapped)
        guard error == 0, let found = unsafe mapped else { return nil }
        unsafe start = found
        self.count = count
        isMapped = true
    }

    deinit {
        if isMapped {
            unsafe cbasics_unmap(start, count)
        } else {
            unsafe start.deallocate()
        }
    }

    /// Gives the memory of what was read so far back: it stays in the system's cache of the disk,
    /// and comes back page by page as it is read again.
    ///
    /// For a file that was read once as a whole, and of which little will be asked.
    public func leave() {
        if isMapped { unsafe cbasics_leave_mapped(start, count) }
    }

    /// Lends all bytes.
    @inlinable
    public func withBytes<Value, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let span = unsafe RawSpan(_unsafeStart: start, byteCount: count)
        return try body(span)
    }

    /// A copy of a range; throws when it lies outside.
    public func bytes(in range: Range<Int>) throws(BytesError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw BytesError(.outOfBounds, "mapped bytes", at: range.upperBound)
        }
        return unsafe Array(
            UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
        )
    }

    /// A typed view of `count` little-endian elements from an offset.
    ///
    /// Throws when it does not lie inside the file or the offset is no multiple of the width.
    public func array<Element: FixedWidthInteger & BitwiseCopyable>(
        of type: Element.Type,
        at offset: Int,
        count elements: Int
    ) throws(BytesError) -> MappedArray<Element> {
        let width = MemoryLayout<Element>.stride
        let (length, overflow) = elements.multipliedReportingOverflow(by: width)
        guard elements >= 0, offset >= 0, !overflow, offset <= count, length <= count - offset
        else { throw BytesError(.outOfBounds, "mapped array", at: offset) }
        guard offset % width == 0 else {
            throw BytesError(.misaligned, "mapped array", at: offset)
        }
        return unsafe MappedArray(
            file: self,
            start: (start + offset).assumingMemoryBound(to: Element.self),
            count: elements
        )
    }
}
