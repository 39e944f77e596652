// Orders for when the process rests: all are carried out, each time, in their order.

import Synchronization
import Testing

@testable import Chassis

struct RestOrdersTests {
    @Test("orders are carried out in their order, whenever the process comes to rest")
    func order() {
        let orders = RestOrders()
        let done = Mutex<[Int]>([])
        orders.carryOut()
        for number in 1...3 { orders.add { done.withLock { $0.append(number) } } }
        #expect(done.withLock { $0 }.isEmpty)
        orders.carryOut()
        orders.carryOut()
        #expect(done.withLock { $0 } == [1, 2, 3, 1, 2, 3])
    }
}
