// What a service is to do once when it starts next.

public import Basics

/// An empty file in a service's data folder, by which something is to be done at the next start.
///
/// It stays until the work is done, so that one that was cut off is done again.
public struct StartOrder: Sendable {
    /// What is to be done; the file has its name.
    public enum Work: String, Sendable {
        /// Files are written anew, so that erased users' bytes leave the disk.
        case rewrite
        /// The folder was restored from a backup, which is to be told to whoever reads on.
        case restored
    }

    private let path: String
    private let folder: String
    private let disk: any Disk

    /// The order of a data folder.
    public init(_ work: Work, folder: String, disk: any Disk) {
        path = "\(folder)/\(work.rawValue)"
        self.folder = folder
        self.disk = disk
    }

    /// Whether the service is to do it.
    public func isGiven() throws(DiskError) -> Bool { try disk.exists(path) }

    /// Gives it, durably.
    public func give() throws(DiskError) {
        let file = try disk.open(path, .create)
        try file.sync()
        try file.close()
        try disk.syncDirectory(folder)
    }

    /// It is done.
    public func take() throws(DiskError) {
        try disk.remove(path)
        try disk.syncDirectory(folder)
    }
}
