// The lines of a story that tell ingestion something, held to the limits that ingestion has.

import Basics
import Segments

/// Reads records; what ingestion would refuse for its form is refused here, with its line.
struct StoryRecords {
    /// The zone of instants without an offset.
    let zone: Zone

    func record(_ verb: String, _ subject: Field, _ fields: Fields)
        throws(DefinitionProblem) -> Story.Record
    {
        let ts = try fields["ts"]?.storyInstant(zone)
        let isAnonymous = try fields["anonymous"]?.bool() ?? false
        switch verb {
        case "event":
            return Story.Record(
                user: try fields.needed("user", hint: "say who did it").storyUser(),
                ts: ts,
                body: .event(
                    name: ExactName(try subject.text(upTo: Limits.nameBytes)),
                    id: try fields["id"]?.text(upTo: Limits.eventIDBytes),
                    try properties(fields["properties"]).present
                ),
                isAnonymous: isAnonymous
            )
        case "set":
            let found = try properties(try fields.needed("properties"))
            return Story.Record(
                user: try subject.storyUser(),
                ts: ts,
                body: .profile(set: found.present, unset: found.absent),
                isAnonymous: isAnonymous
            )
        default:
            var names: [ExactName] = []
            for item in try fields.needed("properties").items() {
                names.append(ExactName(try item.text(upTo: Limits.nameBytes)))
            }
            return Story.Record(
                user: try subject.storyUser(),
                ts: ts,
                body: .profile(set: [], unset: names)
            )
        }
    }

    /// What becomes of a list.
    func list(_ subject: Field, _ fields: Fields) throws(DefinitionProblem) -> Story.ListChange {
        let name = try subject.text()
        guard SegmentName.isValid(name) else {
            throw subject.problem(
                .name,
                "a list cannot be named \(Quoted.name(name))",
                hint: SegmentName.rule
            )
        }
        let operations = Story.ListChange.Operation.allCases
        let said = operations.filter { fields[$0.rawValue] != nil }
        guard let operation = said.first, said.count == 1 else {
            throw subject.problem(
                said.isEmpty ? .missingField : .conflictingFields,
                said.isEmpty ? "the line does not say who" : "a line changes a list in one way",
                hint: "write one of " + operations.map(\.rawValue).joined(separator: ", ")
            )
        }
        let users = try fields.needed(operation.rawValue).storyUsers()
        return Story.ListChange(ExactName(name), operation, users)
    }

    /// The properties, and those that are null: left out of an event, taken from a user.
    private func properties(_ field: Field?) throws(DefinitionProblem)
        -> (present: [Story.Property], absent: [ExactName])
    {
        guard let field else { return ([], []) }
        guard case .map(let entries) = field.value else {
            throw field.unexpected("an object of names and values")
        }
        guard entries.count <= Limits.eventProperties else {
            throw field.problem(.tooMany, "more than \(Limits.eventProperties) properties")
        }
        var present: [Story.Property] = []
        var absent: [ExactName] = []
        var names: Set<ExactName> = []
        for entry in entries {
            let place = "\(field.place).\(Quoted.cut(entry.key))"
            let inner = Field(value: entry.value, place: place, line: entry.line ?? field.line)
            guard (1...Limits.nameBytes).contains(entry.key.utf8.count) else {
                throw inner.problem(.name, "a property's name has 1 to \(Limits.nameBytes) bytes")
            }
            let name = ExactName(entry.key)
            guard names.insert(name).inserted else {
                throw inner.problem(.conflictingFields, "the property stands there twice")
            }
            if entry.value == .null {
                absent.append(name)
            } else {
                present.append(Story.Property(name: name, value: try value(inner)))
            }
        }
        return (present, absent)
    }

    private func value(_ field: Field, isInList: Bool = false) throws(DefinitionProblem)
        -> PropertyValue
    {
        switch field.value {
        case .text(let text):
            guard text.utf8.count <= Limits.textValueBytes else {
                throw field.problem(.tooMany, "a text has at most \(Limits.textValueBytes) bytes")
            }
            guard !text.utf8.contains(0) else {
                throw field.problem(.shape, "a text holds no zero byte")
            }
            return .text(text)
        case .bool(let bool): return .bool(bool)
        case .int, .double: return .number(try field.number())
        case .list(let values) where !isInList:
            guard values.count <= Limits.listValues else {
                throw field.problem(.tooMany, "a list has at most \(Limits.listValues) values")
            }
            var list: [PropertyValue] = []
            for item in try field.items() { list.append(try value(item, isInList: true)) }
            return .list(list)
        case .map: return .instant(try field.instant(zone: zone))
        case .list, .null: throw field.unexpected("a text, a number, true or false")
        }
    }
}

extension Field {
    /// RFC 3339, local to the zone without an offset, or milliseconds.
    func storyInstant(_ zone: Zone) throws(DefinitionProblem) -> Timestamp {
        guard case .int(let ms) = value else { return try instant(zone: zone) }
        let instant = Timestamp(ms: ms)
        guard instant.hasText else { throw problem(.shape, "years 1 to 9999 are told") }
        return instant
    }

    /// A user's identifier; a number is taken as its text.
    func storyUser() throws(DefinitionProblem) -> UserID {
        let text: String
        if case .int(let number) = value { text = "\(number)" } else { text = try self.text() }
        guard let user = UserID(text), !text.utf8.contains(0) else {
            throw problem(.name, "a user's identifier has 1 to \(Limits.userIDBytes) bytes")
        }
        return user
    }

    /// A list of users, each once; one alone needs no list.
    func storyUsers() throws(DefinitionProblem) -> [UserID] {
        let fields = try oneOrMore()
        guard fields.count <= Story.usersMax else {
            throw problem(.tooMany, "a line names at most \(Story.usersMax) users")
        }
        var users: [UserID] = []
        for field in fields { users.append(try field.storyUser()) }
        guard Set(users).count == users.count else {
            throw problem(.conflictingFields, "a user stands there twice")
        }
        return users
    }
}
