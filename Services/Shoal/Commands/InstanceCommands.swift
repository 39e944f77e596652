// `shoal drain` and `shoal forget`: taking an instance out of the suite, and back in.

import ArgumentParser
import Basics
import Messages

/// An instance of the running suite, found by its name.
private struct NamedInstance {
    let instance: RegistryV1.Instance
    let id: [UInt8]

    init(_ name: String, in roster: RegistryV1.WatchResponse) throws(CommandError) {
        guard let found = roster.instances.first(where: { $0.name == name }),
            let id = found.instanceID
        else {
            let known = roster.instances.map(\.name)
            throw CommandError(
                .notFound,
                "find instance",
                "no instance is called \(name.debugDescription)",
                place: name,
                hint: NearestName.nearest(to: name, in: known).map { "did you mean \($0)?" }
                    ?? "`shoal status` shows who is here"
            )
        }
        instance = found
        self.id = id
    }

    /// How many partitions the map gives it.
    func partitions(in roster: RegistryV1.WatchResponse) -> Int {
        roster.assignments.count { $0.instanceID == id }
    }

    /// How it stands, for people and programs.
    func tell(_ word: String, moved: Int, _ desk: Desk) {
        if desk.isJSON {
            desk.print(
                .object([
                    ("name", .text(instance.name)), ("state", .text(word)),
                    ("moved", .int(moved)),
                ])
            )
        } else {
            let partitions = moved == 1 ? "1 partition" : "\(moved) partitions"
            desk.print("\(instance.name) is \(word); \(partitions) moved to others")
        }
    }
}

/// Takes an instance's partitions away, so that it can be stopped.
struct DrainCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Move an instance's partitions to the others, so that it can be stopped.",
        discussion: """
            Answers go on meanwhile. Afterwards stop the process, and `shoal forget` it if it is \
            not to come back. A drained instance gets nothing, also after a restart, until it is \
            forgotten: it then joins like a new one.
            """
    )

    @Argument(help: "The instance's name, as `shoal status` shows it.")
    var name: String
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let named = try NamedInstance(name, in: try await suite.roster())
        let answer = try await suite.registry.drain(
            RegistryV1.DrainRequest(instanceID: named.id),
            CallOptions(timeoutMs: Suite.shortMs)
        )
        let left = named.partitions(in: try await suite.roster())
        guard left == 0 else {
            throw CommandError(
                .tryAgain,
                "drain",
                "\(name) still owns \(left) partitions",
                place: name,
                hint: "somebody forgot it meanwhile, and it has joined again: drain it again"
            )
        }
        named.tell("draining", moved: Int(answer.moved), desk)
    }
}

/// Takes an instance out of the roster.
struct ForgetCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Take an instance that is gone, or drained, out of the roster.",
        discussion: """
            One that is still running joins again as a new one, which is how a drained instance \
            gets partitions again. A live one is refused without --force.
            """
    )

    @Argument(help: "The instance's name, as `shoal status` shows it.")
    var name: String
    @Flag(help: "Also one that is live: its partitions move, and come back when it joins again.")
    var force = false
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let roster = try await suite.roster()
        let named = try NamedInstance(name, in: roster)
        guard force || named.instance.state != .live else {
            throw CommandError(
                .usage,
                "forget",
                "\(name) is live",
                place: name,
                hint: "`shoal drain \(name)` and stop it first, or give --force"
            )
        }
        _ = try await suite.registry.deregister(
            RegistryV1.DeregisterRequest(instanceID: named.id),
            CallOptions(timeoutMs: Suite.shortMs)
        )
        named.tell("forgotten", moved: named.partitions(in: roster), desk)
    }
}
