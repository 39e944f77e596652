// Files that are gone, empty, or older copies of themselves are noticed at the start.

import Basics
import Kit
import Testing

@testable import Log

@Suite struct MissingFileTests {
    /// Volumes, two closed journal files and an active one; the image after each group.
    private func images() throws -> (last: DiskImage, older: [DiskImage], model: LogModel) {
        let disk = ForgetfulDisk()
        let log = try LogRig.open(disk)
        var maker = GroupMaker(seed: 11, partitions: 3)
        var model = LogModel(3)
        var older: [DiskImage] = []
        for step in 0..<28 {
            let group = maker.next(records: 8)
            try log.append(group)
            model = model.with(group)
            if step == 17 { try log.tidyAll() }
            older.append(try DiskImage(disk, LogRig.folder))
        }
        disk.crash()
        let last = try DiskImage(disk, LogRig.folder)
        try #require(last.journals.count >= 4 && last.volumes.count >= 3)
        #expect(try LogRig.open(disk).readAll() == model)
        return (last, older, model)
    }

    @Test("each file that is removed is missed")
    func removed() throws {
        let image = try images().last
        for path in image.files.keys where !path.hasSuffix(".lock") {
            var less = image
            less.files[path] = nil
            let disk = try less.disk()
            let code = LogRig.code { _ = try LogRig.open(disk) }
            #expect(code == .missing, "\(path)")
        }
    }

    @Test("each file that is empty is refused")
    func empty() throws {
        let image = try images().last
        for path in image.files.keys where !path.hasSuffix(".lock") {
            var less = image
            less.files[path] = []
            let disk = try less.disk()
            #expect(LogRig.code { _ = try LogRig.open(disk) } != nil, "\(path)")
        }
    }

    @Test("each file that is an older copy of itself is refused")
    func olderCopy() throws {
        let (last, older, model) = try images()
        var tried = 0
        for image in older {
            for (path, bytes) in image.files where last.files[path].map({ $0 != bytes }) ?? false {
                // The active file's own end since the last roll is known by no mark.
                if path == last.journals.last { continue }
                var mixed = last
                mixed.files[path] = bytes
                let disk = try mixed.disk()
                tried += 1
                do {
                    #expect(try LogRig.open(disk).readAll() == model, "silent: \(path)")
                    Issue.record("accepted: \(path)")
                } catch let error as LogError {
                    #expect(error.code != .disk, "\(path): \(error)")
                }
            }
        }
        #expect(tried > 5)
    }

    @Test("a closed journal file with a group less is refused with its place")
    func shorterClosedFile() throws {
        let image = try images().last
        let path = image.journals[1]
        var cut = image
        cut.files[path]?.removeLast(10)
        let disk = try cut.disk()
        let error = #expect(throws: LogError.self) { try LogRig.open(disk) }
        #expect(error?.code == .corrupt)
        #expect(error?.place.hasPrefix(path + " byte ") == true)
    }

    @Test("a partition folder beyond the deployment's partitions is refused")
    func strangePartition() throws {
        let image = try images().last
        let disk = try image.disk()
        try disk.createDirectory(LogRig.folder + "/partition-00003")
        #expect(LogRig.code { _ = try LogRig.open(disk) } == .foreign)
    }

    @Test("files of another log are refused")
    func foreignFiles() throws {
        let image = try images().last
        let other = ForgetfulDisk()
        _ = try Journal.open(
            LogRig.settings(),
            identity: InstanceID(high: 9, low: 9),
            disk: other
        )
        let foreign = try DiskImage(other, LogRig.folder)
        for name in [Folder.journalMarkName, Folder.volumesMarkName] {
            var mixed = image
            let path = LogRig.folder + "/" + name
            mixed.files[path] = foreign.files[path]
            let disk = try mixed.disk()
            #expect(LogRig.code { _ = try LogRig.open(disk) } == .foreign)
        }
    }
}
