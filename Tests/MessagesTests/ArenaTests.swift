// The arena by itself: limits, alignment, reuse.
import CArena
import Glibc
import Testing

@Suite struct ArenaTests {
    @Test("memory is aligned to 8 bytes and counted")
    func alignment() throws {
        let arena = try #require(shoal_arena_take(0, 0))
        defer { shoal_arena_give_back(arena) }
        for size in 0..<200 {
            let memory = try #require(shoal_arena_alloc(arena, size))
            #expect(UInt(bitPattern: memory) % 8 == 0)
            memset(memory, 0x55, size)
        }
        #expect(shoal_arena_count(arena) == 200)
        #expect(shoal_arena_used(arena) >= 199 * 200 / 2)
    }

    @Test("the limit holds, also for sizes near the largest")
    func limit() throws {
        let arena = try #require(shoal_arena_take(1_000, 0))
        defer { shoal_arena_give_back(arena) }
        #expect(shoal_arena_alloc(arena, 992) != nil)
        #expect(shoal_arena_refused(arena) == 0)
        #expect(shoal_arena_alloc(arena, 9) == nil)
        #expect(shoal_arena_refused(arena) == 1)
        #expect(shoal_arena_alloc(arena, 8) != nil)
        #expect(shoal_arena_alloc(arena, .max) == nil)
        #expect(shoal_arena_alloc(arena, .max - 7) == nil)
    }

    @Test("an arena given back comes again, empty")
    func reuse() throws {
        let first = try #require(shoal_arena_take(0, 0))
        _ = shoal_arena_alloc(first, 1_000_000)
        shoal_arena_give_back(first)
        let second = try #require(shoal_arena_take(64, 0))
        defer { shoal_arena_give_back(second) }
        #expect(second == first)
        #expect(shoal_arena_used(second) == 0)
        #expect(shoal_arena_alloc(second, 65) == nil)
        #expect(shoal_arena_alloc(second, 64) != nil)
    }

    @Test("chunks of many sizes do not overlap")
    func chunks() throws {
        let arena = try #require(shoal_arena_take(0, 0))
        defer { shoal_arena_give_back(arena) }
        var blocks: [UnsafeMutableRawPointer] = []
        for index in 0..<300 {
            let block = try #require(shoal_arena_alloc(arena, 40_000))
            memset(block, Int32(index % 251), 40_000)
            blocks.append(block)
        }
        for (index, block) in blocks.enumerated() {
            #expect(block.load(as: UInt8.self) == UInt8(index % 251))
            #expect(block.load(fromByteOffset: 39_999, as: UInt8.self) == UInt8(index % 251))
        }
    }
}
