// A client's channel over nanomsg: a desk of calls, a raw REQ socket, and the bus's poll thread.

import Basics
import Synchronization

/// One raw REQ socket to one endpoint.
///
/// Anyone sends; only the poll thread receives and closes.
final class NanomsgChannel: BusChannel, FrameLink {
    /// Replies taken in one go, so that one busy server does not keep others waiting.
    private static let repliesPerTurn = 256

    /// How a broken connection is replaced: soon when it brought replies, else ever later.
    private struct Repair {
        static let pauseMsMin: UInt64 = 50
        static let pauseMsMax: UInt64 = 1_000

        var brokenCount: UInt64 = 0
        var pauseMs = pauseMsMin
        /// When to connect again; nil while there is a connection or nanomsg tries for one.
        var dueNs: UInt64?

        mutating func broke(_ nowNs: UInt64) {
            dueNs = nowNs + pauseMs * 1_000_000
            pauseMs = min(pauseMs * 2, Self.pauseMsMax)
        }
    }

    let socket: NanomsgSocket
    private let desk: CallDesk
    private let loop: PollLoop
    /// The loop's number for this channel.
    private let key: UInt64
    private let clock: any Clock
    private let repair = Mutex(Repair())
    /// From a break until a fresh connection is begun; nothing is sent meanwhile.
    private let isRepairing = Atomic(false)

    init(
        _ endpoint: Endpoint,
        options: ChannelOptions,
        clock: any Clock,
        loop: PollLoop
    ) throws(BusError) {
        desk = CallDesk(endpoint: endpoint, options: options, clock: clock)
        socket = try NanomsgSocket(
            connectingTo: endpoint,
            sizes: SocketSizes(
                sendBuffer: options.sendBufferBytes,
                receiveBuffer: options.receiveBufferBytes,
                receiveMax: options.receiveBytesMax
            )
        )
        self.loop = loop
        self.clock = clock
        key = loop.newKey()
        try loop.add(self, key: key)
    }

    var endpoint: Endpoint { desk.endpoint }
    var isConnected: Bool { desk.isConnected }
    var connectionNumber: UInt64 { desk.connectionNumber }
    var callsInFlight: Int { desk.callsInFlight }
    var outstandingBytes: Int { desk.outstandingBytes }
    var replyBudgetBytes: Int { desk.replyBudgetBytes }

    func setReplyBudget(bytes: Int) { desk.setReplyBudget(bytes: bytes, over: self) }

    func call(
        _ frame: OutgoingFrame,
        maxReplyBytes: Int,
        deadlineNs: UInt64
    ) async throws(BusError) -> Message {
        try await desk.call(
            frame,
            maxReplyBytes: maxReplyBytes,
            deadlineNs: deadlineNs,
            over: self
        )
    }

    func close() {
        // Nobody sends once the desk is closed, so the poll thread may close the socket.
        if desk.close() { loop.remove(key: key) }
    }

    func send(_ frame: OutgoingFrame, id: UInt32) -> SendOutcome {
        guard !isRepairing.load(ordering: .sequentiallyConsistent) else { return .full }
        do throws(NanomsgSocket.Trouble) {
            try socket.send(request: frame, id: id)
            return .sent
        } catch {
            switch error {
            case .again, .skipped: return .full
            case .over: return .failed("the socket is closed")
            case .failed(let words): return .failed(words)
            }
        }
    }

    func watchRoom(_ isWanted: Bool) { loop.watchRoom(of: socket, key: key, isWanted) }

    func settle(wakeNs: UInt64) { loop.wake(byNs: wakeNs) }

    /// Takes what has arrived.
    ///
    /// On the poll thread.
    func receive(_ replies: inout [(id: UInt32, message: Message)]) {
        replies.removeAll(keepingCapacity: true)
        var looks = 0
        while looks < Self.repliesPerTurn {
            looks += 1
            do throws(NanomsgSocket.Trouble) {
                replies.append(try socket.receiveReply())
            } catch {
                if case .skipped = error { continue }
                break
            }
        }
        guard !replies.isEmpty else { return }
        repair.withLock { $0.pauseMs = Repair.pauseMsMin }
        desk.answered(replies, over: self)
        replies.removeAll(keepingCapacity: true)
    }

    /// The socket has room, perhaps for the first time.
    ///
    /// On the poll thread.
    func roomAgain() { desk.roomAgain(over: self) }

    /// Looks whether the connection broke or came, and replaces a broken one.
    ///
    /// On the poll thread.
    func checkConnection() {
        let nowNs = clock.monotonicNs
        let broken = socket.brokenConnectionCount
        let (hasBroken, isDue) = repair.withLock { repair in
            if broken != repair.brokenCount {
                repair.brokenCount = broken
                repair.broke(nowNs)
                return (true, false)
            }
            guard let dueNs = repair.dueNs, dueNs <= nowNs else { return (false, false) }
            repair.dueNs = nil
            return (false, true)
        }
        if hasBroken {
            // In this order nothing is sent between the loss and the fresh connection.
            isRepairing.store(true, ordering: .sequentiallyConsistent)
            desk.lost(over: self)
            socket.disconnect()
        } else if isDue {
            isRepairing.store(false, ordering: .sequentiallyConsistent)
            if socket.connect() < 0 { repair.withLock { $0.broke(nowNs) } }
        } else if !isRepairing.load(ordering: .relaxed), !desk.isConnected,
            socket.connectionCount > 0
        {
            // Only a break counts as a loss: a frame may have left over a connection that this
            // look came too early for.
            desk.connected(over: self)
        }
    }

    /// Ends what is past its time; returns when to look again.
    ///
    /// On the poll thread.
    func expire() -> UInt64 { desk.expire(over: self) }
}
