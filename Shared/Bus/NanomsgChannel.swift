// A client's channel over nanomsg: a desk of calls, a raw REQ socket, and the bus's poll thread.

import Basics
import Synchronization

/// One raw REQ socket to one endpoint. Anyone sends; only the poll thread receives and closes.
final class NanomsgChannel: BusChannel, FrameLink {
    /// Replies taken in one go, so that one busy server does not keep others waiting.
    private static let repliesPerTurn = 256

    let socket: NanomsgSocket
    private let desk: CallDesk
    private let loop: PollLoop
    /// The loop's number for this channel.
    private let key: UInt64
    /// Touched by the poll thread only.
    private let brokenBefore = Atomic<UInt64>(0)

    init(
        _ endpoint: Endpoint, options: ChannelOptions, clock: any Clock, loop: PollLoop
    ) throws(BusError) {
        desk = CallDesk(endpoint: endpoint, options: options, clock: clock)
        socket = try NanomsgSocket(
            connectingTo: endpoint,
            sizes: SocketSizes(
                sendBuffer: options.sendBufferBytes, receiveBuffer: options.receiveBufferBytes,
                receiveMax: options.receiveBytesMax))
        self.loop = loop
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
        _ frame: OutgoingFrame, maxReplyBytes: Int, deadlineNs: UInt64
    ) async throws(BusError) -> Message {
        try await desk.call(
            frame, maxReplyBytes: maxReplyBytes, deadlineNs: deadlineNs, over: self)
    }

    func close() {
        // Nobody sends once the desk is closed, so the poll thread may close the socket.
        if desk.close() { loop.remove(key: key) }
    }

    func send(_ frame: OutgoingFrame, id: UInt32) -> SendOutcome {
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

    /// Takes what has arrived. On the poll thread.
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
        if !replies.isEmpty { desk.answered(replies, over: self) }
        replies.removeAll(keepingCapacity: true)
    }

    /// The socket has room, perhaps for the first time. On the poll thread.
    func roomAgain() { desk.roomAgain(over: self) }

    /// Looks whether the connection broke or came. On the poll thread.
    func checkConnection() {
        let broken = socket.brokenConnectionCount
        if broken != brokenBefore.exchange(broken, ordering: .relaxed) { desk.lost(over: self) }
        // A frame may have left over a connection that this look came too early for, so that
        // only a broken one counts as lost.
        if socket.connectionCount > 0 && !desk.isConnected { desk.connected(over: self) }
    }

    /// Ends what is past its time; returns when to look again. On the poll thread.
    func expire() -> UInt64 { desk.expire(over: self) }
}
