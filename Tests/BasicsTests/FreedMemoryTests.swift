// Freed memory goes back to the system.

import Basics
import Foundation
import Testing

struct FreedMemoryTests {
    /// Memory of the process that is resident, in bytes.
    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) << 12
    }

    @Test("most of what many small objects took is not resident any more")
    func givenBack() throws {
        // One of each thousand stays, so that the heap's end stays where it is.
        var kept: [[UInt8]] = []
        do {
            var many: [[UInt8]] = []
            for number in 0..<200_000 {
                many.append([UInt8](repeating: 1, count: 500))
                if number.isMultiple(of: 1_000) { kept.append([UInt8](repeating: 2, count: 500)) }
            }
            #expect(many.count == 200_000)
        }
        let before = try Self.residentBytes()
        FreedMemory.giveBack()
        #expect(before - (try Self.residentBytes()) > 50 << 20)
        #expect(kept.count == 200)
    }
}
