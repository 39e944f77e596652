// Tests of JSONScanner: numbers exact, texts with escapes, and nothing that makes it trap.

import Basics
import Testing

@testable import ShoalCommand

@Suite struct JSONScannerTests {
    private func number(_ text: String) throws -> Number {
        let bytes = Array(text.utf8)
        var scanner = JSONScanner(bytes, 0..<bytes.count)
        let number = try scanner.number("n")
        #expect(scanner.peek() == nil, "\(text) is read to its end")
        return number
    }

    private func text(_ json: String) throws -> String {
        let bytes = Array(json.utf8)
        var scanner = JSONScanner(bytes, 0..<bytes.count)
        return try scanner.text("t")
    }

    @Test(
        "decimals up to four places are kept exactly",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 10_000), ("-3", -30_000), ("15.30", 153_000),
            ("0.0001", 1), ("-0.0001", -1), ("19.99", 199_900), ("900719925474.0992", 1 << 53),
            ("1e2", 1_000_000), ("2.5E-1", 2_500), ("0.10000000", 1_000),
        ]
    )
    func exact(_ text: String, _ e4: Int64) throws {
        #expect(try number(text).form == .decimal(e4: e4))
    }

    @Test(
        "what is no exact decimal is the nearest double",
        arguments: [
            ("0.00001", 0.00001), ("3.14159265", 3.14159265), ("1e300", 1e300),
            ("12345678901234567890", 1.2345678901234567e19),
        ]
    )
    func doubles(_ text: String, _ value: Double) throws {
        #expect(try number(text).form == .double(value))
    }

    @Test(
        "what JSON does not call a number is refused",
        arguments: ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "NaN", "Infinity", "1e999"]
    )
    func noNumber(_ text: String) {
        #expect(throws: LineProblem.self) { try number(text) }
    }

    @Test(
        "escapes become their characters",
        arguments: [
            (#""""#, ""), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\n\t\r\b\f""#, "\n\t\r\u{8}\u{c}"),
            (#""\u00e9\u4e2d""#, "é中"), (#""\ud83d\ude00!""#, "😀!"), (#""São""#, "São"),
        ]
    )
    func escapes(_ json: String, _ expected: String) throws {
        #expect(try Array(text(json).utf8) == Array(expected.utf8))
    }

    @Test(
        "broken texts are refused",
        arguments: [
            #"""#, #""abc"#, #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#,
            #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, "\"a\nb\"", "\"a\u{0}b\"", "abc",
        ]
    )
    func brokenTexts(_ json: String) {
        #expect(throws: LineProblem.self) { try text(json) }
    }

    @Test("a text that is not UTF-8 is refused")
    func utf8() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        ] {
            var scanner = JSONScanner(bytes, 0..<bytes.count)
            #expect(throws: LineProblem.self) { try scanner.text("t") }
        }
    }

    @Test("an error names what was found instead")
    func found() throws {
        let bytes = Array("[1]".utf8)
        var scanner = JSONScanner(bytes, 0..<bytes.count)
        #expect(
            scanner.unexpected("f", "a text") == LineProblem("f", "expected a text, found a list")
        )
    }
}
