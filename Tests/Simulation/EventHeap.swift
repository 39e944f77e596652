// What happens next: one heap for the whole suite, so that a seed gives one order of everything.

/// Events in the order of their instants; of equal instants the one planned earlier comes first.
struct EventHeap<Event> {
    private struct Entry {
        let atNs: UInt64
        let number: UInt64
        let event: Event

        func precedes(_ other: Entry) -> Bool {
            (atNs, number) < (other.atNs, other.number)
        }
    }

    private var heap: [Entry] = []
    private var planned: UInt64 = 0

    /// How many events are planned.
    var count: Int { heap.count }

    /// Plans an event.
    mutating func push(_ event: Event, atNs: UInt64) {
        planned += 1
        heap.append(Entry(atNs: atNs, number: planned, event: event))
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place].precedes(heap[parent]) else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    /// Takes the next event out.
    mutating func pop() -> (atNs: UInt64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return (first.atNs, first.event) }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            guard least != place else { return (first.atNs, first.event) }
            heap.swapAt(place, least)
            place = least
        }
    }
}
