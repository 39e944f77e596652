// Reads the journal files that are not sealed, and makes the last one ready for more.

import Basics

/// What reading the journal files has found so far.
struct JournalRecovery {
    private let recovery: Recovery
    private let mark: JournalMark
    private let journalFrom: UInt64
    var identity: InstanceID { mark.identity }
    private(set) var partitions: [PartitionIndex]
    private(set) var files: [FileIndex] = []
    /// The sequence the next group must have.
    private(set) var sequence: UInt64
    private(set) var reserveMs: Int64
    private(set) var tornTail: TornTail?
    private(set) var groups = 0
    private(set) var records = 0
    private var lastGroup: (place: GroupPlace, bytes: [UInt8])?
    private var position = Format.journalHeaderBytes

    init(
        _ recovery: Recovery,
        _ marks: (journal: JournalMark, volumes: VolumesMark),
        _ volumes: [[VolumeReader]]
    ) {
        self.recovery = recovery
        mark = marks.journal
        journalFrom = marks.volumes.journalFrom
        sequence = marks.volumes.journalFrom
        reserveMs = marks.journal.reserveMs
        partitions = zip(marks.volumes.spans, volumes).map { span, volumes in
            PartitionIndex(
                first: span.first,
                next: span.next,
                lastTimeMs: volumes.last?.lastTimeMs ?? .min,
                watermarkMs: .min,
                floorMs: .min,
                volumes: volumes.map {
                    OpenVolume(reader: $0, number: recovery.cache.newSource())
                }
            )
        }
    }

    /// Reads the files, oldest first, and checks the end against the mark.
    mutating func run(files names: [UInt64]) throws(LogError) {
        for (index, first) in names.enumerated() {
            // A file's name is the sequence it begins with, so a missing file is a gap here.
            guard first == sequence else {
                throw LogError.missing(
                    "recover journal",
                    recovery.folder.journal(sequence),
                    "the next journal file begins at \(first)"
                )
            }
            try read(first, isLast: index == names.count - 1)
        }
        guard names.last == mark.activeFile else {
            throw LogError.missing(
                "recover journal",
                recovery.folder.journal(mark.activeFile),
                "the mark names this file"
            )
        }
        try checkMark()
    }

    private mutating func read(_ first: UInt64, isLast: Bool) throws(LogError) {
        let path = recovery.folder.journal(first)
        var scan = try JournalScan(path: path, disk: recovery.disk)
        let expected = JournalHeader(
            partitions: UInt16(partitions.count),
            identity: mark.identity,
            firstSequence: first
        )
        guard scan.header == expected else {
            throw LogError(
                .foreign,
                "recover journal",
                at: path,
                hint: "its header is of log \(scan.header.identity), sequence "
                    + "\(scan.header.firstSequence); restore the folder from one backup"
            )
        }
        let source = try JournalSource.open(path, header: expected, disk: recovery.disk)
        files.append(
            FileIndex(
                source: source,
                number: recovery.cache.newSource(),
                partitions: partitions.count
            )
        )
        lastGroup = nil
        while let group = try scan.next(sequence: sequence) {
            try take(group, path)
            sequence += 1
            lastGroup = (group.place, group.bytes)
        }
        position = scan.position
        try checkEnd(scan, isLast: isLast)
    }

    private mutating func take(_ group: JournalScan.Group, _ path: String) throws(LogError) {
        for run in group.runs {
            let index = Int(run.partition)
            guard index < partitions.count, run.firstOffset == partitions[index].next else {
                throw LogError.corrupt(
                    "recover journal",
                    path,
                    byte: Int(group.place.position),
                    "partition \(index) goes on at offset \(run.firstOffset), not where it ended"
                )
            }
            guard run.firstTimeMs >= partitions[index].lastTimeMs else {
                throw LogError.corrupt(
                    "recover journal",
                    path,
                    byte: Int(group.place.position),
                    "log time goes back in partition \(index)"
                )
            }
            let (next, overflow) = run.firstOffset.addingReportingOverflow(UInt64(run.count))
            guard !overflow else {
                throw LogError.corrupt(
                    "recover journal",
                    path,
                    byte: Int(group.place.position),
                    "offsets run over"
                )
            }
            partitions[index].next = next
            partitions[index].lastTimeMs = run.lastTimeMs
            records += Int(run.count)
        }
        // What the mark knows of is in its reserve, which a clean stop has ended early.
        if sequence >= mark.nextSequence { reserveMs = max(reserveMs, group.head.reserveMs) }
        groups += 1
        files[files.count - 1].add(group.place, group.runs)
    }

    /// Decides what the bytes behind the last whole group are.
    private mutating func checkEnd(_ scan: JournalScan, isLast: Bool) throws(LogError) {
        switch try scan.stop(sequence: sequence) {
        case .end:
            if scan.size > scan.position, isLast { try cut(scan, isTorn: false) }
        case .torn where isLast && sequence >= mark.nextSequence:
            try cut(scan, isTorn: true)
        case .torn, .damaged:
            throw LogError.corrupt(
                "recover journal",
                scan.path,
                byte: scan.position,
                "group \(sequence) is not what was written, and it had been made durable"
            )
        }
    }

    private mutating func cut(_ scan: JournalScan, isTorn: Bool) throws(LogError) {
        guard recovery.purpose == .work else {
            throw recovery.unfinished("\(scan.path) byte \(scan.position)")
        }
        if isTorn {
            tornTail = TornTail(
                file: scan.path,
                offset: scan.position,
                bytesCut: scan.size - scan.position
            )
        }
        let position = scan.position
        try onDisk("cut journal") { () throws(DiskError) in
            let file = try recovery.disk.open(scan.path, .append)
            try file.truncate(to: position)
            try file.sync()
            try file.close()
        }
    }

    /// Nothing that the mark says was durable may be missing.
    private func checkMark() throws(LogError) {
        let path = recovery.folder.journal(mark.activeFile)
        guard sequence >= mark.nextSequence else {
            throw LogError.missing(
                "recover journal",
                path,
                "it ends before group \(sequence), the mark knows \(mark.nextSequence - 1)"
            )
        }
        for (index, next) in mark.nextOffsets.enumerated() where partitions[index].next < next {
            throw LogError.missing(
                "recover journal",
                path,
                "partition \(index) ends at \(partitions[index].next), the mark knows \(next)"
            )
        }
    }

    /// Opens the last file for more groups.
    ///
    /// Its last group may have been written without a successful sync by a process that then
    /// stopped: the kernel shows it from memory and may have given up writing it. So it is written
    /// and synced again before anybody believes it.
    func resume() throws(LogError) -> JournalFile {
        guard let last = files.last else {
            throw LogError.missing("recover journal", recovery.folder.path, "no journal file")
        }
        let settings = recovery.settings
        return try onDisk("resume journal") { () throws(DiskError) in
            let file = try recovery.disk.open(last.source.path, .append)
            if settings.preallocates {
                try file.preallocate(bytes: max(settings.journalFileBytes, position))
            }
            if let group = lastGroup {
                try file.write(group.bytes, at: Int(group.place.position))
            } else {
                try file.write(last.source.header.bytes, at: 0)
            }
            try file.sync()
            return JournalFile(source: last.source, file: file, position: position)
        }
    }
}
