// The queue between threads: order, limit, waiting, closing, and many threads at once.

import Basics
import Synchronization
import Testing

struct BoundedQueueTests {
    @Test("elements come out in the order they went in, around the ring")
    func order() {
        let queue = BoundedQueue<Int>(capacity: 3)
        for round in 0..<10 {
            #expect(queue.push(round * 2))
            #expect(queue.tryPush(round * 2 + 1))
            #expect(queue.count == 2)
            #expect(queue.pop() == round * 2)
            #expect(queue.popAll(upTo: 10) == [round * 2 + 1])
        }
    }

    @Test("a full queue refuses tryPush")
    func full() {
        let queue = BoundedQueue<Int>(capacity: 2)
        #expect(queue.tryPush(1) && queue.tryPush(2))
        #expect(!queue.tryPush(3))
        #expect(queue.popAll(upTo: 1) == [1])
        #expect(queue.tryPush(3))
        #expect(queue.popAll(upTo: 5) == [2, 3])
    }

    @Test("an empty queue gives nothing at the deadline")
    func deadline() {
        let queue = BoundedQueue<Int>(capacity: 1)
        #expect(queue.pop(waitingAtMostNs: 0) == nil)
        let start = SystemClock().monotonicNs
        #expect(queue.pop(waitingAtMostNs: 2_000_000) == nil)
        #expect(SystemClock().monotonicNs - start >= 2_000_000)
        #expect(queue.popAll(upTo: 3, waitingAtMostNs: 1_000) == [])
    }

    @Test("a closed queue refuses, hands out the rest, and lets waiters go")
    func closed() throws {
        let queue = BoundedQueue<Int>(capacity: 1)
        #expect(queue.push(1))
        let seen = Seen()
        let writer = try OwnThread.start(name: "writer") { seen.set(queue.push(2)) }
        queue.close()
        writer.join()
        #expect(seen.value == false)
        #expect(queue.isClosed)
        #expect(!queue.tryPush(3))
        #expect(queue.pop() == 1)
        #expect(queue.pop() == nil)
        let empty = BoundedQueue<Int>(capacity: 1)
        let reader = try OwnThread.start(name: "reader") { seen.set(empty.pop() == nil) }
        empty.close()
        reader.join()
        #expect(seen.value == true)
    }

    @Test("four writers and two readers lose nothing, and each writer's order holds")
    func manyThreads() throws {
        let queue = BoundedQueue<Int>(capacity: 7)
        let taken = Taken()
        let writers = try (0..<4).map { writer in
            try OwnThread.start(name: "w\(writer)") {
                for index in 0..<2_000 { queue.push(writer * 10_000 + index) }
            }
        }
        let readers = try (0..<2).map { reader in
            try OwnThread.start(name: "r\(reader)") {
                var mine: [Int] = []
                if reader == 0 {
                    while let next = queue.pop() { mine.append(next) }
                } else {
                    while true {
                        let batch = queue.popAll(upTo: 5, waitingAtMostNs: .max)
                        if batch.isEmpty { break }
                        mine += batch
                    }
                }
                taken.add(mine)
            }
        }
        for writer in writers { writer.join() }
        queue.close()
        for reader in readers { reader.join() }
        let lists = taken.lists
        #expect(
            lists.joined().sorted() == (0..<4).flatMap { w in (0..<2_000).map { w * 10_000 + $0 } }
        )
        for list in lists {
            for writer in 0..<4 {
                let own = list.filter { $0 / 10_000 == writer }
                #expect(own == own.sorted())
            }
        }
    }

    @Test("an element that was taken is let go")
    func releases() {
        let queue = BoundedQueue<Seen>(capacity: 2)
        weak var weakly: Seen?
        do {
            let element = Seen()
            weakly = element
            queue.push(element)
        }
        #expect(weakly != nil)
        _ = queue.pop()
        #expect(weakly == nil)
    }
}

private final class Seen: Sendable {
    private let state = Mutex<Bool?>(nil)
    var value: Bool? { state.withLock { $0 } }
    func set(_ value: Bool) { state.withLock { $0 = value } }
}

private final class Taken: Sendable {
    private let state = Mutex<[[Int]]>([])
    var lists: [[Int]] { state.withLock { $0 } }
    func add(_ list: [Int]) { state.withLock { $0.append(list) } }
}
