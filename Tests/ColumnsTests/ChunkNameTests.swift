// A chunk's file name is its offsets, and no other name is a chunk's.

import Basics
import Columns
import Testing

@Suite struct ChunkNameTests {
    @Test("names are read back and sort as the log does")
    func roundTrip() {
        let offsets: [UInt64] = [0, 9, 10, 12_345, .max - 1, .max]
        let names = zip(offsets, offsets.dropFirst()).map {
            ChunkName(from: LogOffset($0), to: LogOffset($1))
        }
        #expect(names.map { ChunkName(fileName: $0.fileName) } == names)
        #expect(names.map(\.fileName) == names.map(\.fileName).sorted() && names == names.sorted())
    }

    @Test(
        "other names are no chunks",
        arguments: [
            "", ".chunk", "1-2.chunk", "00000000000000000000-00000000000000001234.chunk.tmp",
            "00000000000000000000-99999999999999999999.chunk", "0000000000000000000x-1.chunk",
            "00000000000000000000.chunk", "+0000000000000000000-00000000000000000001.chunk",
        ]
    )
    func others(name: String) {
        #expect(ChunkName(fileName: name) == nil)
    }
}
