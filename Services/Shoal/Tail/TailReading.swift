// What a tail shows of the log: records become lines, users get their names back, filters apply.

import Basics
import Messages
import Wire

/// A record as a person reads it.
struct TailLine: Sendable, Hashable {
    /// When it happened; nil: from the beginning of time (an imported profile).
    let at: Timestamp?
    /// Nil: its name was forgotten among too many.
    let user: String?
    /// The user's number in its partition.
    let number: UInt32
    /// The event's name; nil: a change of the user's profile.
    let event: String?
    let eventID: String?
    /// Values that were given; nil: the property was taken away.
    let properties: [Property]
    /// Where it stands in the log.
    let partition: UInt32
    let offset: UInt64
    /// When the log took it in: the order of lines.
    let logTimeMs: Int64

    /// A property and its value.
    struct Property: Sendable, Hashable {
        let name: String
        let value: PropertyValue?
    }

    /// Where the line stands among those of all partitions.
    var place: (Int64, UInt32, UInt64) { (logTimeMs, partition, offset) }

    /// The line for people.
    var text: String {
        let values = properties.map { "\($0.name)=\($0.value?.description ?? "–")" }
        let user = user ?? "(user \(number) of partition \(partition))"
        let words = [at?.rfc3339 ?? "ever", user, event ?? "(profile)"] + values
        return PlainText.line(words.joined(separator: "  "))
    }

    /// The same for programs.
    var json: JSONText {
        .object([
            ("at", .optional(at?.rfc3339)), ("user_id", .optional(user)),
            ("event", .optional(event)), ("event_id", .optional(eventID)),
            ("properties", .object(properties.map { ($0.name, JSONText($0.value)) })),
            ("partition", .int(Int(partition))), ("user_number", .int(Int(number))),
            ("offset", .unsigned(offset)),
        ])
    }
}

/// Which lines are wanted.
struct TailFilter: Sendable, Hashable {
    /// Of these events; empty: of any.
    var events: Set<String> = []
    /// Of this user; nil: of any.
    var user: String?
    /// With these values, as they are shown.
    var values: [String: String] = [:]
    /// That happened at this instant or later.
    var since: Timestamp?
    /// Also changes of profiles.
    var hasProfiles = false

    func accepts(_ line: TailLine) -> Bool {
        guard line.event.map({ events.isEmpty || events.contains($0) }) ?? hasProfiles,
            user.map({ $0 == line.user }) ?? true
        else { return false }
        if let since, line.at.map({ $0 < since }) ?? true { return false }
        return values.allSatisfy { name, value in
            line.properties.contains { $0.name == name && $0.value?.description == value }
        }
    }
}

/// Reads one project's records in log order, partition by partition.
///
/// Records name users by number, so a reading begins at the start of each log: only there does it
/// learn every name.
struct TailReading: Sendable {
    private let project: ProjectName
    private let user: String?
    private var names: RememberedNames

    /// - Parameter user: the only one whose lines are wanted; nil: those of all.
    init(_ project: ProjectName, user: String? = nil, names: RememberedNames = RememberedNames()) {
        self.project = project
        self.user = user
        self.names = names
    }

    /// The line of a record; nil for other projects and users and for records that are no line.
    ///
    /// - Throws: when a value cannot be understood, or its user was never told.
    mutating func line(_ record: LogV1.LogRecord, of partition: UInt32) throws -> TailLine? {
        // What was moved with a merge did not come in just now.
        guard record.project == project.text, record.origin?.offset == nil else { return nil }
        switch record.body {
        case .newUser(let new):
            guard user.map({ $0 == new.userID }) ?? true else { return nil }
            names.learn(new.userID, of: .init(partition: partition, number: new.number))
            return nil
        case .event(let event):
            let name = try name(event.userNumber, partition, record.offset)
            guard name != nil || user == nil else { return nil }
            return TailLine(
                at: Timestamp(ms: event.atMs),
                user: name,
                number: event.userNumber,
                event: event.name,
                eventID: event.eventID,
                properties: try event.properties.map(Self.property),
                partition: partition,
                offset: record.offset,
                logTimeMs: record.logTimeMs
            )
        case .profile(let profile):
            let name = try name(profile.userNumber, partition, record.offset)
            guard name != nil || user == nil else { return nil }
            let unset = profile.unset.map { TailLine.Property(name: $0, value: nil) }
            return TailLine(
                at: profile.atMs.map(Timestamp.init(ms:)),
                user: name,
                number: profile.userNumber,
                event: nil,
                eventID: nil,
                properties: try profile.set.map(Self.property) + unset,
                partition: partition,
                offset: record.offset,
                logTimeMs: record.logTimeMs
            )
        default: return nil
        }
    }

    /// The user's name; nil when it is not of the one user wanted, or was forgotten.
    private mutating func name(
        _ number: UInt32,
        _ partition: UInt32,
        _ offset: UInt64
    ) throws(CommandError) -> String? {
        let name = names.name(of: .init(partition: partition, number: number))
        guard name != nil || user != nil || names.hasForgotten else {
            throw CommandError(
                .badData,
                "read log",
                "a record names user \(number), whom the log has not told",
                place: "partition \(partition), offset \(offset)",
                hint: "ingestion's log is damaged, or of a newer version"
            )
        }
        return name
    }

    private static func property(_ sent: LogV1.Property) throws -> TailLine.Property {
        let (name, value) = try ValueCoding.decode(sent)
        return TailLine.Property(name: name, value: value)
    }
}
