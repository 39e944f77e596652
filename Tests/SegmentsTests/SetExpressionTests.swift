// Set expressions: what a text means, held against truth tables, and where it goes wrong.

import Basics
import Segments
import Testing

@Suite struct SetExpressionTests {
    /// Who of eight users is in the set: user n is in a, b and c by the bits of n.
    private func users(_ text: String) throws -> [Int] {
        let read = try SetExpressionText(text)
        let bits = ["a": 0, "b": 1, "c": 2]
        return Self.make(read.expression) { (subject: Int) in
            Set((0..<8).filter { $0 >> (bits[read.names[subject]] ?? 9) & 1 == 1 })
        }.sorted()
    }

    private static func make(_ expression: SetExpression, _ subject: (Int) -> Set<Int>) -> Set<Int>
    {
        expression.make(
            subject: subject,
            all: { $0.dropFirst().reduce($0[0]) { $0.intersection($1) } },
            any: { $0.reduce([]) { $0.union($1) } },
            not: { Set(0..<8).subtracting($0) },
            minus: { $1.reduce($0) { $0.subtracting($1) } }
        )
    }

    @Test(
        "words bind as the language says",
        arguments: [
            ("a", [1, 3, 5, 7]), ("not a", [0, 2, 4, 6]), ("not not a", [1, 3, 5, 7]),
            ("a and b", [3, 7]), ("a or b and c", [1, 3, 5, 6, 7]), ("(a or b) and c", [5, 6, 7]),
            ("a and b minus c", [3]), ("a minus b and c", [5]), ("a minus (b and c)", [1, 3, 5]),
            ("a minus b minus c", [1]), ("not a and b", [2, 6]),
            ("not (a and b)", [0, 1, 2, 4, 5, 6]),
            ("a or b or c", [1, 2, 3, 4, 5, 6, 7]), ("\"a\" minus a", []),
        ]
    )
    func meaning(text: String, expected: [Int]) throws {
        #expect(try users(text) == expected, "\(text)")
    }

    @Test("a segment named by a word of the language stands in quotes, each name once")
    func names() throws {
        let read = try SetExpressionText("\"and\" or x.y-z_1 or \"and\"")
        #expect(read.names == ["and", "x.y-z_1"])
    }

    @Test(
        "what cannot be read is refused with its character",
        arguments: [
            ("", "character 1"), ("a b", "character 3"), ("a and", "character 6"),
            ("(a or b", "character 8"), ("a ! b", "character 3"), ("\"a", "character 1"),
            ("minus a", "character 1"), ("a)", "character 2"),
        ]
    )
    func refused(text: String, place: String) {
        let problem = #expect(throws: DefinitionProblem.self) { try SetExpressionText(text) }
        #expect(problem?.place == "expression, \(place)")
    }

    @Test("too deep, too many and too long are refused, not followed")
    func bounds() {
        let many = (0..<17).map { "s\($0)" }.joined(separator: " or ")
        let nodes = Array(repeating: "a", count: 70).joined(separator: " or ")
        let deep = String(repeating: "(", count: 40) + "a" + String(repeating: ")", count: 40)
        for text in [many, nodes, deep, String(repeating: "not ", count: 60) + "a"] {
            #expect(throws: DefinitionProblem.self) { try SetExpressionText(text) }
        }
        let long = String(repeating: "a", count: SetExpression.textBytesMax + 1)
        #expect(throws: DefinitionProblem.self) { try SetExpressionText(long) }
    }

    @Test("nodes of the wire must stand behind what they are inputs of")
    func nodes() throws {
        for nodes: [SetExpression.Node] in [
            [], [.subject(2)], [.not(0)], [.all([])], [.minus([1]), .subject(0)],
            [.any([1, 5]), .subject(0)], [.all([-1])],
        ] {
            #expect(throws: DefinitionProblem.self) { try SetExpression(nodes, subjects: 2) }
        }
        // An input may serve twice.
        let shared = try SetExpression([.all([1, 1]), .subject(1)], subjects: 2)
        #expect(Self.make(shared) { _ in [4] } == [4])
    }
}
