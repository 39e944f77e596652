// Tests of the names of a log's files.

import Testing

@testable import Log

@Suite struct FolderTests {
    @Test("a file's name gives back the number it was made of")
    func namesAreRead() {
        for number: UInt64 in [0, 1, 4711, .max] {
            #expect(Folder.journalSequence(Folder.journalName(number)) == number)
            #expect(Folder.volumeOffset(Folder.volumeName(number)) == number)
        }
        #expect(Folder.partitionIndex(Folder.partitionName(63)) == 63)
    }

    @Test("a name with a sign, too few digits or another ending is no file of ours")
    func otherNamesAreNot() {
        #expect(Folder.journalSequence("journal-1.log") == nil)
        #expect(Folder.journalSequence("journal-+0000000000000000001.log") == nil)
        #expect(Folder.journalSequence("journal-99999999999999999999.log") == nil)
        #expect(Folder.volumeOffset("00000000000000000001.volume.tmp") == nil)
        #expect(Folder.partitionIndex("partition-99999") == nil)
    }
}
