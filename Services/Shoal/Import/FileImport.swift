// One file's way in: read, sent, shown, told.

import Basics
import Messages
import Segments

/// The import of one file.
struct FileImport {
    private static let saveEveryNs: UInt64 = 1_000_000_000

    let importID: String
    private(set) var tally = ImportTally()
    private let path: String
    private let file: InputFile
    private let desk: Desk
    private let recordsMax: Int
    private var settings: SourceSettings
    private var state: ImportState?
    private var stateFile: ImportStateFile?

    /// Opens the file of an import command.
    init(_ command: ImportCommand, _ path: String, _ desk: Desk) throws {
        self.path = path
        self.desk = desk
        recordsMax = command.batch
        file = try InputFile(desk.absolute(path), disk: desk.disk)
        importID = command.importID ?? file.importID
        settings = SourceSettings(format: try command.format ?? Self.format(path))
        settings.kind = command.users ? .users : .told
        settings.texts = command.text
        settings.keepsRaw = command.rejects != nil
        guard command.text.isEmpty || settings.format == .csv else {
            throw CommandError(
                .usage,
                "import",
                "--text is about columns of CSV",
                place: path,
                hint: "in NDJSON a text stands in quotes"
            )
        }
        guard !command.users || [.ndjson, .csv].contains(settings.format) else {
            throw CommandError(
                .usage,
                "import",
                "--users is about NDJSON and CSV",
                place: path,
                hint: "a line of \(settings.format.rawValue) says itself whether it is a user"
            )
        }
        settings.event = command.event
        settings.zone = command.zone.flatMap { Zone($0) } ?? .utc
    }

    /// The format that a file's name tells.
    static func format(_ path: String) throws(CommandError) -> FileFormat {
        var name = path.lowercased()
        for ending in [".gz", ".zst", ".zstd"] where name.hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        if [".ndjson", ".jsonl", ".json"].contains(where: name.hasSuffix) { return .ndjson }
        if name.hasSuffix(".csv") { return .csv }
        throw CommandError(
            .usage,
            "import",
            "the file's name does not tell its format",
            place: path,
            hint: "give --format " + FileFormat.allCases.map(\.rawValue).joined(separator: "|")
        )
    }

    /// Goes on where an earlier start of the same import stopped.
    mutating func resume(project: ProjectName, folder: String) throws {
        let keeper = ImportStateFile(
            folder: folder,
            project: project,
            importID: importID,
            disk: desk.disk
        )
        stateFile = keeper
        if let known = try keeper.load(project: project, importID: importID) {
            state = known
            tally = known.tally
            settings.skipThrough = known.through
            desk.say("\(path): going on behind record \(Quantity.count(known.through))")
        } else {
            state = ImportState(project: project.text, importID: importID, file: path)
        }
    }

    /// Sends everything and tells what became of it.
    mutating func run(_ sender: ImportSender, rejects: inout RejectsFile?) async throws {
        let clock = desk.clock
        let startNs = clock.monotonicNs
        let before = tally.records
        let file = file
        var source = RecordSource(settings) { try file.next() }
        var batcher = Batcher(recordsMax: recordsMax)
        var progress = ProgressPrinter(desk)
        var savedNs = startNs
        var bytesRead = 0
        do {
            try await sender.run {
                var batch = try batcher.batch { try source.next() }
                batch?.bytesRead = file.bytesRead
                return batch
            } settle: { outcome in
                tally.add(outcome)
                bytesRead = outcome.bytesRead
                for line in outcome.rejected { try rejects?.add(line, of: path) }
                let now = clock.monotonicNs
                progress.show(line(bytesRead, since: startNs, now, from: before))
                if now - savedNs > Self.saveEveryNs {
                    savedNs = now
                    try save()
                }
            }
        } catch {
            progress.end()
            try save()
            if !desk.isJSON, tally.records > 0 {
                desk.say(
                    "\(path): stopped behind \(Quantity.count(tally.records)) records; "
                        + "accepted \(Quantity.count(tally.accepted))"
                )
            }
            throw located(error)
        }
        progress.end()
        try stateFile?.remove()
        tell(seconds: Double(clock.monotonicNs - startNs) / 1e9, from: before)
    }

    private mutating func save() throws {
        guard var state else { return }
        state.take(tally)
        try stateFile?.save(state)
        self.state = state
    }

    /// An error with the file's name in its place.
    private func located(_ error: any Error) -> CommandError {
        var known = CommandError(error, "import")
        if !known.place.contains(path) {
            known.place = known.place.isEmpty ? path : "\(path): \(known.place)"
        }
        return known
    }

    private func line(
        _ bytesRead: Int,
        since startNs: UInt64,
        _ nowNs: UInt64,
        from before: Int
    ) -> ProgressLine {
        ProgressLine(
            title: path.split(separator: "/").last.map(String.init) ?? path,
            done: bytesRead,
            whole: file.size,
            count: tally.records,
            countedHere: tally.records - before,
            seconds: Double(nowNs - startNs) / 1e9
        )
    }

    private func tell(seconds: Double, from before: Int) {
        let rate = seconds > 0 ? Double(tally.records - before) / seconds : 0
        if desk.isJSON {
            desk.print(json(seconds: seconds, rate: rate))
            desk.flush()
            return
        }
        desk.print(
            "\(path): \(Quantity.count(tally.records)) records in "
                + "\(Quantity.duration(seconds: seconds)) (\(Quantity.rate(rate)))"
        )
        desk.print(
            "  accepted \(Quantity.count(tally.accepted)), duplicates "
                + "\(Quantity.count(tally.duplicates)), rejected \(Quantity.count(tally.rejected))"
        )
        for reason in tally.reasons {
            let field = reason.problem.field.isEmpty ? "" : " \(reason.problem.field):"
            let hint = reason.problem.hint.map { " (\($0))" } ?? ""
            desk.print(
                "  \(reason.place):" + PlainText.line("\(field) \(reason.problem.message)\(hint)")
            )
        }
        if tally.rejected > tally.reasons.count {
            desk.print("  and \(Quantity.count(tally.rejected - tally.reasons.count)) more")
        }
        desk.flush()
    }

    private func json(seconds: Double, rate: Double) -> JSONText {
        let reasons = tally.reasons.map { reason in
            JSONText.object([
                ("record", .int(reason.place.record)), ("line", .int(reason.place.line)),
                ("field", .text(reason.problem.field)),
                ("message", .text(reason.problem.message)),
                ("hint", .optional(reason.problem.hint)),
            ])
        }
        return .object([
            ("file", .text(path)), ("import_id", .text(importID)),
            ("records", .int(tally.records)), ("accepted", .int(tally.accepted)),
            ("duplicates", .int(tally.duplicates)), ("rejected", .int(tally.rejected)),
            ("seconds", .double((seconds * 1000).rounded() / 1000)),
            ("records_per_second", .int(Int(rate.rounded()))), ("bytes", .int(file.size)),
            ("reasons", .list(reasons)),
        ])
    }
}
