// Reads the lines of a story (parsed elsewhere) into steps. A line is one object:
//
//     {"at": INSTANT, "define": NAME, "as": DEFINITION}      a document, or a condition alone; a
//                             live segment's second one takes the place of its first
//     {"at": INSTANT, "archive": NAME}
//     {"at": INSTANT, "event": NAME, "user": ID, "ts": INSTANT?, "id": TEXT?, "properties": {…}?}
//     {"at": INSTANT, "set": ID, "properties": {…}, "ts": INSTANT?}     null takes a value away;
//                             both with "anonymous": true of whom nobody knows yet
//     {"at": INSTANT, "unset": ID, "properties": [NAME…], "ts": INSTANT?}
//     {"at": INSTANT, "list": NAME, "add": [ID…]}            or "remove", or "replace"
//     {"at": INSTANT, "restart": "registry" | "ingestion" | "evaluator"}
//     {"at": INSTANT, "timezone": ZONE}                      before everything else
//     {"at": INSTANT, "identify": ANONYMOUS, "as": ID}    {"at": INSTANT, "unmerge": ANONYMOUS}
//     {"at": INSTANT, "check": NAME, "in": [ID…]?, "out": [ID…]?, "exactly": [ID…]?, "count": N?}
//     {"at": INSTANT, "feed": [{"segment": NAME, "user": ID, "kind": KIND, "at": INSTANT}…]}
//                             KIND: entered, left, retracted, corrected (of who became
//                             another), erased; all since the last such line
//                             (behind it, or a `check` of a live segment, its instant has passed:
//                             nothing more happens at it)
//     {"at": INSTANT, "explain": NAME, "user": ID, "member": BOOL, "flipsAt": INSTANT | "never"?}
//
// `check` and `explain` take `"asOf": INSTANT` besides. `at` never goes back. `ts` is the user's
// own instant and defaults to `at`. INSTANT is RFC 3339 (without an offset: in the zone of the
// story) or milliseconds; values are texts, numbers, true, false, lists and {"instant": INSTANT}.
// What the language names and this version does not do is refused, never skipped.

import Basics
public import Segments

/// Reads stories line by line.
public struct StoryReader: Sendable {
    private static let verbs: [(name: String, others: [String])] = [
        ("define", ["as"]), ("archive", []),
        ("event", ["user", "ts", "id", "properties", "anonymous"]),
        ("set", ["properties", "ts", "anonymous"]), ("unset", ["properties", "ts"]),
        ("list", Story.ListChange.Operation.allCases.map(\.rawValue)), ("erase", []),
        ("identify", ["as"]), ("unmerge", []), ("restart", []),
        ("timezone", []), ("check", ["in", "out", "exactly", "count", "asOf"]),
        ("explain", ["user", "member", "flipsAt", "asOf"]), ("feed", []),
    ]
    private static let absent = ["ask"]

    private var title: String?
    private var zone = Zone.utc
    private var steps: [Story.Step] = []
    /// The line each name was defined on.
    private var defined: [String: Int] = [:]
    private var archived: Set<String> = []
    /// Those that are live.
    private var live: Set<String> = []
    private var last: Timestamp?
    /// Up to where live segments were asked what they told: nothing more happens at it.
    private var passed: Timestamp?

    /// A reader of one story.
    public init(title: String? = nil) { self.title = title }

    /// Reads a whole story.
    public static func read(title: String? = nil, _ lines: [(line: Int, value: PlainValue)])
        throws(StoryProblem) -> Story
    {
        var reader = StoryReader(title: title)
        for (line, value) in lines { try reader.read(value, line: line) }
        return try reader.story()
    }

    /// The story of the lines read; one that checks nothing shows nothing and is refused.
    public func story() throws(StoryProblem) -> Story {
        let asks = steps.contains { step in
            switch step.act {
            case .check, .explain, .feed: true
            default: false
            }
        }
        guard asks else {
            throw StoryProblem(
                "the story checks nothing",
                hint: "say who must be in: {\"at\": …, \"check\": NAME, \"in\": [ID…]}"
            )
        }
        return Story(title: title, zone: zone, steps: steps)
    }

