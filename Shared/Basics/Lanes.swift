// Sixteen neighbouring integers at once: the loops that look for elements of columns.

/// Integers of columns, looked through 64 at a time by vectors of sixteen.
///
/// The loops are written out for each width: through a generic vector they take twenty times as
/// long (measured), since it is not specialised. All are pure; any thread.
public protocol LaneElement: FixedWidthInteger, UnsignedInteger, BitwiseCopyable, Sendable {
    /// Which of the 64 elements from `index` on lie in `low` … `low + reach`, the first as the
    /// lowest bit; all 64 must be there.
    static func bits(
        of elements: Span<Self>,
        at index: Int,
        from low: Self,
        reach: Self
    ) -> UInt64

    /// Which of the 64 elements from `index` on differ from the one behind them; all 65 must be
    /// there.
    static func changes(in elements: Span<Self>, at index: Int) -> UInt64

    /// Clears the bits of the elements outside `low` … `low + reach`, 64 to a word; fewer than 64
    /// at the end are left as they are.
    ///
    /// - Returns: false, and nothing is done, on a machine without wider vectors than `bits` uses.
    static func keepWide(
        _ words: inout MutableSpan<UInt64>,
        _ elements: Span<Self>,
        from low: Self,
        reach: Self
    ) -> Bool
}

extension UInt8: LaneElement {
    /// See `LaneElement`.
    @inline(__always)
    @inlinable
    public static func bits(
        of elements: Span<UInt8>,
        at index: Int,
        from low: UInt8,
        reach: UInt8
    ) -> UInt64 {
        precondition(index >= 0 && index + 64 <= elements.count, "64 elements of a column")
        let lows = SIMD16<UInt8>(repeating: low)
        let reaches = SIMD16<UInt8>(repeating: reach)
        var word: UInt64 = 0
        for part in 0..<4 {
            let lanes = lanes(elements, at: index + 16 * part)
            word |= packed((lanes &- lows) .<= reaches) << UInt64(16 * part)
        }
        return word
    }

    /// See `LaneElement`.
    @inline(__always)
    @inlinable
    public static func changes(in elements: Span<UInt8>, at index: Int) -> UInt64 {
        precondition(index >= 0 && index + 65 <= elements.count, "65 elements of a column")
        var word: UInt64 = 0
        for part in 0..<4 {
            let lanes = lanes(elements, at: index + 16 * part)
            let next = Self.lanes(elements, at: index + 16 * part + 1)
            word |= packed(lanes .!= next) << UInt64(16 * part)
        }
        return word
    }

    @inline(__always)
    @inlinable
    static func lanes(_ elements: Span<UInt8>, at index: Int) -> SIMD16<UInt8> {
        unsafe elements.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
    }

    /// Eight weights fit into a byte, so each half has its own sum.
    @inline(__always)
    @inlinable
    static func packed(_ mask: SIMDMask<SIMD16<Int8>>) -> UInt64 {
        let weights = SIMD16<UInt8>(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128)
        let found = SIMD16<UInt8>.zero.replacing(with: weights, where: mask)
        return UInt64(found.lowHalf.wrappedSum()) | UInt64(found.highHalf.wrappedSum()) << 8
    }
}

extension UInt16: LaneElement {
    /// See `LaneElement`.
    @inline(__always)
    @inlinable
    public static func bits(
        of elements: Span<UInt16>,
        at index: Int,
        from low: UInt16,
        reach: UInt16
    ) -> UInt64 {
        precondition(index >= 0 && index + 64 <= elements.count, "64 elements of a column")
        let lows = SIMD16<UInt16>(repeating: low)
        let reaches = SIMD16<UInt16>(repeating: reach)
        var word: UInt64 = 0
        for part in 0..<4 {
            let lanes = lanes(elements, at: index + 16 * part)
            word |= packed((lanes &- lows) .<= reaches) << UInt64(16 * part)
        }
        return word
    }

    /// See `LaneElement`.
    @inline(__always)
    @inlinable
    public static func changes(in elements: Span<UInt16>, at index: Int) -> UInt64 {
        precondition(index >= 0 && index + 65 <= elements.count, "65 elements of a column")
        var word: UInt64 = 0
        for part in 0..<4 {
            let lanes = lanes(elements, at: index + 16 * part)
            let next = Self.lanes(elements, at: index + 16 * part + 1)
            word |= packed(lanes .!= next) << UInt64(16 * part)
        }
        return word
    }

    @inline(__always)
    @inlinable
    static func lanes(_ elements: Span<UInt16>, at index: Int) -> SIMD16<UInt16> {
        let place = 2 * index
        return unsafe elements.bytes.unsafeLoadUnaligned(
            fromByteOffset: place,
            as: SIMD16<UInt16>.self
        )
    }

    @inline(__always)
    @inlinable
    static func packed(_ mask: SIMDMask<SIMD16<Int16>>) -> UInt64 {
        let weights = SIMD16<UInt16>(
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            256,
            512,
            1024,
            2048,
            4096,
            8192,
            16384,
            32768
        )
        return UInt64(SIMD16<UInt16>.zero.replacing(with: weights, where: mask).wrappedSum())
    }
}

extension UInt32: LaneElement {
    /// See `LaneElement`.
    @inline(__always)
    @inlinable
    public static func bits(
        of elements: Span<UInt32>,
        at index: Int,
        from low: UInt32,
        reach: UInt32
    ) -> UInt64 {
        precondition(index >= 0 && index + 64 <= elements.count, "64 elements of a column")
        let lows = SIMD16<UInt32>(repeating: low)
        let reaches = SIMD16<UInt32>(repeating: reach)
        var word: UInt64 = 0
        for part in 0..<4 {
            let lanes = lanes(elements, at: index + 16 * part)
            word |= packed((lanes &- lows) .<= reaches) << UInt64(16 * part)
        }
        return word
    }

    /// See `LaneElement`.
    @inline(__always)
    @inlinable
    public static func changes(in elements: Span<UInt32>, at index: Int) -> UInt64 {
        precondition(index >= 0 && index + 65 <= elements.count, "65 elements of a column")
        var word: UInt64 = 0
        for part in 0..<4 {
            let lanes = lanes(elements, at: index + 16 * part)
            let next = Self.lanes(elements, at: index + 16 * part + 1)
            word |= packed(lanes .!= next) << UInt64(16 * part)
        }
        return word
    }

    @inline(__always)
    @inlinable
    static func lanes(_ elements: Span<UInt32>, at index: Int) -> SIMD16<UInt32> {
        let place = 4 * index
        return unsafe elements.bytes.unsafeLoadUnaligned(
            fromByteOffset: place,
            as: SIMD16<UInt32>.self
        )
    }

    @inline(__always)
    @inlinable
    static func packed(_ mask: SIMDMask<SIMD16<Int32>>) -> UInt64 {
        let weights = SIMD16<UInt32>(
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            256,
            512,
            1024,
            2048,
            4096,
            8192,
            16384,
            32768
        )
        return UInt64(SIMD16<UInt32>.zero.replacing(with: weights, where: mask).wrappedSum())
    }
}
