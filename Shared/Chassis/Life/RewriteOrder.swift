// The order to a service to write its files anew when it starts next.

public import Basics

/// A file `rewrite` in a service's data folder, by which erased users' bytes are to leave the disk.
///
/// It stays until the work is done, so that one that was cut off is done again.
public struct RewriteOrder: Sendable {
    /// The file's name.
    public static let fileName = "rewrite"

    private let folder: String
    private let disk: any Disk

    /// The order of a data folder.
    public init(folder: String, disk: any Disk) {
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

    private var path: String { "\(folder)/\(Self.fileName)" }
}
