// The contract is commented, guarded by roles, and never breaks a promise; the rule can fail.
import Foundation
import Testing

struct ContractTests {
    static let protos = Tree.files.filter { $0.kind == .proto && $0.isUnder("Proto/shoal") }
    static var elements: [ProtoFile.Element] { protos.flatMap(ProtoFile.elements) }

    @Test("every message, field, enum, service and method is commented; every method has a role")
    func tree() {
        #expect(Self.protos.count > 10)
        #expect(Self.elements.filter { $0.kind == .method }.count > 20)
        expectNone(Self.protos.flatMap(ProtoRule.findings))
    }

    @Test("nothing that older programs rely on has changed (descriptor-snapshot.txt)")
    func evolution() throws {
        var old = Self.recorded()
        if ProcessInfo.processInfo.environment["SHOAL_TEST_RECORD_CONTRACT"] == "1" {
            let all = (old + ProtoRule.additions(to: old, from: Self.elements)).sorted()
            let text = Self.heading + all.joined(separator: "\n") + "\n"
            try text.write(
                to: Tree.root.appending(path: ProtoRule.path),
                atomically: true,
                encoding: .utf8
            )
            old = all
        }
        expectNone(ProtoRule.evolution(from: old, to: Self.elements))
    }

    private static let heading = """
        # Every field, enum value and method the contract ever had: lines are added, never changed.
        # Field: message.field = number label type. Value: enum.VALUE = number.
        # Method: service/method = (request) (response). To add: see Proto/README.md.

        """

    private static func recorded() -> [String] {
        (Tree.text(of: ProtoRule.path) ?? "").split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    private static func file(_ body: String) -> SourceFile {
        SourceFile("Proto/shoal/a/v1/a.proto", "package shoal.a.v1;\n" + body)
    }

    private static let small = """
        // A user.
        message User {
          // Its id.
          optional string id = 1 [default = "", (shoal.options.v1.max_bytes) = 256];
          // What kind.
          oneof kind {
            // A number; not a name.
            sint64 number = 3;
          }
        }
        // How a user is.
        enum State {
          STATE_UNSPECIFIED = 0;
          STATE_NEW = 1;
        }
        // Users.
        service Users {
          // One.
          rpc Get(GetRequest) returns (User) {
            option (shoal.options.v1.role) = "admin";
          }
        }
        """

    @Test("the reader finds what a file of the contract declares")
    func reader() {
        let file = Self.file(Self.small)
        #expect(ProtoRule.findings(in: file) == [])
        #expect(
            ProtoRule.snapshot(of: ProtoFile.elements(of: file)) == [
                "shoal.a.v1.State.STATE_NEW = 1", "shoal.a.v1.State.STATE_UNSPECIFIED = 0",
                "shoal.a.v1.User.id = 1 optional string",
                "shoal.a.v1.User.number = 3 oneof sint64",
                "shoal.a.v1.Users/Get = (GetRequest) (User)",
            ]
        )
    }

    @Test(
        "an uncommented element is found",
        arguments: ["// A user.", "// Its id.", "// A number; not a name.", "// Users.", "// One."]
    )
    func uncommented(comment: String) {
        let text = Self.small.replacing(comment + "\n", with: "\n")
        #expect(ProtoRule.findings(in: Self.file(text)).count == 1)
    }

    @Test("a method without a role, or with an unknown one, is found")
    func roles() {
        let unknown = Self.small.replacing("\"admin\"", with: "\"king\"")
        #expect(ProtoRule.findings(in: Self.file(unknown)).count == 1)
        let without = Self.small.replacing("option (shoal.options.v1.role) = \"admin\";", with: "")
        #expect(ProtoRule.findings(in: Self.file(without)).count == 1)
    }

    @Test("a number that is taken twice is found")
    func doubled() {
        let text = Self.small.replacing("number = 3", with: "number = 1")
        #expect(ProtoRule.findings(in: Self.file(text)).count == 1)
    }

    @Test(
        "a change that breaks older programs is found",
        arguments: [
            ("optional string id = 1", "optional bytes id = 1", "has become"),
            ("optional string id = 1", "optional string id = 2", "has become"),
            ("optional string id = 1", "optional string name = 1", "never reuse"),
            ("  STATE_NEW = 1;\n", "", "is gone"),
            ("(GetRequest)", "(OtherRequest)", "has become"),
            ("STATE_NEW = 1;", "STATE_NEW = 1;\n  STATE_OLD = 2;", "yet"),
        ]
    )
    func broken(old: String, new: String, message: String) {
        let before = ProtoRule.snapshot(of: ProtoFile.elements(of: Self.file(Self.small)))
        let after = ProtoFile.elements(of: Self.file(Self.small.replacing(old, with: new)))
        let findings = ProtoRule.evolution(from: before, to: after)
        #expect(findings.contains { $0.message.contains(message) }, "\(findings)")
    }

    @Test("a field may go when its number is reserved, and recording adds only what is new")
    func reserved() {
        let before = ProtoRule.snapshot(of: ProtoFile.elements(of: Self.file(Self.small)))
        let text = Self.small.replacing("sint64 number = 3;", with: "sint64 size = 4;")
            .replacing("message User {", with: "message User {\n  reserved 3;")
        let elements = ProtoFile.elements(of: Self.file(text))
        let added = ProtoRule.additions(to: before, from: elements)
        #expect(added == ["shoal.a.v1.User.size = 4 oneof sint64"])
        #expect(ProtoRule.evolution(from: before + added, to: elements) == [])
        let reused = ProtoFile.elements(
            of: Self.file(Self.small.replacing("number = 3", with: "size = 3"))
        )
        #expect(ProtoRule.additions(to: before, from: reused) == [])
    }
}
