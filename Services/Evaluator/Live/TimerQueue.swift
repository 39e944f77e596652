// The timers of a partition in the order in which they fall due.

import Basics

/// Who is due when; a binary heap of 16 bytes an entry.
///
/// Of equal instants a segment comes behind those that it uses, then the older feed first, then the
/// lower user number. An entry whose user is
/// not due then any more is found out when it comes up, and is of no effect.
struct TimerQueue: Sendable {
    /// One user's next instant in one feed.
    struct Entry: Sendable, Hashable, Comparable {
        let due: Timestamp
        /// The segment's place among the partition's (`FollowedSegment.order`).
        let order: UInt32
        let user: UserNumber

        /// The feed's place among the partition's.
        var slot: Int { Int(order & FollowedSegment.slotMask) }

        static func < (left: Entry, right: Entry) -> Bool {
            if left.due != right.due { return left.due < right.due }
            if left.order != right.order { return left.order < right.order }
            return left.user.value < right.user.value
        }
    }

    private var heap: [Entry] = []

    /// How many entries there are, with those of no effect.
    var count: Int { heap.count }

    /// The entry that comes first.
    var first: Entry? { heap.first }

    /// Adds an entry.
    mutating func push(_ entry: Entry) {
        // By a quarter at a time: twice as many would stand empty beside a million.
        if heap.count == heap.capacity { heap.reserveCapacity(heap.count + heap.count / 4 + 1) }
        heap.append(entry)
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place] < heap[parent] else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    /// Takes the first entry out.
    mutating func pop() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != place else { return first }
            heap.swapAt(place, least)
            place = least
        }
    }
}
