// Takes copies of a service's storage and tells them part by part, on a thread of its own.

import Basics
public import Messages
public import ServiceLifecycle
import Synchronization

/// Serves Admin/Backup.
///
/// Transitions: none → open (the beginning of an unknown copy is asked for) · open → open (any part
/// of it is asked for, again and again if need be) · open → none (it is let go, or nobody has asked
/// for two minutes). One copy at a time: it may hold disk space that is no longer used.
public final class BackupDesk: Service, Sendable {
    /// A copy nobody has asked for so long is let go: its reader is gone.
    ///
    /// Unit: ms.
    public static let idleMs: UInt64 = 120_000
    /// How often that is looked at.
    ///
    /// Unit: ns.
    private static let lookEveryNs: UInt64 = 1_000_000_000
    /// Requests that may wait: one reader asks for one part at a time.
    private static let waitingMax = 16
    /// Most bytes of files in one answer: it travels alone, and others wait for it only briefly.
    private static let partBytesMax = 1 << 20
    /// What an answer takes beside its pieces.
    ///
    /// Unit: bytes.
    private static let headBytes = 16 << 10

    private typealias Job = @Sendable () -> Void
    private typealias Part = Result<AdminV1.BackupResponse, Fault>
    private struct OpenCopy {
        let id: [UInt8]
        let copy: StorageCopy
        let summary: AdminV1.BackupSummary
        var askedNs: UInt64
    }

    private let world: World
    private let take: @Sendable () throws(Fault) -> StorageCopy
    private let jobs = BoundedQueue<Job>(capacity: BackupDesk.waitingMax)
    private let open = Mutex<OpenCopy?>(nil)

    /// A desk of a service whose storage `take` copies; a copy has the folder's format file, too.
    ///
    /// - Parameter take: makes a copy; may block. A service that can make everything again from the
    ///   log leaves it out: its copy is its identity.
    public init(
        world: World,
        take: @escaping @Sendable () throws(Fault) -> StorageCopy = { () throws(Fault) in
            StorageCopy(files: [])
        }
    ) {
        self.world = world
        self.take = take
    }

    /// Runs the thread until the process stops; a copy that is open then is let go.
    public func run() async throws {
        let jobs = jobs
        try await ThreadService("backup", stop: { jobs.close() }) { _ in
            while true {
                if let job = jobs.pop(waitingAtMostNs: Self.lookEveryNs) {
                    job()
                } else if jobs.isClosed {
                    break
                }
                self.letIdleGo()
            }
            self.open.withLock { $0 = nil }
        }.run()
    }

    /// Whether a copy is open.
    var isOpen: Bool { open.withLock { $0 != nil } }

    /// Tells a part of a copy.
    public func answer(_ request: AdminV1.BackupRequest, _ call: CallContext) async throws(Fault)
        -> AdminV1.BackupResponse
    {
        guard let id = request.copyID, id.count == 16 else {
            throw .invalidArgument(
                "a copy's id has exactly 16 bytes",
                place: "copy_id",
                hint: "choose them at random and name them in every request for this copy"
            )
        }
        let room = min(
            Int(request.maxBytes),
            Self.partBytesMax,
            Int(call.maxReplyBytes) - Self.headBytes
        )
        let result = await withCheckedContinuation { (done: CheckedContinuation<Part, Never>) in
            let isQueued = jobs.tryPush {
                done.resume(returning: self.part(of: id, request, roomBytes: room))
            }
            if !isQueued { done.resume(returning: .failure(self.refusal)) }
        }
        return try result.get()
    }

    private var refusal: Fault {
        jobs.isClosed
            ? .unavailable("the \(world.service) is stopping", place: "backup")
            : .resourceExhausted(
                "too many requests for copies wait",
                place: "backup",
                hint: "ask for one part at a time",
                retryAfterMs: 1_000
            )
    }

    /// On the desk's thread.
    private func part(of id: [UInt8], _ request: AdminV1.BackupRequest, roomBytes: Int) -> Part {
        do throws(Fault) {
            return .success(try tell(id, request, roomBytes: roomBytes))
        } catch {
            return .failure(error)
        }
    }

    private func tell(_ id: [UInt8], _ request: AdminV1.BackupRequest, roomBytes: Int)
        throws(Fault) -> AdminV1.BackupResponse
    {
        if request.end {
            open.withLock { if $0?.id == id { $0 = nil } }
            return AdminV1.BackupResponse()
        }
        let isBeginning = request.file == 0 && request.offset == 0
        let opened =
            if let found = find(id) { found } else {
                try begin(id, isBeginning: isBeginning)
            }
        guard let file = Int(exactly: request.file), let offset = Int(exactly: request.offset),
            file < opened.copy.files.count, offset <= opened.copy.files[file].byteCount
        else {
            throw .invalidArgument(
                "the copy has no byte \(request.offset) of a file \(request.file)",
                place: "offset",
                hint: "go on where the last answer says"
            )
        }
        let head = isBeginning ? try opened.summary.encodedBytes : 0
        var part = try opened.copy.part(file: file, offset: offset, roomBytes: roomBytes - head)
        if isBeginning { part.summary = opened.summary }
        return part
    }

    private func find(_ id: [UInt8]) -> OpenCopy? {
        open.withLock { open in
            guard open?.id == id else { return nil }
            open?.askedNs = world.clock.monotonicNs
            return open
        }
    }

    private func begin(_ id: [UInt8], isBeginning: Bool) throws(Fault) -> OpenCopy {
        guard isBeginning else {
            throw .failedPrecondition(
                "the copy is not known any more",
                place: "copy_id",
                hint: "the \(world.service) has been started anew, or nobody had asked for "
                    + "\(Self.idleMs / 1_000) s: begin another copy"
            )
        }
        guard !isOpen else {
            throw .resourceExhausted(
                "another copy of the \(world.service) is being read",
                place: "copy_id",
                hint: "one at a time; it ends with its reader, or \(Self.idleMs / 1_000) s after "
                    + "its last request",
                retryAfterMs: UInt32(Self.idleMs)
            )
        }
        var copy = try take()
        copy.files.insert(
            StorageCopy.File(DataFolder.formatName, bytes: Array(world.folder.formatText.utf8)),
            at: 0
        )
        let opened = OpenCopy(
            id: id,
            copy: copy,
            summary: summary(of: copy),
            askedNs: world.clock.monotonicNs
        )
        open.withLock { $0 = opened }
        return opened
    }

    private func summary(of copy: StorageCopy) -> AdminV1.BackupSummary {
        AdminV1.BackupSummary(
            service: world.service,
            version: world.version,
            instanceID: world.instance.bytes,
            takenAtMs: world.clock.now.ms,
            files: UInt32(clamping: copy.files.count),
            totalBytes: UInt64(copy.byteCount),
            positions: copy.positions,
            projects: copy.projects
        )
    }

    private func letIdleGo() {
        let nowNs = world.clock.monotonicNs
        open.withLock { open in
            if let asked = open?.askedNs, nowNs > asked + Self.idleMs * 1_000_000 { open = nil }
        }
    }
}

extension AdminV1.BackupSummary {
    /// What it takes in an answer.
    fileprivate var encodedBytes: Int {
        get throws(Fault) {
            do throws(MessageError) {
                return try encode().count
            } catch {
                throw .internal("a copy's summary does not encode: \(error.message)")
            }
        }
    }
}
