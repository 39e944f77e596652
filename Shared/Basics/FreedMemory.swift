// Memory that the allocator keeps although it is free.

import CBasics

/// What was freed and not yet given back to the system.
public enum FreedMemory {
    /// Gives back whatever pages hold freed memory only, of all threads; from any thread.
    ///
    /// Takes some ms for each 100 MB, in which others wait who need memory: for times of rest.
    /// glibc's `malloc_trim`.
    public static func giveBack() { cbasics_give_memory_back() }
}
