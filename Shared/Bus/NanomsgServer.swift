// A server over nanomsg: one raw REP socket and one thread that only moves frames.

import Basics
import CNanomsg
import Glibc
import Synchronization

/// Hears requests on its own thread; repliers answer from any thread.
///
/// The thread waits on the socket's descriptor and a bell, not inside nanomsg: a socket closed
/// under a thread could hand its number to another socket between two of the thread's calls.
final class NanomsgServer: BusServer, ReplySink {
    let endpoint: Endpoint
    let replyBudgetBytes: Int
    private let door: RequestDoor
    private let socket: NanomsgSocket
    private let bell: Int32
    private let isStopping = Atomic(false)
    /// Whether a reply was handed over since the start.
    private let hasReplied = Atomic(false)
    private let ownThreadID = Atomic<UInt>(0)
    /// False from `stop` on; held while a reply is being sent.
    private let isOpen = Mutex(true)
    private let thread = Mutex<OwnThread?>(nil)

    /// What nanomsg's own thread takes at most to write a reply on a machine that is busy.
    private static let lingerMs: Int32 = 20

    init(
        _ endpoint: Endpoint,
        options: ServerOptions,
        handler: @escaping BusHandler
    ) throws(BusError) {
        self.endpoint = endpoint
        door = RequestDoor(options: options, handler: handler)
        let kernelMax = cnanomsg_kernel_send_buffer_max()
        let assumed = kernelMax > 0 ? Int(kernelMax) : Limits.replyBudgetBytes
        replyBudgetBytes = max(min(options.sendBufferBytes, assumed), 1)
        socket = try NanomsgSocket(
            bindingTo: endpoint,
            sizes: SocketSizes(
                sendBuffer: options.sendBufferBytes,
                receiveBuffer: options.receiveBufferBytes,
                receiveMax: options.receiveBytesMax
            )
        )
        bell = cnanomsg_bell()
        guard bell >= 0 else {
            throw BusError(.socketLimit, operation: "serve", place: endpoint.description)
        }
    }

    deinit {
        if bell >= 0 { cnanomsg_close_descriptor(bell) }
    }

    var inFlight: Int { door.inFlight }

    /// Whether `stop` was called.
    var hasStopped: Bool { isStopping.load(ordering: .relaxed) }

    /// Starts the thread, which holds the server until `stop`.
    func start(threadName: String) throws(BusError) {
        do throws(ThreadError) {
            let started = try OwnThread.start(name: threadName) { self.run() }
            thread.withLock { $0 = started }
        } catch {
            socket.close()
            throw BusError(
                .socketLimit,
                operation: "serve",
                place: endpoint.description,
                hint: error.hint
            )
        }
    }

    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        // Waits for the replies being sent at this moment; none is sent later.
        isOpen.withLock { $0 = false }
        cnanomsg_ring(bell)
        // The last holder may let go inside the handler; the thread ends right after it.
        guard pthread_self() != ownThreadID.load(ordering: .relaxed) else { return }
        thread.withLock { $0 }?.join()
    }

    func send(_ frame: OutgoingFrame, token: UInt64) -> Bool {
        isOpen.withLock { isOpen in
            guard isOpen else { return false }
            do throws(NanomsgSocket.Trouble) {
                try socket.send(reply: frame, token: token)
                hasReplied.store(true, ordering: .relaxed)
                return true
            } catch {
                return false
            }
        }
    }

    func finished(token: UInt64, isCounted: Bool) {
        door.finished(isCounted: isCounted)
    }

    private func run() {
        ownThreadID.store(pthread_self(), ordering: .relaxed)
        // Closing is the thread's last act, so nobody can receive on a foreign socket.
        defer {
            // A reply that was handed over a moment ago may still lie in nanomsg, which drops it
            // with the socket: its linger does nothing.
            if hasReplied.load(ordering: .relaxed) { poll(nil, 0, Self.lingerMs) }
            socket.close()
        }
        while !isStopping.load(ordering: .relaxed) {
            let ready = cnanomsg_wait_two(socket.receiveDescriptor, bell)
            precondition(ready >= 0 || ready == -EINTR, "waiting on our own descriptors")
            guard hearAll() else { return }
        }
    }

    /// Takes requests until there are none or the server stops; false when the socket is gone.
    private func hearAll() -> Bool {
        while !isStopping.load(ordering: .relaxed) {
            do throws(NanomsgSocket.Trouble) {
                let (message, token) = try socket.receiveRequest()
                door.hear(message, token: token, sink: self)
            } catch {
                switch error {
                case .again: return true
                case .skipped: continue
                case .over: return false
                case .failed(let words): preconditionFailure("receiving: \(words)")
                }
            }
        }
        return true
    }
}
