// Bytes as nanomsg holds them: received messages to read, outgoing frames to write once.

import CNanomsg
import Synchronization

// Sendable: pointer and count never change after init and nobody writes the bytes; nn_freemsg in
// deinit runs once, after the last reader, on whichever thread that is.
// Safe: the pointer is private and lent only as a span that cannot outlive `withBytes`.
/// Received bytes, lent to whoever reads and given back to nanomsg when the last holder lets go.
///
/// May be read from any thread. The bytes are only 4-byte aligned.
@safe
public final class Message: @unchecked Sendable {
    private let start: UnsafeMutableRawPointer
    /// Bytes.
    public let count: Int

    /// Takes over memory of nn_allocmsg or nn_recvmsg.
    init(adopting start: UnsafeMutableRawPointer, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    deinit { unsafe nn_freemsg(start) }

    /// Lends the bytes for the time of the call, without copying.
    public func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(unsafe RawSpan(_unsafeStart: start, byteCount: count))
    }

    /// The bytes, copied.
    public func copyBytes() -> [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Bytes to be sent, in nanomsg's own memory so that sending copies nothing.
///
/// One-shot: the first call or reply that is given the frame uses it up; a second one is refused.
/// May be handed between threads.
public final class OutgoingFrame: Sendable {
    /// Bytes.
    public let count: Int
    /// The message's address; 0 once nanomsg, or a receiver in memory, owns it.
    private let address: Atomic<UInt>
    private let isClaimed = Atomic(false)

    /// Copies the bytes once.
    public init(copying bytes: [UInt8]) {
        let start = unsafe Self.allocate(bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(start: start, count: source.count)
                .copyMemory(from: source)
        }
        count = bytes.count
        address = Atomic(UInt(bitPattern: start))
    }

    /// Lets `write` append up to `capacity` bytes in place; the frame is what it wrote.
    public init<E: Error>(
        capacity: Int,
        write: (inout OutputRawSpan) throws(E) -> Void
    ) throws(E) {
        let start = unsafe Self.allocate(capacity)
        let room = unsafe UnsafeMutableRawBufferPointer(start: start, count: capacity)
        var span = unsafe OutputRawSpan(buffer: room, initializedCount: 0)
        do {
            try write(&span)
        } catch {
            unsafe nn_freemsg(start)
            throw error
        }
        count = unsafe span.finalize(for: room)
        // nanomsg sends the whole message, so what was not written is cut off.
        guard count < capacity, let trimmed = unsafe nn_reallocmsg(start, count) else {
            precondition(count == capacity, "shrinking a message cannot fail")
            address = Atomic(UInt(bitPattern: start))
            return
        }
        address = Atomic(UInt(bitPattern: trimmed))
    }

    deinit {
        if let start = unsafe take() { unsafe nn_freemsg(start) }
    }

    /// True for the first caller only, who then may send.
    func claim() -> Bool {
        !isClaimed.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// Hands out the message; whoever gets it must send it, free it or give it back.
    @unsafe func take() -> UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(
            bitPattern: address.exchange(0, ordering: .acquiringAndReleasing)
        )
    }

    /// Takes back what could not be sent.
    @unsafe func giveBack(_ start: UnsafeMutableRawPointer) {
        address.store(UInt(bitPattern: start), ordering: .releasing)
    }

    /// The frame as its receiver sees it, without copying; nil once it is gone.
    func delivered() -> Message? {
        guard let start = unsafe take() else { return nil }
        return unsafe Message(adopting: start, count: count)
    }

    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        precondition(count >= 0, "a frame has no negative size")
        guard let start = unsafe nn_allocmsg(count, 0) else {
            preconditionFailure("out of memory for a frame of \(count) bytes")
        }
        return unsafe start
    }
}
