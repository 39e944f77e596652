// `shoal segment preview`: what a definition would hold, as a whole and node by node.

import ArgumentParser
import Basics
import Messages
import Segments

/// Tries a definition without saving it.
struct PreviewCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Try a definition: the sizes of the whole and of every part."
    )

    @Argument(help: "The file, - for standard input, or a sentence in quotation marks.")
    var file: String
    @Option(help: "How many users to show, at most 1000.")
    var sample: UInt32 = 0
    @OptionGroup var question: QuestionOptions
    @OptionGroup var project: ProjectOptions
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let definition = try DefinitionFile(file, desk: desk)
        let suite = try place.suite(desk)
        let project = try await project.name(desk, suite)
        let request = EvaluationV1.PreviewRequest(
            definition: try definition.wire(),
            atMs: try question.instant(),
            freshness: question.freshness.wire,
            sample: sample
        )
        let answer = try await suite.segments().preview(request, question.options(project))
        desk.warn(of: answer.exactness)
        let tree = NodeTree(definition.document.definition, answer)
        if desk.isJSON {
            desk.print(tree.json(answer))
        } else {
            if let sentence = answer.sentence { desk.print(sentence) }
            desk.print(
                "\(Quantity.count(answer.users)) of \(Quantity.count(answer.universe)) users ("
                    + Quantity.share(answer.users, of: answer.universe)
                    + ") in \(Quantity.duration(seconds: Double(answer.tookUs) / 1e6))"
            )
            if let cost = answer.cost { desk.print(Self.line(cost)) }
            desk.print(tree.table)
            for user in answer.sample { desk.print("  \(user)") }
            SegmentCommand.say(answer.warnings, desk)
        }
    }
}

extension PreviewCommand {
    /// What the question costs at most.
    static func line(_ cost: EvaluationV1.QuestionCost) -> String {
        "touches at most \(Quantity.count(cost.rows)) rows, \(Quantity.bytes(cost.bytes)); "
            + "\(Quantity.bytes(cost.memoryBytes)) of memory at a time"
    }
}

/// The nodes of a definition with their sizes, in the order of reading.
struct NodeTree: Sendable {
    struct Row: Sendable, Hashable {
        var node: Int
        var depth: Int
        var place: String
        var title: String
        var users: UInt64
    }

    let rows: [Row]

    /// The tree of a definition that an evaluator has counted.
    init(_ definition: Definition, _ answer: EvaluationV1.PreviewResponse) {
        var users: [UInt32: UInt64] = [:]
        for node in answer.nodes { users[node.node] = node.users }
        let places = definition.places
        var rows: [Row] = []
        var stack = [(node: 0, depth: 0)]
        // Each node is visited once, so that not even a wrong tree makes this run for ever.
        while let (node, depth) = stack.popLast(), rows.count < definition.nodes.count {
            guard definition.nodes.indices.contains(node) else { continue }
            let condition = definition.nodes[node]
            rows.append(
                Row(
                    node: node,
                    depth: depth,
                    place: node < places.count ? places[node] : "",
                    title: Self.title(condition),
                    users: users[UInt32(node)] ?? 0
                )
            )
            for child in condition.children.reversed() { stack.append((child, depth + 1)) }
        }
        self.rows = rows
    }

    /// The tree for people.
    var table: Table {
        var table = Table([("USERS", .right), ("CONDITION", .left)])
        for row in rows {
            let indent = String(repeating: "  ", count: row.depth)
            table.add([Quantity.count(row.users), indent + row.title])
        }
        return table
    }

    /// The whole answer for programs.
    func json(_ answer: EvaluationV1.PreviewResponse) -> JSONText {
        .object([
            ("users", .unsigned(answer.users)), ("universe", .unsigned(answer.universe)),
            (
                "nodes",
                .list(
                    rows.map { row in
                        .object([
                            ("node", .int(row.node)), ("place", .text(row.place)),
                            ("users", .unsigned(row.users)),
                        ])
                    }
                )
            ),
            ("sample", .list(answer.sample.map { .text($0) })),
            ("warnings", SegmentCommand.json(answer.warnings)),
            ("sentence", .text(answer.sentence ?? "")), ("took_us", .unsigned(answer.tookUs)),
            ("cost_rows", .unsigned(answer.cost?.rows ?? 0)),
            ("cost_bytes", .unsigned(answer.cost?.bytes ?? 0)),
            ("cost_memory_bytes", .unsigned(answer.cost?.memoryBytes ?? 0)),
        ])
    }

    /// A node in one line; groups by their word, leaves by their sentence.
    private static func title(_ condition: Condition) -> String {
        switch condition {
        case .all, .any, .not: return condition.keyword
        default:
            do {
                return try Sentence.say(Definition(nodes: [condition]))
            } catch {
                // What has no sentence still has a name.
                return condition.keyword
            }
        }
    }
}