    /// Reads one line.
    public mutating func read(_ value: PlainValue, line: Int) throws(StoryProblem) {
        guard steps.count < Story.stepsMax else {
            throw StoryProblem(
                line: line,
                "a story has at most \(Story.stepsMax) lines",
                hint: "tell it in several files"
            )
        }
        do throws(DefinitionProblem) {
            let whole = Field(value: value, place: "", line: line)
            let (verb, fields) = try Self.verb(of: whole)
            let at = try fields.needed("at", hint: "say when the suite hears of it")
            let instant = try at.storyInstant(zone)
            if let last, instant < last {
                throw at.problem(
                    .shape,
                    "the line goes back to \(instant.rfc3339) from \(last.rfc3339)",
                    hint: "`at` never goes back; the user's own, earlier instant is `ts`"
                )
            }
            if let act = try act(verb, fields) {
                try pass(instant, act, whole)
                steps.append(Story.Step(line: line, at: instant, act: act))
            }
            last = instant
        } catch {
            if error.code == .absent {
                throw StoryProblem(.absent, line: line, error.message, hint: error.hint ?? "")
            }
            throw StoryProblem(error, line: line)
        }
    }

    /// What live segments told up to an instant is known once nothing more happens at it.
    private mutating func pass(_ at: Timestamp, _ act: Story.Act, _ line: Field)
        throws(DefinitionProblem)
    {
        switch act {
        case .feed: passed = at
        case .check(let check) where live.contains(check.segment): passed = at
        case .check, .explain, .restart: break
        default:
            guard passed == at else { return }
            throw line.problem(
                .shape,
                "\(at.rfc3339) has passed: live segments were asked above what they told up to it",
                hint: "let it happen a millisecond later, or ask below it"
            )
        }
    }

    /// The one word that says what the line does, and the line's fields.
    private static func verb(of whole: Field) throws(DefinitionProblem) -> (String, Fields) {
        guard case .map(let entries) = whole.value else {
            throw whole.unexpected("an object", hint: "write {\"at\": …, \"event\": …}")
        }
        let names = verbs.map(\.name)
        let said = entries.map(\.key)
        if let word = said.first(where: absent.contains) {
            throw whole.problem(
                .absent,
                "`\(word)` is not there yet in this version",
                hint: "known here: " + names.joined(separator: ", ")
            )
        }
        guard let verb = verbs.first(where: { said.contains($0.name) }) else {
            let near = said.filter { $0 != "at" }
                .compactMap { NearestName.nearest(to: $0, in: names) }.first
            throw whole.problem(
                .missingField,
                "the line does not say what happens",
                hint: near.map { "did you mean `\($0)`?" }
                    ?? "write one of " + names.joined(separator: ", ")
            )
        }
        return (verb.name, try whole.fields(["at", verb.name] + verb.others))
    }

    /// What the line does; nil when it says something about the whole story.
    private mutating func act(_ verb: String, _ fields: Fields) throws(DefinitionProblem)
        -> Story.Act?
    {
        let subject = try fields.needed(verb)
        switch verb {
        case "define": return try define(subject, fields)
        case "archive":
            let name = try known(subject)
            archived.insert(name)
            return .archive(name: name)
        case "event", "set", "unset":
            return .record(try StoryRecords(zone: zone).record(verb, subject, fields))
        case "list": return .list(try StoryRecords(zone: zone).list(subject, fields))
        case "identify":
            let known = try fields.needed("as", hint: "say which user it is").storyUser()
            return .identify(try subject.storyUser(), as: known)
        case "unmerge": return .unmerge(try subject.storyUser())
        case "erase": return .erase(try subject.storyUser())
        case "restart":
            let name = try subject.text()
            guard let service = Story.Service(rawValue: name) else {
                let names = Story.Service.allCases.map(\.rawValue)
                throw subject.problem(
                    .name,
                    "there is no service \(Quoted.name(name))",
                    hint: NearestName.nearest(to: name, in: names).map { "did you mean `\($0)`?" }
                        ?? "write one of " + names.joined(separator: ", ")
                )
            }
            return .restart(service)
        case "timezone":
            try set(zone: subject)
            return nil
        case "check": return .check(try check(subject, fields))
        case "feed": return .feed(try feed(subject))
        default: return .explain(try question(subject, fields))
        }
    }

    private mutating func set(zone field: Field) throws(DefinitionProblem) {
        guard steps.isEmpty else {
            throw field.problem(
                .absent,
                "a project's zone cannot change once something has happened in it yet",
                hint: "write `timezone` before everything else"
            )
        }
        zone = try Zone.read(try field.text(), field)
    }

