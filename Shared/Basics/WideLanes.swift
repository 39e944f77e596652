// Whole columns against ranges by the processor's widest vectors, where it has them; bits counted.

import CBasics

/// Loops over words of bits, one bit per element of a column; pure, from any thread.
///
/// Programs are built for every machine of a kind, so that the compiler may use only vectors that
/// all of them have; these loops are in C, where a function may say which it needs, and are chosen
/// as the program runs.
public enum WideLanes {
    /// Clears the bits of the elements outside `low` … `low + reach`, 64 to a word; fewer than 64
    /// at the end are left as they are.
    ///
    /// Differences wrap around, so that signed numbers are compared as well.
    ///
    /// - Returns: false, and nothing is done, on a machine without such vectors.
    public static func keep(
        _ words: inout MutableSpan<UInt64>,
        _ elements: Span<Int64>,
        from low: Int64,
        reach: UInt64
    ) -> Bool {
        let whole = elements.count >> 6
        precondition(whole <= words.count, "64 elements a word")
        return unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe elements.withUnsafeBufferPointer { elements in
                unsafe cbasics_keep64(
                    words.baseAddress,
                    whole,
                    elements.baseAddress,
                    low,
                    reach
                )
            }
        }
    }

    /// Sets the bits of the elements that are followed by one more than `reach` above them, 64 to a
    /// word; those at the end behind which no 65 are left stay as they are.
    ///
    /// Differences wrap around: what is followed by a lesser one may be among them or not.
    ///
    /// - Returns: false, and nothing is done, on a machine without such vectors.
    public static func putJumps(
        _ words: inout MutableSpan<UInt64>,
        in elements: Span<UInt16>,
        above reach: UInt16
    ) -> Bool {
        let whole = max(elements.count - 1, 0) >> 6
        precondition(whole <= words.count, "64 elements a word")
        return unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe elements.withUnsafeBufferPointer { elements in
                unsafe cbasics_jumps16(words.baseAddress, whole, elements.baseAddress, reach)
            }
        }
    }

    /// How many bits are set.
    public static func count(_ words: Span<UInt64>) -> Int {
        unsafe words.withUnsafeBufferPointer { words in
            unsafe Int(truncatingIfNeeded: cbasics_count_bits(words.baseAddress, words.count))
        }
    }

    /// Sets the bits of the users whose run of rows has its end in `found`; the runs are, in order,
    /// those of the users in `known`, whose first word stands for the word `first` of `users`.
    ///
    /// - Returns: false, and nothing is done, on a machine without instructions for it.
    public static func putUsers(
        _ users: inout MutableSpan<UInt64>,
        from first: Int,
        known: Span<UInt64>,
        found: Span<UInt64>,
        ends: Span<UInt64>
    ) -> Bool {
        precondition(found.count == ends.count, "rows of one table")
        precondition(first >= 0 && first + known.count <= users.count, "users of the universe")
        return unsafe users.withUnsafeMutableBufferPointer { users in
            unsafe known.withUnsafeBufferPointer { known in
                unsafe found.withUnsafeBufferPointer { found in
                    unsafe ends.withUnsafeBufferPointer { ends in
                        guard let start = users.baseAddress else { return true }
                        return unsafe cbasics_put_users(
                            start + first,
                            known.baseAddress,
                            known.count,
                            found.baseAddress,
                            ends.baseAddress,
                            ends.count
                        )
                    }
                }
            }
        }
    }

    /// Of runs of rows, each of which ends at a bit of `ends` and has a row of `all`, keeps those
    /// ends with so many rows of `all`, and so great a share of them in `part`.
    ///
    /// Every row of `all` lies in such a run, and every row of `part` is one of `all`. `share` is
    /// in ten-thousandths.
    public static func keepShares(
        _ ends: inout MutableSpan<UInt64>,
        of all: Span<UInt64>,
        in part: Span<UInt64>,
        fewest: UInt32,
        atLeastE4 share: UInt64
    ) {
        precondition(ends.count == all.count && ends.count == part.count, "rows of one table")
        unsafe ends.withUnsafeMutableBufferPointer { ends in
            unsafe all.withUnsafeBufferPointer { all in
                unsafe part.withUnsafeBufferPointer { part in
                    unsafe cbasics_keep_shares(
                        ends.baseAddress,
                        all.baseAddress,
                        part.baseAddress,
                        ends.count,
                        UInt64(fewest),
                        share
                    )
                }
            }
        }
    }
}

extension UInt8 {
    /// See `LaneElement`.
    public static func keepWide(
        _ words: inout MutableSpan<UInt64>,
        _ elements: Span<UInt8>,
        from low: UInt8,
        reach: UInt8
    ) -> Bool {
        let whole = elements.count >> 6
        precondition(whole <= words.count, "64 elements a word")
        return unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe elements.withUnsafeBufferPointer { elements in
                unsafe cbasics_keep8(
                    words.baseAddress,
                    whole,
                    elements.baseAddress,
                    low,
                    reach
                )
            }
        }
    }
}

extension UInt16 {
    /// See `LaneElement`.
    public static func keepWide(
        _ words: inout MutableSpan<UInt64>,
        _ elements: Span<UInt16>,
        from low: UInt16,
        reach: UInt16
    ) -> Bool {
        let whole = elements.count >> 6
        precondition(whole <= words.count, "64 elements a word")
        return unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe elements.withUnsafeBufferPointer { elements in
                unsafe cbasics_keep16(
                    words.baseAddress,
                    whole,
                    elements.baseAddress,
                    low,
                    reach
                )
            }
        }
    }
}

extension UInt32 {
    /// See `LaneElement`.
    public static func keepWide(
        _ words: inout MutableSpan<UInt64>,
        _ elements: Span<UInt32>,
        from low: UInt32,
        reach: UInt32
    ) -> Bool {
        let whole = elements.count >> 6
        precondition(whole <= words.count, "64 elements a word")
        return unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe elements.withUnsafeBufferPointer { elements in
                unsafe cbasics_keep32(
                    words.baseAddress,
                    whole,
                    elements.baseAddress,
                    low,
                    reach
                )
            }
        }
    }
}
