// The physical log of one ingestion instance: groups of records, durable one after another.

public import Basics
import Synchronization

/// Appends groups.
///
/// One thread appends; every call may block on the disk.
///
/// After any failed write or sync the journal is poisoned: every further call throws `.poisoned`
/// and nothing is tried again, because the kernel may have dropped bytes it had taken. The process
/// must stop; the next start recovers to the last durable group.
public final class Journal: Sendable {
    private struct Writer: Sendable {
        var file: JournalFile
        /// The sequence of the next group.
        var sequence: UInt64
        var isClosed = false
    }

    private let settings: LogSettings
    private let folder: Folder
    private let disk: any Disk
    private let state: LogState
    /// Held while the disk works; one thread appends, and a copy looks at it for a moment.
    private let writer: Mutex<Writer>
    private let reserveMs: Atomic<Int64>
    /// The highest watermark that was told here.
    private let toldMs = Atomic<Int64>(.min)
    private let poison = Mutex<LogError?>(nil)

    init(
        settings: LogSettings,
        disk: any Disk,
        state: LogState,
        file: JournalFile,
        sequence: UInt64,
        reserveMs: Int64
    ) {
        self.settings = settings
        self.folder = Folder(path: settings.folder)
        self.disk = disk
        self.state = state
        self.writer = Mutex(Writer(file: file, sequence: sequence))
        self.reserveMs = Atomic(reserveMs)
    }

    /// Opens a log folder: takes its lock, recovers, and gives the log with its three
    /// parts.
    ///
    /// `identity` names a log that is created now; an existing one keeps its own. Blocks for the
    /// time of reading the journal files that are not sealed.
    public static func open(
        _ settings: LogSettings,
        identity: InstanceID,
        disk: any Disk
    ) throws(LogError) -> EmbeddedLog {
        settings.checkRelations()
        return try Recovery.open(settings, identity: identity, disk: disk)
    }

    /// The durable time reserve; nil before the first.
    public var reserve: Timestamp? {
        let ms = reserveMs.load(ordering: .acquiring)
        return ms == Format.noReserve ? nil : Timestamp(ms: ms)
    }

    /// The error that ended this journal; nil while it is well.
    ///
    /// From any thread.
    public var failure: LogError? { poison.withLock { $0 } }

    /// An empty group behind what is durable now.
    public func newGroup() -> LogGroup {
        LogGroup(
            starts: state.ends,
            reserveMs: reserveMs.load(ordering: .acquiring),
            bytesMax: settings.groupBytesMax,
            payloadBytesMax: settings.payloadBytesMax
        )
    }

    /// Makes a group durable by one write and one sync, and empties it.
    ///
    /// On return readers see its records. An empty group is nothing to do. Throws
    /// `.outOfSequence`, without harm, when the group was begun before another was appended or a
    /// later watermark was told.
    public func append(_ group: inout LogGroup) throws(LogError) {
        guard !group.isEmpty else { return }
        guard group.follows(state.ends) else {
            throw .misplacedGroup(at: folder.path)
        }
        try writing { writer throws(LogError) in
            if writer.file.position > Format.journalHeaderBytes,
                writer.file.position + group.byteCount > settings.journalFileBytes
            {
                try roll(&writer)
            }
            let encoded = group.encoded(sequence: writer.sequence, seed: writer.file.source.seed)
            let place = try writer.file.append(encoded.bytes)
            writer.sequence += 1
            reserveMs.store(encoded.reserveMs, ordering: .releasing)
            state.publish(encoded, at: place)
        }
        group.restart()
    }

    /// Tells readers a watermark.
    ///
    /// It must lie below the durable reserve.
    ///
    /// In partitions that have records in `group`, which is not yet durable, it stays below those.
    /// After a failure none is told: what was being appended may yet be found.
    public func tell(_ watermark: Timestamp, holding group: LogGroup?) throws(LogError) {
        if let failure { throw failure.asPoison }
        guard watermark.ms < reserveMs.load(ordering: .acquiring) else {
            throw .unreserved(watermark, at: folder.path)
        }
        toldMs.max(watermark.ms, ordering: .releasing)
        state.tell(watermark.ms, ceilings: group?.ceilings ?? [])
    }

    /// Closes the file that is being written, if it has groups, and begins the next one.
    public func roll() throws(LogError) {
        try writing { writer throws(LogError) in
            guard writer.file.position > Format.journalHeaderBytes else { return }
            try roll(&writer)
        }
    }

    /// What the log holds now, as files to be read while it goes on.
    ///
    /// From any thread; the thread that appends is held up for microseconds.
    public func copy() throws(LogError) -> LogCopy {
        let (content, sequence, reserveMs, activeBytes) = try writer.withLock {
            writer throws(LogError) in
            try checkUsable(writer)
            return (
                state.snapshot, writer.sequence, self.reserveMs.load(ordering: .acquiring),
                writer.file.position
            )
        }
        return try LogCopy(
            content,
            identity: state.identity,
            nextSequence: sequence,
            reserveMs: reserveMs,
            activeBytes: activeBytes
        )
    }

    /// Notes what is durable and gives the folder to the next process.
    ///
    /// The sealer must not be at work. Every later call throws. The reserve ends behind what was
    /// told, so that log time does not run ahead by a reserve with every restart.
    public func close() throws(LogError) {
        try writing { writer throws(LogError) in
            let told = toldMs.load(ordering: .acquiring)
            if told > .min { reserveMs.min(told + 1, ordering: .releasing) }
            try writeMark(writer)
            try writer.file.finish()
            writer.isClosed = true
        }
        state.releaseFolder()
    }

    /// Does what may fail on the disk; a failure is the last thing this journal does.
    private func writing(
        _ body: (inout Writer) throws(LogError) -> Void
    ) throws(LogError) {
        try writer.withLock { writer throws(LogError) in
            try checkUsable(writer)
            do throws(LogError) {
                try body(&writer)
            } catch {
                poison.withLock { $0 = error }
                throw error
            }
        }
    }

    private func checkUsable(_ writer: borrowing Writer) throws(LogError) {
        if let failure = poison.withLock({ $0 }) { throw failure.asPoison }
        guard !writer.isClosed else { throw .closed(folder.path) }
    }

    private func roll(_ writer: inout Writer) throws(LogError) {
        let header = JournalHeader(
            partitions: settings.partitions.count,
            identity: state.identity,
            firstSequence: writer.sequence
        )
        let closed = writer.file
        writer.file = try JournalFile.begin(header, in: folder, settings: settings, disk: disk)
        try writeMark(writer)
        try closed.finish()
        state.begin(writer.file.source)
    }

    /// From here on the file and everything before it must be there.
    private func writeMark(_ writer: borrowing Writer) throws(LogError) {
        let mark = JournalMark(
            identity: state.identity,
            activeFile: writer.file.source.header.firstSequence,
            nextSequence: writer.sequence,
            reserveMs: reserveMs.load(ordering: .acquiring),
            nextOffsets: state.ends.map(\.next)
        )
        try onDisk("write journal mark") { () throws(DiskError) in
            try WholeFile.replace(
                folder.journalMark,
                in: folder.path,
                with: mark.bytes,
                disk: disk
            )
        }
    }
}
