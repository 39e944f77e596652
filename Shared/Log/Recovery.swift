// Opens a log folder: finds what is durable, cuts an unfinished write, refuses everything else.

import Basics

/// The steps of opening, in order.
struct Recovery {
    /// What it is done for.
    enum Purpose {
        /// To go on with the log: an unfinished write is cut off, leftovers are removed.
        case work
        /// To look whether a copy is whole: nothing is written, and a copy has nothing unfinished.
        case check
    }

    let purpose: Purpose
    let settings: LogSettings
    let folder: Folder
    let disk: any Disk
    let cache: BlockCache
    /// The names in the folder when it was opened.
    let names: [String]

    /// Opens a log, or creates it in an empty folder.
    static func open(
        _ settings: LogSettings,
        identity: InstanceID,
        disk: any Disk
    ) throws(LogError) -> EmbeddedLog {
        let folder = Folder(path: settings.folder)
        let lock = try onDisk("open log") { () throws(DiskError) in
            try folder.make(disk)
            return try disk.lock(folder.lock)
        }
        let cache = BlockCache(byteCountMax: settings.cacheBytes)
        let found = try Recovery(.work, settings, folder, disk, cache)
        let isNew = try !found.hasMark()
        if isNew { try found.create(identity) }
        // Creation has made and renamed files, so the names are read again.
        let recovery = isNew ? try Recovery(.work, settings, folder, disk, cache) : found
        return try recovery.recover(isNew: isNew, lock: lock)
    }

    init(
        _ purpose: Purpose,
        _ settings: LogSettings,
        _ folder: Folder,
        _ disk: any Disk,
        _ cache: BlockCache
    ) throws(LogError) {
        self.purpose = purpose
        self.settings = settings
        self.folder = folder
        self.disk = disk
        self.cache = cache
        names = try onDisk("open log") { () throws(DiskError) in try disk.list(folder.path) }
    }

    private func hasMark() throws(LogError) -> Bool {
        if names.contains(Folder.journalMarkName) { return true }
        // Creation writes the journal's mark last and nothing is appended before it.
        for name in names where Folder.partitionIndex(name) != nil {
            throw LogError.missing(
                "open log",
                folder.journalMark,
                "there are volumes, so there was a mark"
            )
        }
        for name in names {
            guard let sequence = Folder.journalSequence(name) else { continue }
            guard sequence == Format.firstSequence, try isWithoutGroups(sequence) else {
                throw LogError.missing(
                    "open log",
                    folder.journalMark,
                    "there is a journal, so there was a mark"
                )
            }
        }
        return false
    }

    /// Whether a file was begun and never used: its header may be whole or not.
    func isWithoutGroups(_ sequence: UInt64) throws(LogError) -> Bool {
        let path = folder.journal(sequence)
        let size = try onDisk("open log") { () throws(DiskError) in
            try disk.open(path, .read).size()
        }
        guard size > Format.journalHeaderBytes else { return true }
        var scan = try JournalScan(path: path, disk: disk)
        guard try scan.next(sequence: sequence) == nil else { return false }
        return try scan.stop(sequence: sequence) == .end
    }

    private func create(_ identity: InstanceID) throws(LogError) {
        let count = settings.partitions.count
        let volumes = VolumesMark(
            identity: identity,
            journalFrom: Format.firstSequence,
            spans: Array(repeating: VolumesMark.Span(first: 0, next: 0), count: Int(count))
        )
        let journal = JournalMark(
            identity: identity,
            activeFile: Format.firstSequence,
            nextSequence: Format.firstSequence,
            reserveMs: Format.noReserve,
            nextOffsets: Array(repeating: 0, count: Int(count))
        )
        let header = JournalHeader(
            partitions: count,
            identity: identity,
            firstSequence: Format.firstSequence
        )
        try onDisk("create log") { () throws(DiskError) in
            try disk.syncDirectory(Folder.parent(of: folder.path))
            try WholeFile.replace(
                folder.volumesMark,
                in: folder.path,
                with: volumes.bytes,
                disk: disk
            )
        }
        _ = try JournalFile.begin(header, in: folder, settings: settings, disk: disk)
        try onDisk("create log") { () throws(DiskError) in
            try WholeFile.replace(
                folder.journalMark,
                in: folder.path,
                with: journal.bytes,
                disk: disk
            )
        }
    }

