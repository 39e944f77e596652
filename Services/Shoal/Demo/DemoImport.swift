// The demo's data on their way in, through the same sender as files.

import Basics
import Messages

/// Sends the users and events of one made-up app.
struct DemoImport {
    private static let recordsMax = 5_000
    private static let inFlightMax = 4

    private(set) var truth: DemoTruth
    private(set) var tally = ImportTally()
    private var stream: DemoStream
    private let idTail: String

    init(_ app: DemoApp, users: Int, events: Int, seed: UInt64) {
        stream = DemoStream(app, users: users, events: events, seed: seed)
        truth = DemoTruth(stream)
        idTail = "\(seed)-\(users)-\(events)"
    }

    /// Users and events together.
    var whole: Int { stream.people.all.count + stream.count }

    /// Sends everything; `show` hears how many records are in.
    mutating func run(
        _ client: IngestionV1_IngestionClient,
        clock: any Clock,
        show: (Int) -> Void
    ) async throws {
        guard let project = ProjectName(stream.app.rawValue) else {
            preconditionFailure("an app's name is a project's name")
        }
        func sender(_ part: String) -> ImportSender {
            ImportSender(
                client: client,
                project: project,
                importID: "demo-\(stream.app.rawValue)-\(part)-\(idTail)",
                inFlightMax: Self.inFlightMax,
                clock: clock
            )
        }
        let people = stream.people.all
        var next: Int32 = 0
        try await send(sender("users"), show) {
            guard Int(next) < people.count else { return nil }
            defer { next += 1 }
            return people[Int(next)].record(next)
        }
        var source = stream
        var seen = truth
        var day: [DemoEvent] = []
        var at = 0
        try await send(sender("events"), show) {
            while at == day.count {
                guard let more = source.nextDay() else { return nil }
                day = more
                at = 0
            }
            defer { at += 1 }
            seen.take(day[at])
            return source.record(day[at])
        }
        truth = seen
    }

    private mutating func send(
        _ sender: ImportSender,
        _ show: (Int) -> Void,
        _ next: () -> IngestionV1.TrackRecord?
    ) async throws {
        var batcher = Batcher(recordsMax: Self.recordsMax)
        var number: UInt64 = 0
        try await sender.run {
            try batcher.batch {
                guard let record = next() else { return nil }
                number += 1
                return SourceRecord(
                    number: number,
                    place: RecordPlace(record: Int(clamping: number), line: Int(clamping: number)),
                    content: .record(record)
                )
            }
        } settle: { outcome in
            tally.add(outcome)
            show(tally.records)
            if let first = outcome.rejected.first {
                throw CommandError(
                    .internalError,
                    "demo",
                    "a made-up record was rejected: \(first.problem.message)",
                    place: first.problem.field,
                    hint: first.problem.hint ?? ""
                )
            }
        }
    }
}
