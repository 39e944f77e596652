// The folder of an instance's data: one owner, one service, one format, one id.

public import Basics

/// The version of what a service writes into its folder, and the way up from older ones.
public struct DataFormat: Sendable {
    /// The version written, from 1.
    public let version: Int
    /// Brings a folder of an older version up; must be safe to repeat after a crash.
    let upgrade: (@Sendable (_ from: Int, _ path: String, _ disk: any Disk) throws -> Void)?

    /// A version, and how older ones become it; without a way older ones are refused.
    public init(
        version: Int,
        upgrade: (@Sendable (_ from: Int, _ path: String, _ disk: any Disk) throws -> Void)? = nil
    ) {
        precondition(version >= 1, "versions are counted from 1")
        self.version = version
        self.upgrade = upgrade
    }
}

/// An opened data folder, locked until it is released or the process dies.
///
/// `LOCK`, `FORMAT`, `PROBE` and `*.sock` in it are its own; the other names are the service's.
public final class DataFolder: Sendable {
    private static let lockName = "LOCK"
    /// The file that says whose the folder is; without it a folder that holds anything is refused.
    public static let formatName = "FORMAT"
    private static let newFormatName = "FORMAT.new"
    private static let probeName = "PROBE"
    private static let formatBytesMax = 4_096

    /// The folder.
    public let path: String
    /// The service it belongs to.
    public let service: String
    /// The instance's id, made when the folder was.
    public let instance: InstanceID
    /// The version of what lies in it.
    public let version: Int
    /// Whether it was made just now.
    public let createdNow: Bool
    private let lock: any DiskLock

    private init(
        path: String,
        mark: FormatMark,
        createdNow: Bool,
        lock: any DiskLock
    ) {
        self.path = path
        service = mark.service
        instance = mark.instance
        version = mark.version
        self.createdNow = createdNow
        self.lock = lock
    }

    /// What its format file says: a folder with a copy of it is this instance's.
    public var formatText: String {
        FormatMark(service: service, version: version, instance: instance).text
    }

    /// Gives the lock back; the folder must not be used afterwards.
    public func release() { lock.release() }

    /// Makes or opens a folder, locks it and checks whose it is; blocks on the disk.
    ///
    /// - Parameters:
    ///   - chance: gives a new folder's instance its id.
    ///   - processID: written into `LOCK`, so that another instance can name us.
    public static func open(
        _ path: String,
        service: String,
        format: DataFormat = DataFormat(version: 1),
        disk: any Disk,
        chance: inout some RandomNumberGenerator,
        processID: Int32
    ) throws(ChassisError) -> DataFolder {
        let door = FolderDoor(path: path, disk: disk)
        let lock = try door.lock(lockName)
        do throws(ChassisError) {
            try door.write(lockName, "\(processID)\n")
            try door.probe(probeName)
            guard let text = try door.read(formatName, bytesMax: formatBytesMax) else {
                try door.checkEmpty(besides: [lockName, newFormatName, probeName])
                let mark = FormatMark(
                    service: service,
                    version: format.version,
                    instance: InstanceID(from: &chance)
                )
                try door.replace(formatName, by: mark.text, through: newFormatName)
                return DataFolder(path: path, mark: mark, createdNow: true, lock: lock)
            }
            var mark = try FormatMark(text, place: "\(path)/\(formatName)")
            try mark.check(service: service, version: format.version, folder: path)
            if mark.version < format.version {
                try door.upgrade(from: mark.version, to: format)
                mark.version = format.version
                try door.replace(formatName, by: mark.text, through: newFormatName)
            }
            return DataFolder(path: path, mark: mark, createdNow: false, lock: lock)
        } catch {
            lock.release()
            throw error
        }
    }
}

/// What the file `FORMAT` says: four lines of plain text and their checksum.
struct FormatMark: Sendable, Hashable {
    private static let title = "shoal data folder"

    let service: String
    var version: Int
    let instance: InstanceID

    init(service: String, version: Int, instance: InstanceID) {
        self.service = service
        self.version = version
        self.instance = instance
    }

    /// Reads the file's text; damaged text is refused, never guessed at.
    init(_ text: String, place: String) throws(ChassisError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == 6, lines[0] == Self.title, lines[5].isEmpty,
            let service = Self.value(of: "service", lines[1]),
            let version = Self.value(of: "format", lines[2]).flatMap({ Int($0) }), version >= 1,
            let instance = Self.value(of: "instance", lines[3]).flatMap(InstanceID.init(hex:)),
            Self.value(of: "crc32c", lines[4]) == Self.checksum(lines[0...3])
        else {
            throw ChassisError(
                .dataCorrupt,
                operation: "open data folder",
                place: place,
                what: "the format file is damaged",
                hint: "restore the folder from a backup, or choose an empty one"
            )
        }
        self.init(service: service, version: version, instance: instance)
    }

    var text: String {
        let lines = [
            Self.title, "service: \(service)", "format: \(version)", "instance: \(instance.hex)",
        ]
        return lines.joined(separator: "\n") + "\ncrc32c: \(Self.checksum(lines[...]))\n"
    }

    func check(service: String, version: Int, folder: String) throws(ChassisError) {
        guard self.service == service else {
            throw ChassisError(
                .otherFolder,
                operation: "open data folder",
                place: folder,
                what: "the folder belongs to the service \(self.service), not to \(service)",
                hint: "give each service its own --data-directory"
            )
        }
        guard self.version <= version else {
            throw ChassisError(
                .newerFormat,
                operation: "open data folder",
                place: folder,
                what: "the data are of format \(self.version), this version knows \(version)",
                hint: "start the newer version again, or restore a backup made before it"
            )
        }
    }

    private static func value(of name: String, _ line: String) -> String? {
        line.hasPrefix("\(name): ") ? String(line.dropFirst(name.count + 2)) : nil
    }

    private static func checksum(_ lines: ArraySlice<String>) -> String {
        String(Checksum.crc32c(Array(lines.joined(separator: "\n").utf8)), radix: 16)
    }
}