    private func recover(isNew: Bool, lock: any DiskLock) throws(LogError) -> EmbeddedLog {
        let marks = try readMarks()
        var journal = JournalRecovery(self, marks, try openVolumes(marks.volumes))
        try journal.run(files: try journalFiles(marks))
        let active = try journal.resume()
        var partitions = journal.partitions
        for index in partitions.indices { partitions[index].floorMs = journal.reserveMs }
        let next = JournalMark(
            identity: marks.journal.identity,
            activeFile: active.source.header.firstSequence,
            nextSequence: journal.sequence,
            reserveMs: journal.reserveMs,
            nextOffsets: partitions.map(\.next)
        )
        try onDisk("write journal mark") { () throws(DiskError) in
            try WholeFile.replace(
                folder.journalMark,
                in: folder.path,
                with: next.bytes,
                disk: disk
            )
        }
        let state = LogState(
            LogState.Content(files: journal.files, partitions: partitions),
            identity: marks.journal.identity,
            cache: cache,
            lock: lock
        )
        return EmbeddedLog(
            journal: Journal(
                settings: settings,
                disk: disk,
                state: state,
                file: active,
                sequence: journal.sequence,
                reserveMs: journal.reserveMs
            ),
            sealer: Sealer(settings: settings, disk: disk, state: state, mark: marks.volumes),
            reader: LogReader(state: state),
            recovered: RecoveredState(journal, isNew: isNew)
        )
    }

    /// Reads everything once, to the last byte of every volume, and writes nothing.
    func check() throws(LogError) -> RecoveredState {
        let marks = try readMarks()
        let volumes = try openVolumes(marks.volumes)
        var journal = JournalRecovery(self, marks, volumes)
        try journal.run(files: try journalFiles(marks))
        for volume in volumes.joined() { try volume.verify() }
        return RecoveredState(journal, isNew: false)
    }

    private func readMarks() throws(LogError) -> (journal: JournalMark, volumes: VolumesMark) {
        let bytes = try onDisk("read marks") { () throws(DiskError) in
            let names = try disk.list(folder.path)
            let journal = try WholeFile.read(folder.journalMark, disk: disk)
            guard names.contains(Folder.volumesMarkName) else { return (journal, [UInt8]?.none) }
            return (journal, try WholeFile.read(folder.volumesMark, disk: disk))
        }
        let journal = try JournalMark.read(bytes.0, file: folder.journalMark)
        guard let volumeBytes = bytes.1 else {
            throw LogError.missing("read marks", folder.volumesMark, "the journal's mark is there")
        }
        let volumes = try VolumesMark.read(volumeBytes, file: folder.volumesMark)
        guard journal.identity == volumes.identity else {
            throw LogError(
                .foreign,
                "read marks",
                at: folder.path,
                hint: "the marks are of the logs \(journal.identity) and \(volumes.identity); "
                    + "restore the folder from one backup"
            )
        }
        let count = Int(settings.partitions.count)
        guard journal.nextOffsets.count == count, volumes.spans.count == count else {
            throw LogError(
                .foreign,
                "read marks",
                at: folder.path,
                hint: "the log has \(journal.nextOffsets.count) partitions, the deployment "
                    + "\(count); the number is fixed when a deployment is created"
            )
        }
        return (journal, volumes)
    }

    /// The journal files that must be read, oldest first; leftovers of roll and seal are removed.
    private func journalFiles(
        _ marks: (journal: JournalMark, volumes: VolumesMark)
    ) throws(LogError) -> [UInt64] {
        let all = names.compactMap(Folder.journalSequence)
        var files: [UInt64] = []
        var leftovers: [String] = names.filter { $0.hasSuffix(Folder.unfinished) }
        for sequence in all.sorted() {
            if sequence < marks.volumes.journalFrom {
                // Sealed: its volumes were checked just now.
                leftovers.append(Folder.journalName(sequence))
            } else if sequence > marks.journal.activeFile {
                guard try isWithoutGroups(sequence) else {
                    throw LogError.missing(
                        "read marks",
                        folder.journalMark,
                        "it is older than \(Folder.journalName(sequence)), which has groups"
                    )
                }
                leftovers.append(Folder.journalName(sequence))
            } else {
                files.append(sequence)
            }
        }
        guard !files.isEmpty else {
            throw LogError.missing(
                "open log",
                folder.journal(marks.journal.activeFile),
                "the marks name this file"
            )
        }
        try remove(leftovers)
        return files
    }

    private func remove(_ leftovers: [String]) throws(LogError) {
        guard let first = leftovers.first else { return }
        guard purpose == .work else { throw unfinished(folder.path + "/" + first) }
        try onDisk("remove leftovers") { () throws(DiskError) in
            // The marks by which they are leftovers may be seen and not yet be durable.
            try disk.syncDirectory(folder.path)
            for name in leftovers { try disk.remove(folder.path + "/" + name) }
            try disk.syncDirectory(folder.path)
        }
    }

    /// The refusal of something that a crash may leave in a log and that no copy has.
    func unfinished(_ place: String) -> LogError {
        LogError(
            .foreign,
            "check log",
            at: place,
            hint: "a copy of a log has nothing unfinished: this is a log that was in use"
        )
    }
}
