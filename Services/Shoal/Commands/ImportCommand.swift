// `shoal import`: files of events and users into a project.

import ArgumentParser
import Basics
import Messages
import Segments

extension FileFormat: ExpressibleByArgument {}

/// Imports files, one after the other.
struct ImportCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            "Import events and users from JSON, CSV or a peer's export; plain, .gz or .zst.",
        discussion: """
            NDJSON: {"event_id": 1, "user_id": "u", "event": "Charged", "ts": \
            "2025-01-02T10:00:00Z", "properties": {"amount": 9.5}} is an event, \
            {"user_id": "u", "properties": {}} a user. CSV: the first row names the columns; \
            user_id, event, ts and event_id are those fields, every other column is a property.

            In every format of JSON the records are lines, or the elements of one list, or of \
            lists named batch, d, events, records or results in objects.

            --format segment: calls after Segment's spec; group and alias are refused. --format \
            mixpanel: the raw event export and profiles; time is taken as UTC, $identify, \
            $create_alias and $merge are refused. --format amplitude: events as exported or \
            uploaded; user_properties change the user at the event's instant. --format \
            clevertap: uploads (type event and profile) and exported events; --event names the \
            event where records do not, --zone is the account's. Objects within become \
            properties such as cart.total; a user without an id counts by the anonymous one.

            The same command after an interruption goes on where it stopped; a line that is in \
            already comes back as a duplicate. Exit code 2: some records were rejected, all \
            others are in.
            """
    )

    @Argument(help: "The files.")
    var files: [String]
    @Option(
        name: .customLong("import-id"),
        help: "Names the import; else the file's name and content."
    )
    var importID: String?
    @Option(help: "ndjson, csv, segment, mixpanel, clevertap or amplitude; else by the name.")
    var format: FileFormat?
    @Flag(help: "All records are users, whatever fields they have.")
    var users = false
    @Option(help: "A CSV column whose cells stay texts, such as postal codes; may be given again.")
    var text: [String] = []
    @Option(help: "CleverTap: the event of lines that name none, as those of Get Events.")
    var event: String?
    @Option(help: "CleverTap: the account's zone, which exported instants are in; else UTC.")
    var zone: String?
    @Option(help: "Write rejected lines here, each with its reason, as NDJSON.")
    var rejects: String?
    @Option(help: "Records in a batch at most.")
    var batch = 5_000
    @Option(name: .customLong("in-flight"), help: "Batches on their way at the same time.")
    var inFlight = 4
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    mutating func validate() throws {
        guard (1...Limits.batchRecords).contains(batch) else {
            throw ValidationError("--batch takes 1 to \(Limits.batchRecords)")
        }
        guard (1...32).contains(inFlight) else {
            throw ValidationError("--in-flight takes 1 to 32")
        }
        guard importID == nil || files.count == 1 else {
            throw ValidationError("--import-id goes with one file; several would share their lines")
        }
        if let importID, importID.isEmpty || importID.utf8.count > 128 {
            throw ValidationError("--import-id takes 1 to 128 bytes")
        }
        guard event == nil && zone == nil || format == .clevertap else {
            throw ValidationError("--event and --zone go with --format clevertap")
        }
        if let zone, Zone(zone) == nil {
            let near = NearestName.nearest(to: zone, in: Zone.known)
            let hint = near.map { "did you mean `\($0)`?" } ?? "write one like Europe/Berlin"
            throw ValidationError("there is no zone \(zone.debugDescription); \(hint)")
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let client = try await suite.ingestion()
        var rejected = 0
        var log = try rejects.map { try RejectsFile(desk.absolute($0), disk: desk.disk) }
        for path in files {
            var work = try FileImport(self, path, desk)
            if let data = suite.data {
                try work.resume(project: project, folder: data)
            }
            let sender = ImportSender(
                client: client,
                project: project,
                importID: work.importID,
                inFlightMax: inFlight,
                clock: desk.clock
            )
            try await work.run(sender, rejects: &log)
            rejected += work.tally.rejected
        }
        try log?.close()
        if rejected > 0 { throw Ending(code: .no) }
    }
}

/// The file of rejected lines.
struct RejectsFile {
    private let file: any DiskFile

    init(_ path: String, disk: any Disk) throws(DiskError) {
        file = try disk.open(path, .create)
    }

    mutating func add(_ line: RejectedLine, of path: String) throws(DiskError) {
        let object = JSONText.object([
            ("file", .text(path)), ("number", .int(line.place.record)),
            ("line", .int(line.place.line)),
            ("field", .text(line.problem.field)), ("message", .text(line.problem.message)),
            ("hint", .optional(line.problem.hint)),
            ("record", .text(String(decoding: line.raw, as: UTF8.self))),
        ])
        try file.append(Array((object.line + "\n").utf8))
    }

    func close() throws(DiskError) { try file.close() }
}
