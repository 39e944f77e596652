// Names and numbers: what is a name, how they sort, where an identifier's home is.

import Basics
import Testing

struct IdentifiersTests {
    @Test("a project's name is a lower-case label of at most 63 bytes")
    func projectNames() {
        for name in ["shop", "a", "0-x-9", String(repeating: "a", count: 63)] {
            #expect(ProjectName(name)?.text == name)
        }
        for name in ["", "-shop", "Shop", "sh op", "shöp", "a/b", "..", "a\u{0}", "a_b"] {
            #expect(ProjectName(name) == nil)
        }
        #expect(ProjectName(String(repeating: "a", count: 64)) == nil)
    }

    @Test("a user's identifier has 1 to 256 bytes, not characters")
    func userIDs() {
        #expect(UserID("") == nil)
        #expect(UserID(String(repeating: "x", count: 256)) != nil)
        #expect(UserID(String(repeating: "x", count: 257)) == nil)
        #expect(UserID(String(repeating: "é", count: 128)) != nil)
        #expect(UserID(String(repeating: "é", count: 129)) == nil)
    }

    @Test("identifiers that look alike and differ in bytes are two users")
    func byBytes() throws {
        let composed = try #require(UserID("\u{E9}"))
        let combined = try #require(UserID("e\u{301}"))
        #expect(composed.text == combined.text, "Swift takes the texts for one")
        #expect(composed != combined)
        #expect(Set([composed, combined]).count == 2)
        #expect(combined < composed)
        let short = try #require(UserID("ab"))
        let long = try #require(UserID("abc"))
        #expect(short < long && !(long < short) && !(short < short))
    }

    @Test("an identifier's home is XXH64 of project, zero and identifier, modulo P")
    func home() throws {
        let project = try #require(ProjectName("shop"))
        let hash = Checksum.xxh64(Array("shop\u{0}user-42".utf8))
        let found = PartitionCount.standard.home(project: project, identifier: "user-42")
        #expect(found == Partition(index: UInt16(hash % 64)))
        let seven = try #require(PartitionCount(7))
        var counts = [Int](repeating: 0, count: 7)
        for user in 0..<7_000 {
            counts[Int(seven.home(project: project, identifier: "u\(user)").index)] += 1
        }
        #expect(counts.allSatisfy { (800...1_200).contains($0) }, "\(counts)")
    }

    @Test("a deployment has 1 to 4096 partitions")
    func partitionCount() {
        #expect(PartitionCount(0) == nil)
        #expect(PartitionCount(-1) == nil)
        #expect(PartitionCount(4_097) == nil)
        #expect(PartitionCount(4_096)?.all.count == 4_096)
        #expect(PartitionCount.standard.count == 64)
        #expect(PartitionCount.standard.contains(Partition(index: 63)))
        #expect(!PartitionCount.standard.contains(Partition(index: 64)))
    }

    @Test("an instance's id reads back from its bytes and its hexadecimal text")
    func instanceIDs() {
        var chance = SeededRandom(seed: 3)
        for id in [InstanceID(high: 1, low: .max), InstanceID(from: &chance)] {
            #expect(InstanceID(bytes: id.bytes) == id)
            #expect(InstanceID(hex: id.hex) == id)
            #expect(id.hex.utf8.count == 32)
        }
        #expect(InstanceID(high: 1, low: 2).hex == "00000000000000010000000000000002")
        #expect(InstanceID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        #expect(InstanceID(hex: "+0000000000000010000000000000002") == nil)
        #expect(InstanceID(hex: "12") == nil)
    }

    @Test("numbers, offsets and epochs sort by value, and the last offset has no next")
    func orders() {
        #expect(UserNumber(1) < UserNumber(2))
        #expect(LogOffset(1).next == LogOffset(2))
        #expect(LogOffset(.max).next == LogOffset(.max))
        #expect(Epoch(1) < Epoch(2))
        #expect(Partition(index: 1) < Partition(index: 2))
    }
}
