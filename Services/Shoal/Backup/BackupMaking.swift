// Makes a backup of a running suite: copies begun in order, read in turn, and then the page.

import Basics
import Chassis
import Messages

/// One backup in the making.
struct BackupMaking {
    let folder: BackupFolder
    let desk: Desk
    private var chance: SeededRandom
    private var progress: ProgressPrinter
    private let beganNs: UInt64

    init(_ folder: BackupFolder, _ desk: Desk) {
        self.folder = folder
        self.desk = desk
        beganNs = desk.clock.monotonicNs
        chance = SeededRandom(seed: desk.outside.seed ^ beganNs)
        progress = ProgressPrinter(desk)
    }

    /// Copies everything; the folder is a backup when this returns.
    mutating func run(_ sources: BackupSources, of suite: Suite) async throws -> BackupManifest {
        var begun: [(source: BackupSources.Source, stream: CopyStream)] = []
        do {
            for source in sources.inOrder {
                if let stream = try await begin(source, of: suite) {
                    begun.append((source, stream))
                }
            }
            var members: [BackupManifest.Member] = []
            var files: [BackupManifest.File] = []
            // The small copies first: the registry's holds disk space while it waits.
            for (source, stream) in begun.reversed() {
                let (member, written) = try await read(stream, into: source.folder)
                members.insert(member, at: 0)
                files = written + files
            }
            progress.end()
            let manifest = BackupManifest(shoal: Chassis.version, members: members, files: files)
            try check(manifest)
            try folder.complete(manifest)
            return manifest
        } catch {
            progress.end()
            for (_, stream) in begun { await stream.end() }
            throw error
        }
    }

    private mutating func begin(_ source: BackupSources.Source, of suite: Suite) async throws
        -> CopyStream?
    {
        let caller = try source.address.map { try suite.caller(at: $0) } ?? suite.registryAdmin()
        var stream = CopyStream(source.folder, caller, chance: &chance)
        do {
            _ = try await stream.begin()
            return stream
        } catch let error where !source.isNeeded {
            desk.say(
                "\(source.folder) is left out: \(CommandError(error, "backup").what); "
                    + "it will get a new identity when the backup is restored"
            )
            return nil
        }
    }

    private mutating func read(_ begun: CopyStream, into name: String) async throws
        -> (BackupManifest.Member, [BackupManifest.File])
    {
        var stream = begun
        guard let summary = stream.summary else { preconditionFailure("it was begun") }
        var writer = CopyWriter(name, in: folder.path, disk: desk.disk)
        while let pieces = try await stream.next() {
            for piece in pieces { try writer.take(piece) }
            show(writer, of: summary)
        }
        try writer.finish(summary)
        await stream.end()
        return (BackupManifest.Member(summary, folder: name), writer.files)
    }

    /// A backup is complete only when its log opens.
    private func check(_ manifest: BackupManifest) throws {
        let damage =
            try manifest.discord.map { BackupCheck.Damage(place: folder.path, what: $0) }
            ?? BackupCheck(folder: folder).checkLog(manifest)
        guard let damage else { return }
        throw CommandError(
            .badData,
            "backup",
            "what was copied is not whole: \(damage.what)",
            place: damage.place,
            hint: "remove the folder and try again; if it happens again, look at the log's disk"
        )
    }

    private mutating func show(_ writer: CopyWriter, of summary: AdminV1.BackupSummary) {
        progress.show(
            ProgressLine(
                title: writer.folder,
                done: writer.byteCount,
                whole: Int(clamping: summary.totalBytes),
                count: writer.files.count,
                countedHere: writer.files.count,
                seconds: Double(desk.clock.monotonicNs - beganNs) / 1e9
            )
        )
    }
}

extension BackupManifest.Member {
    /// What a service said of its copy.
    init(_ summary: AdminV1.BackupSummary, folder: String) {
        self.init(
            service: summary.service,
            folder: folder,
            instance: InstanceID(bytes: summary.instanceID ?? [])?.hex ?? "",
            at: Timestamp(ms: summary.takenAtMs).rfc3339,
            positions: summary.positions.map {
                BackupManifest.Position(next: $0.nextOffset, completeToMs: $0.watermarkMs)
            },
            projects: summary.projects.map {
                BackupManifest.Project(name: $0.name, revision: $0.catalogueRevision)
            }
        )
    }
}
