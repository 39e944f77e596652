// The order of versions.

import Segments
import Testing

@Suite struct SemanticVersionTests {
    @Test("versions in ascending order")
    func order() throws {
        let texts = [
            "0", "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
            "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.2", "1.10",
            "5.2", "5.9", "5.10.0", "5.10.65535", "5.10.65536", "5.10.65536.1", "5.11",
            "65535.9", "65536", "18446744073709551615",
        ]
        let versions = try texts.map { try #require(SemanticVersion($0), "\($0)") }
        for (a, left) in versions.enumerated() {
            for (b, right) in versions.enumerated() {
                #expect((left < right) == (a < b), "\(texts[a]) \(texts[b])")
                #expect((left == right) == (a == b), "\(texts[a]) \(texts[b])")
            }
        }
    }

    @Test("missing numbers are 0, leading zeros and builds do not count")
    func equal() throws {
        for (left, right) in [
            ("5.2", "5.2.0"), ("1", "1.0.0.0"), ("1.02", "1.2"),
            ("1+a", "1+b"), ("1.0-rc.01", "1-rc.1"), ("0", "0.0"),
            ("1.65536", "1.65536.0"),
        ] {
            #expect(SemanticVersion(left) == SemanticVersion(right), "\(left) \(right)")
        }
    }

    @Test(
        "what is no version",
        arguments: [
            "", "v1", "1.", ".1", "1..2", "1.2 ", "1,2", "-1", "1-", "1-a..b", "1+", "1-ä",
            "latest",
            "18446744073709551616", "1.2.3.4.5.6.7.8.9",
            "1.1111111111111111111111111111111111111111111111111111111111111111",
        ]
    )
    func refused(_ text: String) {
        #expect(SemanticVersion(text) == nil)
    }
}
