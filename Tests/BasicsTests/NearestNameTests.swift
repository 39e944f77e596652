// Hints: the nearest known name, and none when nothing is near.

import Basics
import Testing

struct NearestNameTests {
    private let known = ["amount", "currency", "country", "plan", "platform", "city"]

    @Test(
        "a misspelt name finds what was meant",
        arguments: [
            ("amuont", "amount"), ("Amount", "amount"), ("currencyy", "currency"),
            ("contry", "country"), ("plam", "plan"), ("PLATFROM", "platform"), ("citi", "city"),
        ]
    )
    func found(name: String, meant: String) {
        #expect(NearestName.nearest(to: name, in: known) == meant)
    }

    @Test("a name near to nothing gets no hint", arguments: ["", "zzz", "revenue", "x"])
    func none(name: String) {
        #expect(NearestName.nearest(to: name, in: known) == nil)
    }

    @Test("of equally near names the first by bytes is told, whatever their order")
    func ties() {
        #expect(NearestName.nearest(to: "cat", in: ["hat", "bat"]) == "bat")
        #expect(NearestName.nearest(to: "cat", in: ["bat", "hat"]) == "bat")
    }

    @Test("absurdly long names are left out")
    func long() {
        let long = String(repeating: "a", count: 10_000)
        #expect(NearestName.nearest(to: long, in: [long]) == nil)
        #expect(NearestName.nearest(to: "a", in: [long]) == nil)
    }
}
