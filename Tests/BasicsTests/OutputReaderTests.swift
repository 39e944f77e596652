// The far end of a pipe is seen to be closed without a byte written.

import Basics
import Foundation
import Testing

@Suite struct OutputReaderTests {
    @Test("a pipe's reader is there until it closes its end; a file's is never gone")
    func pipe() throws {
        let pipe = Pipe()
        let end = pipe.fileHandleForWriting.fileDescriptor
        #expect(!OutputReader.isGone(descriptor: end))
        try pipe.fileHandleForReading.close()
        #expect(OutputReader.isGone(descriptor: end))
        let file = try #require(FileHandle(forWritingAtPath: "/dev/null"))
        #expect(!OutputReader.isGone(descriptor: file.fileDescriptor))
    }
}
