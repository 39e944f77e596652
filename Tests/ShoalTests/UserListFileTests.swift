// Files that name users, in the three spellings.

import Testing

@testable import ShoalCommand

@Suite struct UserListFileTests {
    private func users(_ text: String, _ format: UserListFormat) throws -> [String] {
        var rest = [Array(text.utf8)]
        return try UserListFile("f", format) { rest.popLast() }.users
    }

    private func refusal(_ text: String, _ format: UserListFormat) -> CommandError? {
        do {
            _ = try users(text, format)
            return nil
        } catch {
            return error as? CommandError
        }
    }

    @Test("one a line, a column of a table, a field of JSON lines: each user once, in order")
    func spellings() throws {
        #expect(try users("ada\r\nbob smith\n\nada\n", .ids) == ["ada", "bob smith"])
        #expect(try users("city,user_id\nPune,ada\n,bob\n", .csv) == ["ada", "bob"])
        #expect(
            try users("{\"user_id\":\"ada\"}\n{\"user_id\":\"bob\",\"properties\":{}}\n", .ndjson)
                == ["ada", "bob"]
        )
        #expect(try users("", .ids).isEmpty)
    }

    @Test("the first line that names nobody is told, and nothing is sent")
    func refused() {
        let long = String(repeating: "x", count: 257)
        #expect(refusal("ada\n\(long)\n", .ids)?.place == "f line 2")
        #expect(refusal("user_id\nada\n\"\"\n", .csv) != nil)
        #expect(refusal("{\"user_id\":\"ada\"}\n{}\n", .ndjson)?.place == "f line 2")
        #expect(refusal("a\0b\n", .ids)?.place == "f line 1")
    }

    @Test("a file's name says its spelling, packed or not")
    func names() {
        #expect(UserListFormat(ofFile: "a/users.csv.gz") == .csv)
        #expect(UserListFormat(ofFile: "users.NDJSON") == .ndjson)
        #expect(UserListFormat(ofFile: "users.jsonl.zst") == .ndjson)
        #expect(UserListFormat(ofFile: "users") == .ids && UserListFormat(ofFile: "u.txt") == .ids)
    }
}
