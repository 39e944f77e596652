// The one way between threads: a ring of fixed capacity that blocks, refuses or drains.

import CBasics

// Safe and Sendable: `ring`, `head`, `filled` and `closed` are touched only between the gate's
// lock and unlock, and the gate lives from init to deinit.
/// A first-in-first-out queue of at most `capacity` elements between threads.
///
/// Full means wait (`push`) or refuse (`tryPush`): back-pressure is a limit. Waiting is against
/// CLOCK_MONOTONIC. Any thread may call anything; blocking members not from the cooperative pool.
@safe
public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    /// The most elements it holds.
    public let capacity: Int
    private let gate: OpaquePointer
    private var ring: [Element?]
    private var head = 0
    private var filled = 0
    private var closed = false

    /// An empty queue; the capacity must be above 0.
    public init(capacity: Int) {
        precondition(capacity > 0, "a queue holds at least one element")
        guard let gate = unsafe cbasics_gate_new() else { preconditionFailure("out of memory") }
        unsafe self.gate = gate
        self.capacity = capacity
        ring = Array(repeating: nil, count: capacity)
    }

    deinit { unsafe cbasics_gate_free(gate) }

    /// Elements waiting now.
    public var count: Int { locked { filled } }
    /// Whether `close` was called; elements may still be waiting.
    public var isClosed: Bool { locked { closed } }

    /// Adds an element, waiting for room; false when the queue is closed, and nothing was added.
    @discardableResult
    public func push(_ element: Element) -> Bool {
        locked {
            while filled == capacity, !closed { unsafe cbasics_gate_wait_room(gate) }
            return put(element)
        }
    }

    /// Adds an element if there is room now; false when full or closed.
    public func tryPush(_ element: Element) -> Bool {
        locked { filled < capacity && put(element) }
    }

    /// Takes the oldest element, waiting at most so long; nil at the deadline or closed and empty.
    public func pop(waitingAtMostNs ns: UInt64 = .max) -> Element? {
        locked {
            waitForItem(ns)
            return filled > 0 ? take() : nil
        }
    }

    /// Takes up to `limit` of the oldest elements, waiting at most so long for the first.
    ///
    /// Empty at the deadline, or when the queue is closed and drained.
    public func popAll(upTo limit: Int, waitingAtMostNs ns: UInt64 = 0) -> [Element] {
        locked {
            waitForItem(ns)
            var taken: [Element] = []
            taken.reserveCapacity(min(limit, filled))
            while taken.count < limit, filled > 0, let next = take() { taken.append(next) }
            return taken
        }
    }

    /// Refuses further elements and wakes everyone; what is in it can still be taken.
    public func close() {
        locked {
            closed = true
            unsafe cbasics_gate_signal_all(gate)
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe cbasics_gate_lock(gate)
        defer { unsafe cbasics_gate_unlock(gate) }
        return body()
    }

    private func put(_ element: Element) -> Bool {
        guard !closed else { return false }
        ring[(head + filled) % capacity] = element
        filled += 1
        unsafe cbasics_gate_signal_item(gate)
        return true
    }

    private func take() -> Element? {
        let element = ring[head]
        ring[head] = nil
        head = (head + 1) % capacity
        filled -= 1
        unsafe cbasics_gate_signal_room(gate)
        return element
    }

    private func waitForItem(_ ns: UInt64) {
        guard ns > 0, filled == 0, !closed else { return }
        // A year is for ever, and keeps the instant within the kernel's range.
        let until = cbasics_monotonic_ns() + min(ns, 31_536_000_000_000_000)
        while filled == 0, !closed {
            guard unsafe cbasics_gate_wait_item(gate, until) else { return }
        }
    }
}
