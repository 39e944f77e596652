// Refuses writes while there is still room to stop in order, long before the disk is full.

public import Basics
public import Messages
public import ServiceLifecycle
import Synchronization

/// Why writes are refused now.
public struct DiskRefusal: Error, Sendable, Hashable {
    /// The data folder.
    public let place: String
    /// Free space as last seen; -1 when the disk did not answer, in bytes.
    public let freeBytes: Int
    /// Free space that must be left, in bytes.
    public let freeBytesMin: Int
    /// When to try again, in milliseconds.
    public let retryAfterMs: UInt32

    /// What an operator can do.
    public var hint: String {
        "free space on the disk of \(place), or lower --disk-free-mib-min"
    }
    /// Whether the same write may succeed later.
    public var isRetriable: Bool { true }

    /// RESOURCE_EXHAUSTED with retry-after, as a caller gets it.
    public var fault: Fault {
        let free = freeBytes < 0 ? "an unknown amount" : "\(freeBytes >> 20) MiB"
        return .resourceExhausted(
            "the disk has \(free) free and \(freeBytesMin >> 20) MiB are kept for recovery",
            place: place,
            hint: hint,
            retryAfterMs: retryAfterMs
        )
    }
}

/// Looks at the free space now and then; every writer asks `refusal` before it writes.
///
/// Reads go on while writes are refused. Any thread may ask; asking takes no lock.
public final class DiskGuard: Service, Sendable {
    /// Free bytes to tell while refusing; these two mean something else.
    private static let open = Int.min
    private static let unknown = -1

    private let path: String
    private let disk: any Disk
    private let clock: any Clock
    private let freeBytesMin: Int
    private let periodMs: Int
    private let onChange: @Sendable (DiskRefusal?) -> Void
    private let state = Atomic<Int>(DiskGuard.open)

    /// A guard that has not looked yet and refuses nothing.
    ///
    /// - Parameter onChange: told when refusing begins (with the refusal) and ends (with nil).
    public init(
        path: String,
        disk: any Disk,
        clock: any Clock,
        freeBytesMin: Int,
        periodMs: Int = 2_000,
        onChange: @escaping @Sendable (DiskRefusal?) -> Void = { _ in }
    ) {
        precondition(periodMs > 0 && freeBytesMin >= 0, "a period and a floor of space")
        self.path = path
        self.disk = disk
        self.clock = clock
        self.freeBytesMin = freeBytesMin
        self.periodMs = periodMs
        self.onChange = onChange
    }

    /// Why a write is refused now; nil lets it through.
    public var refusal: DiskRefusal? {
        let free = state.load(ordering: .relaxed)
        guard free != Self.open else { return nil }
        return DiskRefusal(
            place: path,
            freeBytes: free,
            freeBytesMin: freeBytesMin,
            retryAfterMs: UInt32(clamping: periodMs)
        )
    }

    /// Whether writes are refused, given what was so far and the space found.
    ///
    /// Once refusing it takes a sixteenth more than the floor to open again, so that one freed
    /// file does not make it flutter. A disk that does not answer is refused.
    static func decide(wasRefusing: Bool, freeBytes: Int?, freeBytesMin: Int) -> Bool {
        guard let freeBytes else { return true }
        let floor = wasRefusing ? freeBytesMin + freeBytesMin / 16 : freeBytesMin
        return freeBytes < floor
    }

    /// Asks the disk now; blocks for as long as the file system takes.
    public func check() {
        var free: Int?
        do throws(DiskError) {
            free = try disk.freeBytes(path)
        } catch {
            // Told through the refusal, which has no number then.
            free = nil
        }
        let before = state.load(ordering: .relaxed)
        let refuses = Self.decide(
            wasRefusing: before != Self.open,
            freeBytes: free,
            freeBytesMin: freeBytesMin
        )
        state.store(refuses ? free ?? Self.unknown : Self.open, ordering: .relaxed)
        if refuses != (before != Self.open) { onChange(refusal) }
    }

    /// Looks at once and then every period, until the process stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                check()
                // Cancelled is how it ends.
                do { try await clock.sleep(forMs: UInt64(periodMs)) } catch { return }
            }
        }
    }
}
