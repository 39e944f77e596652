// The few things done to a data folder's own files, with the disk's errors told as ours.

import Basics

/// A folder and its disk.
struct FolderDoor: Sendable {
    let path: String
    let disk: any Disk
    private static let operation = "open data folder"

    /// Makes the folder if need be and takes its lock; names the holder when it is taken.
    func lock(_ name: String) throws(ChassisError) -> any DiskLock {
        do throws(DiskError) {
            try make()
            return try disk.lock(file(name))
        } catch {
            guard error.code == .locked else { throw told(error) }
            throw ChassisError(
                .locked,
                operation: Self.operation,
                place: path,
                what: "another instance (\(holder(name))) uses this folder",
                hint: "stop it, or choose another --data-directory"
            )
        }
    }

    /// Writes a file in place and syncs it.
    func write(_ name: String, _ text: String) throws(ChassisError) {
        do throws(DiskError) {
            let file = try disk.open(file(name), .create)
            try file.append(Array(text.utf8))
            try file.sync()
            try file.close()
        } catch { throw told(error) }
    }

    /// Shows that the folder takes, syncs and gives up a file.
    func probe(_ name: String) throws(ChassisError) {
        try write(name, "probe\n")
        do throws(DiskError) { try disk.remove(file(name)) } catch { throw told(error) }
    }

    /// The text of a file; nil when there is none.
    func read(_ name: String, bytesMax: Int) throws(ChassisError) -> String? {
        do throws(DiskError) {
            let opened = try disk.open(file(name), .read)
            let bytes = try opened.read(at: 0, count: bytesMax)
            try opened.close()
            // Invalid UTF-8 becomes other text, which the checksum refuses.
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            if error.code == .notFound { return nil }
            throw told(error)
        }
    }

    /// Gives a file new content at once: all of it, or the old one after a crash.
    func replace(_ name: String, by text: String, through new: String) throws(ChassisError) {
        try write(new, text)
        do throws(DiskError) {
            try disk.rename(file(new), to: file(name))
            try disk.syncDirectory(path)
        } catch { throw told(error) }
    }

    /// Refuses a folder without a format file that holds other things: it is not ours.
    func checkEmpty(besides own: [String]) throws(ChassisError) {
        let names: [String]
        do throws(DiskError) { names = try disk.list(path) } catch { throw told(error) }
        let others = names.filter {
            !own.contains($0) && !$0.hasSuffix(".sock") && $0 != "lost+found"
        }
        guard let first = others.first else { return }
        throw ChassisError(
            .otherFolder,
            operation: Self.operation,
            place: path,
            what: "the folder is no data folder of Shoal, but holds \(first)",
            hint: "choose an empty folder"
        )
    }

    /// Runs the way up from an older format.
    func upgrade(from version: Int, to format: DataFormat) throws(ChassisError) {
        guard let upgrade = format.upgrade else {
            throw ChassisError(
                .dataCorrupt,
                operation: "upgrade data folder",
                place: path,
                what: "there is no way from format \(version) to \(format.version)",
                hint: "start a version between, which knows the way"
            )
        }
        do {
            try upgrade(version, path, disk)
        } catch {
            let known = error as? any ExplainedError
            throw ChassisError(
                .dataCorrupt,
                operation: "upgrade data folder",
                place: known?.place ?? path,
                what: "the upgrade from format \(version) failed: \(known?.what ?? "\(error)")",
                hint: known?.hint ?? "start the older version again and report this"
            )
        }
    }

    /// Makes the folder and those above it, each of them to survive a power cut.
    private func make() throws(DiskError) {
        var fresh: [String] = []
        var folder = path
        while folder != "/", folder != ".", try !disk.exists(folder) {
            folder = Self.parent(of: folder)
            fresh.append(folder)
        }
        guard !fresh.isEmpty else { return }
        try disk.createDirectory(path)
        for folder in fresh { try disk.syncDirectory(folder) }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func file(_ name: String) -> String { "\(path)/\(name)" }

    private func holder(_ name: String) -> String {
        let text: String?
        do throws(ChassisError) {
            text = try read(name, bytesMax: 64)
        } catch {
            // The lock is what matters; its holder's number is a courtesy.
            text = nil
        }
        guard let process = text.map(LogText.trimmed).flatMap({ Int($0) }) else {
            return "process unknown"
        }
        return "pid \(process)"
    }

    private func told(_ error: DiskError) -> ChassisError {
        let code: ChassisError.Code =
            switch error.code {
            case .noSpace: .noSpace
            case .resources: .systemResources
            default: .notWritable
            }
        return ChassisError(
            code,
            operation: Self.operation,
            place: error.path,
            what: "the data folder cannot be used: \(error.operation) gave \(error.errno)",
            hint: error.hint
        )
    }
}
