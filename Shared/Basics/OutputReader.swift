// Whether anybody still reads what this process writes, asked of the system without writing.

import CBasics

/// The other end of a pipe, socket or terminal that is written to.
public enum OutputReader {
    /// Whether it was closed; a file has no reader that could go away.
    ///
    /// Any thread; does not block.
    public static func isGone(descriptor: Int32) -> Bool { cbasics_reader_is_gone(descriptor) }
}
