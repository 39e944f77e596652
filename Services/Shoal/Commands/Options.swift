// The options that commands share, and what they turn into.

import ArgumentParser
import Basics
import Chassis
import Messages
import Segments

/// `--json`.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, one object per line; errors too.")
    var json = false
}

/// Where the suite is.
struct SuiteOptions: ParsableArguments {
    @Option(help: "The suite's data folder, as given to `shoal up`.")
    var data: String?

    @Option(help: "The registry's address, such as tcp://10.0.0.5:4001; may be given again.")
    var address: [String] = []

    /// The running suite.
    func suite(_ desk: Desk) throws -> Suite {
        let environment = desk.outside.environment
        if let data { return try Self.local(desk.absolute(data), desk) }
        if !address.isEmpty { return try Self.remote(address, desk) }
        if let named = environment[SuitePlan.Variable.address], !named.isEmpty {
            return try Self.remote(named.split(separator: ",").map(String.init), desk)
        }
        let folder = environment[SuitePlan.Variable.data].flatMap { $0.isEmpty ? nil : $0 }
        return try Self.local(desk.absolute(folder ?? UpCommand.usualFolder), desk)
    }

    private static func remote(_ addresses: [String], _ desk: Desk) throws -> Suite {
        try Suite(
            registry: addresses,
            data: nil,
            outside: desk.outside,
            questions: desk.questions
        )
    }

    private static func local(_ data: String, _ desk: Desk) throws -> Suite {
        guard let file = try SuiteFile.load(data, disk: desk.disk), let registry = file.registry
        else {
            throw CommandError(
                .unreachable,
                "find suite",
                "no suite runs in this folder",
                place: data,
                hint: "start one with `shoal up --data \(data)`, or name it by --data or --address"
            )
        }
        return try Suite(
            registry: [registry],
            data: data,
            outside: desk.outside,
            questions: desk.questions
        )
    }
}

/// Which project.
struct ProjectOptions: ParsableArguments {
    @Option(help: "The project; else $SHOAL_PROJECT, else the only one there is.")
    var project: String?

    /// The project's name; asks the registry only when nothing names it.
    func name(_ desk: Desk, _ suite: Suite) async throws -> ProjectName {
        let named = project ?? desk.outside.environment[SuitePlan.Variable.project]
        if let named, !named.isEmpty { return try Self.checked(named) }
        let all = try await suite.projects().map(\.name)
        guard all.count == 1, let only = all.first else {
            throw CommandError(
                .usage,
                "choose project",
                all.isEmpty ? "there is no project yet" : "there are \(all.count) projects",
                place: "--project",
                hint: all.isEmpty
                    ? "create one with `shoal project create NAME`"
                    : "name one of \(all.prefix(20).joined(separator: ", "))"
            )
        }
        return try Self.checked(only)
    }

    static func checked(_ text: String) throws(CommandError) -> ProjectName {
        guard let name = ProjectName(text) else {
            throw CommandError(
                .usage,
                "choose project",
                "\(text.debugDescription) is no project's name",
                place: "--project",
                hint: "lower-case letters, digits and dashes, at most \(Limits.projectNameBytes)"
            )
        }
        return name
    }
}

/// As of when, and how fresh.
struct QuestionOptions: ParsableArguments {
    /// Which log positions an answer must include.
    enum Freshness: String, ExpressibleByArgument, CaseIterable {
        case latest, local

        var wire: EvaluationV1.Freshness { self == .latest ? .latest : .local }
    }

    @Option(help: "As of which instant: RFC 3339, or a date for its midnight in UTC; else now.")
    var at: String?

    @Option(help: "latest: with everything acknowledged; local: what the evaluators hold now.")
    var freshness = Freshness.latest

    @Option(help: "Give up after so many seconds, here and in the suite; 120 by default.")
    var timeout: UInt32?

    mutating func validate() throws {
        if let timeout, !(1...3_600).contains(timeout) {
            throw ValidationError("--timeout takes 1 to 3600 seconds")
        }
    }

    /// How long the question may take, and how large its answer may be.
    func options(_ project: ProjectName) -> CallOptions {
        var options = Questions.options(project)
        if let timeout { options.timeoutMs = timeout * 1_000 }
        return options
    }

    /// The instant; nil for now.
    func instant() throws(CommandError) -> Int64? {
        guard let at else { return nil }
        return try InstantOption.read(at, of: "--at").ms
    }
}

/// Instants as options take them.
enum InstantOption {
    /// RFC 3339, or a date for its midnight in UTC.
    static func read(_ text: String, of option: String) throws(CommandError) -> Timestamp {
        guard let instant = Timestamp.rfc3339(text) else {
            throw CommandError(
                .usage,
                "read instant",
                "\(text.debugDescription) is no instant",
                place: option,
                hint: "write 2025-07-01 or 2025-07-01T09:30:00Z"
            )
        }
        return instant
    }
}

/// Which set of users: a saved segment, or a definition that is not saved.
struct SubjectOptions: ParsableArguments {
    @Argument(help: "The segment's name.")
    var name: String?

    @Option(help: "A file with a definition, - or a sentence, instead of a saved segment.")
    var definition: String?

    /// The question's subject, and what to call it.
    func subject(_ desk: Desk) throws -> (subject: EvaluationV1.Subject, title: String) {
        switch (name, definition) {
        case (let name?, nil): return (EvaluationV1.Subject(kind: .segment(name)), name)
        case (nil, let path?):
            let file = try DefinitionFile(path, desk: desk)
            let title = file.document.name ?? path
            return (EvaluationV1.Subject(kind: .definition(try file.wire())), title)
        default:
            throw CommandError(
                .usage,
                "choose segment",
                "give a segment's name or --definition FILE, one of both"
            )
        }
    }
}

/// A user, and the set that is asked about.
struct UserOptions: ParsableArguments {
    @Argument(help: "The segment's name; with --definition, the user.")
    var name: String

    @Argument(help: "The user.")
    var user: String?

    @Option(help: "A file with a definition, - or a sentence, instead of a saved segment.")
    var definition: String?

    mutating func validate() throws {
        guard (user == nil) == (definition != nil) else {
            throw ValidationError("give NAME USER, or --definition FILE USER")
        }
    }

    /// The question's subject, and who is meant.
    func subject(_ desk: Desk) throws -> (subject: EvaluationV1.Subject, user: String) {
        var which = SubjectOptions()
        which.name = definition == nil ? name : nil
        which.definition = definition
        return (try which.subject(desk).subject, user ?? name)
    }
}

/// How long questions may take, and how large their answers may be.
enum Questions {
    /// An answer waits for everything acknowledged to be taken in.
    ///
    /// Unit: ms.
    static let timeoutMs: UInt32 = 120_000
    /// A thousand nodes and a long sentence.
    static let replyBytes: UInt32 = 1 << 20

    static func options(_ project: ProjectName) -> CallOptions {
        CallOptions(timeoutMs: timeoutMs, maxReplyBytes: replyBytes, project: project)
    }
}
