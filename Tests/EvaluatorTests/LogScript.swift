// A partition's log as a test writes it: records with dense offsets, users numbered as they come.

import Basics
import Messages
import Segments
import Wire

@testable import Evaluator

/// The project that the tests of the evaluator ask about.
let shop = ProjectName("shop") ?? { preconditionFailure("a project's name") }()

/// Writes one partition's log.
struct LogScript {
    /// The log so far.
    private(set) var records: [LogV1.LogRecord] = []
    /// The log time of further records; nil: each a millisecond behind the one before.
    var logTime: Timestamp?
    private var numbers: [ProjectName: [String: UInt32]] = [:]
    private var given: [ProjectName: UInt32] = [:]

    /// The offset of the next record.
    var next: LogOffset { LogOffset(UInt64(records.count)) }

    /// The numbers of a project's users.
    func numbers(of project: ProjectName = shop) -> [String: UInt32] { numbers[project] ?? [:] }

    @discardableResult
    mutating func append(
        _ body: LogV1.LogRecord.Body,
        to project: ProjectName? = shop,
        import importID: String? = nil,
        from origin: LogV1.Origin? = nil
    ) -> LogOffset {
        let offset = next
        records.append(
            LogV1.LogRecord(
                offset: offset.value,
                logTimeMs: logTime?.ms ?? 1_000 + Int64(records.count),
                project: project?.text ?? "",
                body: body,
                importID: importID,
                origin: origin
            )
        )
        return offset
    }

    /// A new owner of the partition's log.
    mutating func tenure(_ epoch: UInt64 = 1) {
        append(.tenure(LogV1.Tenure(epoch: epoch)), to: nil)
    }

    /// The user's number; the first time a record says it.
    @discardableResult
    mutating func user(
        _ id: String,
        of project: ProjectName = shop,
        isAnonymous: Bool = false
    ) -> UInt32 {
        if let number = numbers[project]?[id] { return number }
        let number = given[project, default: 0]
        given[project] = number + 1
        numbers[project, default: [:]][id] = number
        let new = LogV1.NewUser(number: number, userID: id, anonymous: isAnonymous)
        append(.newUser(new), to: project)
        return number
    }

    /// Somebody tells who an anonymous user is.
    @discardableResult
    mutating func known(_ id: String) -> LogOffset {
        let number = user(id)
        return append(.userKnown(LogV1.UserKnown(userNumber: number, userID: id)))
    }

    /// A user is erased, who has a number; whoever has the identifier later is another.
    mutating func erase(_ id: String, of project: ProjectName = shop) {
        guard let number = numbers[project]?.removeValue(forKey: id) else { return }
        append(.erasure(LogV1.Erasure(userNumber: number)), to: project)
    }

    /// The log as it stands once it was rewritten: of who is erased, it tells no more than that.
    var rewritten: LogScript {
        var left = self
        var gone: Set<[String]> = []
        for record in records {
            guard case .erasure(let erasure) = record.body else { continue }
            gone.insert([record.project, "\(erasure.userNumber)"])
        }
        for (place, record) in records.enumerated() {
            let number: UInt32? =
                switch record.body {
                case .newUser(let new): new.number
                case .event(let event): event.userNumber
                case .profile(let change): change.userNumber
                case .listChange(let change): change.userNumber
                case .userKnown(let known): known.userNumber
                default: nil
                }
            guard let number, gone.contains([record.project, "\(number)"]) else { continue }
            if case .newUser = record.body {
                left.records[place].body = .newUser(LogV1.NewUser(number: number))
            } else {
                left.records[place].body = .stub(LogV1.Stub(rewriting: 1))
            }
        }
        return left
    }

    @discardableResult
    mutating func event(
        _ name: String,
        by id: String,
        at: Timestamp,
        of project: ProjectName = shop,
        sequence: UInt64? = nil,
        _ properties: [(name: ExactName, value: PropertyValue)] = []
    ) throws -> LogOffset {
        let number = user(id, of: project)
        return append(
            .event(
                LogV1.Event(
                    userNumber: number,
                    name: name,
                    atMs: at.ms,
                    clientSequence: sequence,
                    properties: try properties.map {
                        try ValueCoding.encode(name: $0.name.text, $0.value)
                    }
                )
            ),
            to: project
        )
    }

    /// Versions of one instant, in one record.
    @discardableResult
    mutating func profile(
        of id: String,
        since: Timestamp?,
        _ values: [(name: ExactName, value: PropertyValue?)]
    ) throws -> LogOffset {
        let number = user(id)
        var change = LogV1.ProfileChange(userNumber: number, atMs: since?.ms)
        for (name, value) in values {
            if let value {
                change.set.append(try ValueCoding.encode(name: name.text, value))
            } else {
                change.unset.append(name.text)
            }
        }
        return append(.profile(change))
    }

    /// That a user came on a list or went off it.
    @discardableResult
    mutating func list(_ name: ExactName, _ isOn: Bool, of id: String, at: Timestamp) -> LogOffset {
        let number = user(id)
        let change = LogV1.ListChange(
            userNumber: number,
            list: name.text,
            listed: isOn,
            atMs: at.ms
        )
        return append(.listChange(change))
    }

    @discardableResult
    mutating func segment(
        _ name: String,
        _ definition: Definition,
        revision: UInt64,
        version: UInt32 = 1,
        archived: Bool = false,
        of project: ProjectName = shop
    ) throws -> LogOffset {
        try put(
            SegmentV1.SegmentDocument(
                name: name,
                definition: try DefinitionCoding.encode(definition),
                version: version,
                archived: archived
            ),
            revision: revision,
            of: project
        )
    }

    /// A live segment of the shop's.
    @discardableResult
    mutating func segment(
        _ name: String,
        live: LiveDefinition,
        revision: UInt64,
        version: UInt32 = 1,
        archived: Bool = false,
        quarantined: [UInt32] = []
    ) throws -> LogOffset {
        let live = try LiveCoding.encode(live)
        return try put(
            .init(
                name: name,
                version: version,
                archived: archived,
                live: live,
                quarantined: quarantined.map { SegmentV1.QuarantinedVersion(version: $0) }
            ),
            revision: revision,
            of: shop
        )
    }

    private mutating func put(
        _ document: SegmentV1.SegmentDocument,
        revision: UInt64,
        of project: ProjectName
    ) throws -> LogOffset {
        append(
            .catalogue(
                LogV1.CatalogueChange(
                    revision: revision,
                    kind: Catalogue.segmentKind,
                    name: document.name,
                    body: try document.encode()
                )
            ),
            to: project
        )
    }
}
