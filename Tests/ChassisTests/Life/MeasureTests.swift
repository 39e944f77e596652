// Amounts with units, as people write them where a plain number is wanted.

import Testing

@testable import Chassis

@Suite struct MeasureTests {
    @Test(
        "an amount is the whole number that says the same in a key's unit",
        arguments: [
            ("30s", "ms", 30_000), ("2 h", "ms", 7_200_000), ("250ms", "ms", 250),
            ("1GiB", "MiB", 1_024), ("512K", "KiB", 512), ("64MiB", "KiB", 65_536),
            ("1MB", "MiB", nil), ("3s", "MiB", nil), ("1GiB", "ms", nil), ("5s", "rows", nil),
            ("5parsecs", "ms", nil),
        ] as [(String, String, Int?)]
    )
    func numbers(_ text: String, _ unit: String, _ number: Int?) throws {
        #expect(try #require(Measure(text)).number(in: unit) == number)
    }

    @Test(
        "what is no amount with a unit is none",
        arguments: ["", "30", "s", "1.2.3s", "5 %", "-5s"]
    )
    func none(_ text: String) { #expect(Measure(text) == nil) }
}
