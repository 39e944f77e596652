// One line of JSON means what JSON says.

import Segments
import Testing

@testable import ShoalCommand

@Suite("a line of JSON")
struct PlainJSONTests {
    @Test(
        "is read as it is written",
        arguments: [
            ("null", PlainValue.null), (" true ", .bool(true)), ("-12", .int(-12)),
            ("1.5e1", .double(15)), ("\"a\\u00e9\\ud83d\\ude00\"", .text("aé😀")),
            ("[]", .list([])), ("[1,[\"x\"]]", .list([.int(1), .list([.text("x")])])),
            (
                "{\"a\":{\"b\":[false]},\"a\":1}",
                .map([
                    PlainEntry("a", .map([PlainEntry("b", .list([.bool(false)]))])),
                    PlainEntry("a", .int(1)),
                ])
            ),
        ]
    )
    func values(_ text: String, _ value: PlainValue) throws {
        #expect(try PlainJSON.read(text) == value)
    }

    @Test(
        "is refused where it is none",
        arguments: ["", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "nul", "01", "1 2", "'a'", "{a:1}"]
    )
    func refused(_ text: String) {
        #expect(throws: LineProblem.self) { try PlainJSON.read(text) }
    }

    @Test("has a depth")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try PlainJSON.read(nested(PlainJSON.depthMax))
        #expect(throws: LineProblem.self) { try PlainJSON.read(nested(PlainJSON.depthMax + 1)) }
    }
}
