// What services have put off until the process is at rest.

import Synchronization

/// Work that frees memory and is worth doing only when nothing else is to be done; for any thread.
public final class RestOrders: Sendable {
    /// More are a mistake: a service adds one or two at its start.
    private static let ordersMax = 16

    private let orders = Mutex<[@Sendable () -> Void]>([])

    init() {}

    /// Has something done whenever the process comes to rest, before freed memory is given back.
    ///
    /// It may block for some 100 ms, and throws nothing: whatever hangs on its success is done
    /// elsewhere, too.
    public func add(_ order: @escaping @Sendable () -> Void) {
        orders.withLock { orders in
            precondition(orders.count < Self.ordersMax, "too many orders for when we rest")
            orders.append(order)
        }
    }

    /// Does all of it.
    func carryOut() { for order in orders.withLock({ $0 }) { order() } }
}
