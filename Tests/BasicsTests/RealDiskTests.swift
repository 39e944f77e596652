// What only the machine's disk has: rights, full devices, large files, other processes' names.

import Basics
import Foundation
import Testing

struct RealDiskTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "shoal-real-\(UUID().uuidString)"
        try RealDisk().createDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test("a full device is noSpace with the system's name, and may be tried again")
    func fullDevice() throws {
        let file = try RealDisk().open("/dev/full", .append)
        do throws(DiskError) {
            try file.write([1], at: 0)
            Issue.record("/dev/full took a byte")
        } catch {
            #expect(error.code == .noSpace)
            #expect(error.errno == "ENOSPC")
            #expect(error.isRetriable)
        }
    }

    @Test("folders and files belong to their user alone")
    func modes() throws {
        try inFolder { folder in
            _ = try RealDisk().open(folder + "/f", .create)
            let manager = FileManager.default
            let file = try manager.attributesOfItem(atPath: folder + "/f")[.posixPermissions]
            let own = try manager.attributesOfItem(atPath: folder)[.posixPermissions]
            #expect((file as? NSNumber)?.intValue == 0o600)
            #expect((own as? NSNumber)?.intValue == 0o700)
        }
    }

    @Test("a file opened to read cannot be written")
    func readOnly() throws {
        try inFolder { folder in
            try RealDisk().open(folder + "/f", .create).append([1])
            let file = try RealDisk().open(folder + "/f", .read)
            #expect(throws: DiskError.self) { try file.append([2]) }
            #expect(try file.size() == 1)
        }
    }

    @Test("ten megabytes are written and read whole")
    func large() throws {
        try inFolder { folder in
            let bytes = [UInt8](repeating: 0xA5, count: 10 << 20)
            let file = try RealDisk().open(folder + "/f", .create)
            try file.append(bytes)
            #expect(try file.read(at: 0, count: .max / 2) == bytes)
        }
    }

    @Test("memory of a mapped file that was given back is read again where it is asked for")
    func leaving() throws {
        try inFolder { folder in
            let bytes = (0..<20_000).map { UInt8($0 & 0xFF) }
            try RealDisk().open(folder + "/f", .create).append(bytes)
            let file = try RealDisk().map(folder + "/f")
            for file in [file, MappedFile(copying: bytes)] {
                let array = try file.array(of: UInt8.self, at: 0, count: bytes.count)
                #expect(array.copied() == bytes)
                file.leave()
                #expect(array[12_345] == bytes[12_345])
                #expect(array.copied() == bytes)
            }
        }
    }
}
