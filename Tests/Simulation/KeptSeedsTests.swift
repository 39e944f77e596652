// The file of kept seeds: what stands in it is read, what fails is added once.

import Foundation
import Testing

@Suite struct KeptSeedsTests {
    private func inFile(_ text: String, _ body: (KeptSeeds) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "shoal-seeds-\(UUID().uuidString).txt"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(KeptSeeds(path: path))
    }

    @Test("a seed that fails is kept once, with what was wrong; remarks stay")
    func keeping() throws {
        try inFile("# For people.\n7 timerEarly a timer comes early\n") { seeds in
            try seeds.keep(KeptSeed(seed: 160, what: "I1: an event is lost"))
            try seeds.keep(KeptSeed(seed: 160, what: "I1: an event is lost again"))
            try seeds.keep(KeptSeed(seed: 7, bug: .timerEarly, what: "it does"))
            let wanted = [
                KeptSeed(seed: 7, bug: .timerEarly, what: "a timer comes early"),
                KeptSeed(seed: 160, what: "I1: an event is lost"),
            ]
            #expect(try seeds.all() == wanted)
            #expect(try String(contentsOfFile: seeds.path, encoding: .utf8).hasPrefix("# For"))
        }
    }

    @Test(
        "a line that is none is refused, so that no seed is passed over",
        arguments: [
            "seven - an event is lost", "7 noSuchBug an event is lost", "7 -",
            "- 7 an event is lost",
        ]
    )
    func refusing(_ line: String) throws {
        try inFile(line + "\n") { seeds in
            #expect(throws: KeptSeeds.Unreadable.self) { try seeds.all() }
        }
    }
}
