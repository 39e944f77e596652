// From a user's identifier to the user's number: a hash table of numbers only.

import Basics

/// Open addressing over a power of two, at most half full: 8 to 16 bytes per user.
///
/// The identifiers themselves stay where they are, in chunks and tail; the caller compares them.
struct UserIndex: Sendable {
    /// 0 is free, else number + 1.
    private var slots: [UInt32] = Array(repeating: 0, count: 16)
    /// Users entered so far: the numbers below it.
    private(set) var count = 0

    /// Enters the next number.
    ///
    /// `hashOf` gives the hash of any number entered before, to grow; numbers without one, which
    /// nobody may find, take no slot.
    mutating func enter(hash: UInt32?, hashOf: (UInt32) -> UInt32?) {
        count += 1
        if count * 2 > slots.count {
            slots = Array(repeating: 0, count: slots.count * 2)
            for number in 0..<UInt32(count - 1) {
                if let hash = hashOf(number) { place(number, hash: hash) }
            }
        }
        if let hash { place(UInt32(count - 1), hash: hash) }
    }

    private mutating func place(_ number: UInt32, hash: UInt32) {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = number + 1
    }

    /// The number with this hash that `isWanted`; the lowest entered first wins.
    func number(hash: UInt32, isWanted: (UInt32) -> Bool) -> UInt32? {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            if isWanted(slots[slot] - 1) { return slots[slot] - 1 }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }
}
