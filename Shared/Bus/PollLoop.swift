// The one thread of a NanomsgBus that waits for replies, deadlines and broken connections.

import Basics
import CNanomsg
import Synchronization

/// Watches all channels of a bus on one thread, which never runs a caller's code.
///
/// The other members may be called from any thread.
final class PollLoop: Sendable {
    /// How often connections are looked at: a lost one fails its calls this late at most.
    private static let tickNs: UInt64 = 50_000_000
    private static let napMsMax: UInt64 = 60_000
    private static let bellKey = UInt64.max

    private struct State {
        var channels: [UInt64: NanomsgChannel] = [:]
        var leaving: [NanomsgChannel] = []
        var isStopping = false
    }

    private let clock: any Clock
    private let epoll: Int32
    private let bell: Int32
    private let state = Mutex(State())
    private let lastKey = Atomic<UInt64>(0)
    /// When the thread wakes by itself; the largest number while it is making up its mind, so
    /// that whoever changes a deadline meanwhile rings.
    private let plannedWakeNs = Atomic(UInt64.max)

    init(clock: any Clock) throws(BusError) {
        self.clock = clock
        epoll = cnanomsg_epoll()
        bell = cnanomsg_bell()
        let failed = min(epoll, bell, cnanomsg_epoll_add(epoll, bell, Self.bellKey))
        guard failed >= 0 else {
            throw BusError(.socketLimit, operation: "connect", place: "poll thread")
        }
    }

    deinit {
        if bell >= 0 { cnanomsg_close_descriptor(bell) }
        if epoll >= 0 { cnanomsg_close_descriptor(epoll) }
    }

    func newKey() -> UInt64 { lastKey.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Watches a channel until `remove`.
    func add(_ channel: NanomsgChannel, key: UInt64) throws(BusError) {
        let isLate = state.withLock { state in
            if !state.isStopping { state.channels[key] = channel }
            return state.isStopping
        }
        guard !isLate else {
            throw BusError(.closed, operation: "connect", place: channel.endpoint.description)
        }
        let rc = cnanomsg_epoll_add(epoll, channel.socket.receiveDescriptor, key &* 2)
        guard rc >= 0 else {
            state.withLock { $0.channels[key] = nil }
            throw BusError(errno: -rc, "connect", channel.endpoint)
        }
        cnanomsg_ring(bell)
    }

    /// Lets the thread close the channel's socket; nobody sends on it any more.
    func remove(key: UInt64) {
        state.withLock { state in
            guard let channel = state.channels.removeValue(forKey: key) else { return }
            state.leaving.append(channel)
        }
        cnanomsg_ring(bell)
    }

    /// Closes all channels and lets `run` return.
    func stop() {
        let channels = state.withLock { state in
            state.isStopping = true
            return state.channels.sorted { $0.key < $1.key }.map(\.value)
        }
        for channel in channels { channel.close() }
        cnanomsg_ring(bell)
    }

    /// Starts or ends looking for room; the channel's desk sees to it that both alternate.
    func watchRoom(of socket: NanomsgSocket, key: UInt64, _ isWanted: Bool) {
        if isWanted {
            // Out of kernel memory it stays unwatched, and the deadline ends the call.
            _ = cnanomsg_epoll_add(epoll, socket.sendDescriptor, key &* 2 &+ 1)
        } else {
            _ = cnanomsg_epoll_remove(epoll, socket.sendDescriptor)
        }
    }

    /// Wakes the thread when it would sleep past the instant.
    func wake(byNs instant: UInt64) {
        if instant < plannedWakeNs.load(ordering: .sequentiallyConsistent) {
            cnanomsg_ring(bell)
        }
    }

    /// The thread's body: returns after `stop`.
    func run() {
        var keys = [UInt64](repeating: 0, count: Int(CNANOMSG_EPOLL_KEYS))
        var replies: [(id: UInt32, message: Message)] = []
        var wakeNs: UInt64 = 0
        var tickNs: UInt64 = 0
        while true {
            let nowNs = clock.monotonicNs
            if nowNs >= wakeNs {
                guard let next = lookAround(nowNs, &tickNs) else { return }
                wakeNs = next
            }
            let count = unsafe cnanomsg_epoll_wait(epoll, &keys, napMs(from: nowNs, to: wakeNs))
            precondition(count >= 0, "waiting on our own epoll cannot fail")
            for key in keys.prefix(Int(count)) {
                guard key != Self.bellKey else {
                    cnanomsg_silence(bell)
                    wakeNs = 0
                    continue
                }
                let channel = state.withLock { $0.channels[key / 2] }
                if key % 2 == 0 {
                    channel?.receive(&replies)
                } else {
                    channel?.roomAgain()
                }
            }
        }
    }

    /// Closes who leaves, looks at connections and deadlines; nil when the thread shall end.
    private func lookAround(_ nowNs: UInt64, _ tickNs: inout UInt64) -> UInt64? {
        plannedWakeNs.store(.max, ordering: .sequentiallyConsistent)
        let (channels, leaving, isStopping) = state.withLock { state in
            defer { state.leaving = [] }
            return (state.channels, state.leaving, state.isStopping)
        }
        for channel in leaving {
            _ = cnanomsg_epoll_remove(epoll, channel.socket.receiveDescriptor)
            _ = cnanomsg_epoll_remove(epoll, channel.socket.sendDescriptor)
            channel.socket.close()
        }
        if isStopping && channels.isEmpty { return nil }
        let isTick = nowNs >= tickNs
        if isTick { tickNs = nowNs + Self.tickNs }
        var wakeNs = channels.isEmpty ? UInt64.max : tickNs
        for channel in channels.values {
            if isTick { channel.checkConnection() }
            wakeNs = min(wakeNs, channel.expire())
        }
        plannedWakeNs.store(wakeNs, ordering: .sequentiallyConsistent)
        return wakeNs
    }

    private func napMs(from nowNs: UInt64, to wakeNs: UInt64) -> Int32 {
        guard wakeNs != .max else { return -1 }
        guard wakeNs > nowNs else { return 0 }
        return Int32(min((wakeNs - nowNs + 999_999) / 1_000_000, Self.napMsMax))
    }
}
