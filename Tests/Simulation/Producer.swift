// A backend that sends what its users do, and sends it again until it is told what became of it.

import Basics
import Messages
import Segments
import Wire

/// Sends batches of its own users' records one after the other, so that each user's events are in
/// the log in the order in which they were sent.
final class Producer: Node {
    /// Users of all producers together.
    static let usersMax = 9
    /// Identifiers of whom nobody knows who it is.
    static let devices = (0..<4).map { "device-\($0)" }

    /// A property of users that is an instant.
    static let renewal = "renewal"

    /// The instants of page views are multiples of it, so that pauses end to the millisecond.
    ///
    /// Unit: ms.
    static let gridMs: Int64 = 1_000

    private let users: [String]
    private var random: SeededRandom
    /// Records that were sent before, which may be sent again under their ids.
    private var old: [IngestionV1.TrackRecord] = []
    private var isBusy = false

    init(_ number: Int, of count: Int, on stage: Simulation) {
        let all = (0..<Self.usersMax).map { "user-\($0)" } + Self.devices
        users = all.indices.filter { $0 % count == number }.map { all[$0] }
        random = stage.chance()
        super.init("producer-\(number)", on: stage)
    }

    override var isDone: Bool { !isBusy }

    override func begin() async throws { plan() }

    override func finish() throws {
        if isBusy { throw Broken(.liveness, "\(name) still waits for an answer") }
    }

    private func plan() {
        after(ms: 20 + UInt64(random.below(250))) { [self] in
            guard !stage.isHealing else { return }
            var records = (0..<1 + random.below(4)).map { _ in record() }
            if random.chance(0.15), let again = old.randomElement(using: &random) {
                records.append(again)
            }
            isBusy = true
            try send(IngestionV1.TrackRequest(records: records))
        }
    }

    private func record() -> IngestionV1.TrackRecord {
        let user = users[random.below(users.count)]
        let isAnonymous = Self.devices.contains(user)
        if random.chance(0.2) {
            let plan = ["free", "pro", "team"][random.below(3)]
            let renewalMs = clock.now.ms + Int64(random.below(18_000)) - 3_000
            var record =
                random.chance(0.5)
                ? IngestionV1.TrackRecord.profile(of: user, "plan", .text(plan))
                : .profile(of: user, Producer.renewal, .instantMs(renewalMs))
            record.anonymous = isAnonymous
            return record
        }
        let number = stage.judge.expect(from: name)
        let name = ["View", "View", "Cart", "Buy", PageTrigger.event.text][random.below(5)]
        var at = random.chance(0.15) ? clock.now - Int64(random.below(20_000)) : nil
        if name == PageTrigger.event.text {
            let ms = (at ?? clock.now).ms
            at = Timestamp(ms: ms - ms % Self.gridMs)
        }
        var record = IngestionV1.TrackRecord.event(of: user, name, number, at: at)
        record.anonymous = isAnonymous
        old.append(record)
        return record
    }

    private func send(
        _ request: IngestionV1.TrackRequest,
        id: [UInt8]? = nil,
        attempt: UInt32 = 0
    ) throws {
        var options = CallOptions(timeoutMs: 1_000, project: Simulation.project)
        options.requestID = id ?? stage.identifier()
        let method = IngestionV1_IngestionMethods.track
        try call("ingestion", method, request, options, attempt: min(attempt, 99)) {
            [self] answer in
            switch answer {
            case .success(let reply):
                let told: IngestionV1.TrackResponse = try reply.response()
                try stage.judge.acked(request.records, told.verdicts)
                isBusy = false
                plan()
            case .failure:
                let pauseMs = 50 + UInt64(random.below(400))
                after(ms: pauseMs) { [self] in
                    try send(request, id: options.requestID, attempt: attempt + 1)
                }
            }
        }
    }
}

/// Sends history under the lines of imports, takes some of it back, and changes a list.
final class Importer: Petitioner {
    private var number = 0

    init(on stage: Simulation) { super.init("importer", on: stage) }

    override func pauseMs() -> UInt64 { 500 + UInt64(random.below(4_000)) }

    override func next() throws {
        if random.chance(0.4) {
            try changeList()
        } else if number > 0, random.chance(0.4) {
            try undo("import-\(random.below(number))")
        } else {
            number += 1
            try send("import-\(number - 1)")
        }
    }

    /// It was taken back, or never came.
    override func isAnswer(_ fault: Fault) -> Bool {
        [.failedPrecondition, .notFound].contains(fault.code)
    }

    private func send(_ id: String) throws {
        let records = (0..<1 + random.below(6)).map { _ in
            IngestionV1.TrackRecord.event(
                of: "user-\(random.below(Producer.usersMax + 2))",
                ["View", "Buy"][random.below(2)],
                stage.judge.expect(from: id),
                at: clock.now - Int64(random.below(60_000)),
                hasID: false
            )
        }
        try ask(
            IngestionV1_IngestionMethods.import,
            IngestionV1.ImportRequest(importID: id, firstLine: 1, records: records)
        ) { [self] reply in
            let told: IngestionV1.ImportResponse = try reply.response()
            if told.rejected == 0 { stage.judge.acked(records) }
        }
    }

    private func changeList() throws {
        let users = (0..<1 + random.below(3)).map { _ in
            "user-\(random.below(Producer.usersMax))"
        }
        let request = IngestionV1.ChangeListRequest(
            list: "vip",
            operation: random.chance(0.6) ? .add : .remove,
            userIDs: Array(Set(users)).sorted()
        )
        try ask(IngestionV1_IngestionMethods.changeList, request) { _ in }
    }

    private func undo(_ id: String) throws {
        try ask(
            IngestionV1_IngestionMethods.undoImport,
            IngestionV1.UndoImportRequest(importID: id)
        ) { _ in }
    }
}

extension IngestionV1.TrackRecord {
    /// An event that carries its number as a property, so that it is known wherever it stands.
    static func event(
        of user: String,
        _ name: String,
        _ number: UInt64,
        at: Timestamp? = nil,
        hasID: Bool = true
    ) -> Self {
        // From the number alone, so that they are the same wherever the event is made.
        let dueMs = Simulation.start.ms + Int64(number % 17) * 1_000 + Int64(number % 7) * 137
        var properties: [(name: String, value: LogV1.Value.Kind)] = [
            (Judge.number, .number(Double(number))), ("due", .instantMs(dueMs)),
        ]
        if name == PageTrigger.event.text {
            properties.append(("path", .text(number % 2 == 0 ? "/pricing" : "/")))
            properties.append(("referrer", .text(number % 3 == 0 ? "ad" : "mail")))
        }
        return Self(
            userID: user,
            kind: .event(
                IngestionV1.TrackedEvent(
                    name: name,
                    occurredAtMs: at?.ms,
                    eventID: hasID ? "event-\(number)" : nil,
                    properties: properties.map {
                        LogV1.Property(name: $0.name, value: LogV1.Value(kind: $0.value))
                    }
                )
            )
        )
    }

    static func profile(of user: String, _ property: String, _ value: LogV1.Value.Kind) -> Self {
        let set = [LogV1.Property(name: property, value: LogV1.Value(kind: value))]
        return Self(userID: user, kind: .profile(IngestionV1.TrackedProfile(set: set)))
    }
}