    private mutating func define(_ subject: Field, _ fields: Fields)
        throws(DefinitionProblem) -> Story.Act
    {
        let name = try subject.text()
        guard SegmentName.isValid(name) else {
            throw subject.problem(
                .name,
                "a segment cannot be named \(Quoted.name(name))",
                hint: SegmentName.rule
            )
        }
        let body = try fields.needed("as", hint: "say what the segment means")
        let isLive = LiveReader.isLive(body.value)
        let isUpdate = isLive && live.contains(name) && !archived.contains(name)
        if let line = defined[name], !isUpdate {
            throw subject.problem(
                .absent,
                "\(Quoted.name(name)) is defined on line \(line), and cannot be updated yet",
                hint:
                    "define it under another name; only live segments are given another definition"
            )
        }
        let act: Story.Act
        do throws(DefinitionProblem) {
            if isUpdate {
                act = .update(name: name, try Self.live(body, zone: zone))
            } else if isLive {
                act = .follow(name: name, try Self.live(body, zone: zone))
            } else {
                act = .define(name: name, try Self.definition(body, zone: zone))
            }
        } catch {
            throw DefinitionProblem(
                error.code,
                .read,
                place: "as." + error.place,
                line: error.line ?? body.line,
                message: error.message,
                hint: error.hint
            )
        }
        defined[name] = subject.line ?? 0
        if case .follow = act { live.insert(name) }
        return act
    }

    /// A document with a trigger.
    private static func live(_ body: Field, zone: Zone) throws(DefinitionProblem)
        -> LiveDefinition
    {
        let definition = try LiveReader.read(body.value, zone: zone).definition
        try LiveValidation.require(definition)
        return definition
    }

    /// A document, or a condition alone.
    private static func definition(_ body: Field, zone: Zone) throws(DefinitionProblem)
        -> Definition
    {
        var document = body.value
        if case .map(let entries) = document,
            entries.contains(where: { word in Condition.keywords.contains(word.key) })
        {
            document = .map([PlainEntry("condition", document, line: body.line)])
        }
        let definition = try DefinitionReader.read(document, zone: zone).definition
        if let first = Validation(definition).errors.first { throw first }
        return definition
    }

    private func known(_ field: Field) throws(DefinitionProblem) -> String {
        let name = try field.text()
        guard defined[name] != nil else {
            throw field.problem(
                .name,
                "no segment \(Quoted.name(name)) is defined above",
                hint: NearestName.nearest(to: name, in: defined.keys.sorted())
                    .map { "did you mean `\($0)`?" } ?? "define it first"
            )
        }
        guard !archived.contains(name) else {
            throw field.problem(.name, "\(Quoted.name(name)) is archived above")
        }
        return name
    }

    /// The changes expected, all of live segments defined above.
    private func feed(_ subject: Field) throws(DefinitionProblem) -> [Story.Change] {
        let changes = try subject.storyChanges(zone)
        for change in changes where !live.contains(change.segment) {
            throw subject.problem(
                .name,
                "no live segment \(Quoted.name(change.segment)) is defined above",
                hint: NearestName.nearest(to: change.segment, in: live.sorted())
                    .map { "did you mean `\($0)`?" } ?? "one that has a `trigger` tells changes"
            )
        }
        return changes
    }

    /// Refuses what is asked of a live segment and what only past-behaviour ones answer.
    private func refuseLive(_ segment: String, _ field: Field?) throws(DefinitionProblem) {
        guard let field, live.contains(segment) else { return }
        throw field.problem(
            .absent,
            "\(Quoted.name(segment)) is live: who was in at another instant is what it told",
            hint: "ask with `feed`, or who is in at the line's own instant"
        )
    }

    private func check(_ subject: Field, _ fields: Fields) throws(DefinitionProblem) -> Story.Check
    {
        let segment = try known(subject)
        try refuseLive(segment, fields["asOf"])
        let asked = fields.present(of: ["in", "out", "exactly", "count"])
        guard !asked.isEmpty else {
            throw subject.problem(
                .missingField,
                "the check asks nothing",
                hint: "write `in`, `out`, `exactly` or `count` beside it"
            )
        }
        let members = try fields["in"]?.storyUsers() ?? []
        let others = try fields["out"]?.storyUsers() ?? []
        if let field = fields["out"], let both = Set(members).intersection(others).first {
            throw field.problem(
                .conflictingFields,
                "\(Quoted.name(both.text)) must be in and out",
                hint: "take one of both away"
            )
        }
        return Story.Check(
            segment: segment,
            asOf: try fields["asOf"]?.storyInstant(zone),
            members: members,
            others: others,
            exactly: try fields["exactly"]?.storyUsers(),
            count: try fields["count"]?.whole()
        )
    }

    private func question(_ subject: Field, _ fields: Fields)
        throws(DefinitionProblem) -> Story.Question
    {
        let segment = try known(subject)
        try refuseLive(segment, subject)
        var flip: Flip?
        if let field = fields["flipsAt"] {
            flip = field.value == .text("never") ? .never : .at(try field.storyInstant(zone))
        }
        return Story.Question(
            segment: segment,
            user: try fields.needed("user").storyUser(),
            asOf: try fields["asOf"]?.storyInstant(zone),
            isMember: try fields.needed("member", hint: "write true or false").bool(),
            flip: flip
        )
    }
}
