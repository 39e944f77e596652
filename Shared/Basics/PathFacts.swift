// What the system tells of a path beside its bytes: who may open it, and what it lies on.

import CBasics

/// Permissions, owner and file system of a file or folder, as they were when it was looked at.
public struct PathFacts: Sendable, Hashable {
    /// The permission bits, such as 0o700.
    public let permissions: UInt16
    /// Whether it belongs to the user of this process.
    public let isOwn: Bool
    /// The kind of file system, such as ext4; a number in hexadecimal when it has no known name.
    public let fileSystem: String

    /// Facts as a test gives them.
    public init(permissions: UInt16, isOwn: Bool, fileSystem: String) {
        self.permissions = permissions
        self.isOwn = isOwn
        self.fileSystem = fileSystem
    }

    /// Asks the system about a path; nil when nothing is there or it may not be looked at.
    public init?(of path: String) {
        let permissions = unsafe cbasics_permissions(path)
        let owner = unsafe cbasics_owner(path)
        let fileSystem = unsafe cbasics_file_system(path)
        guard permissions >= 0, owner >= 0, fileSystem >= 0 else { return nil }
        self.init(
            permissions: UInt16(truncatingIfNeeded: permissions),
            isOwn: owner == Int64(cbasics_own_user()),
            fileSystem: Self.names[fileSystem] ?? "0x" + String(fileSystem, radix: 16)
        )
    }

    /// Magic numbers of statfs(2).
    private static let names: [Int64: String] = [
        0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0x2FC1_2FC1: "zfs",
        0xF2F5_2010: "f2fs", 0x0102_1994: "tmpfs", 0x8584_58F6: "ramfs", 0x6969: "nfs",
        0xFF53_4D42: "cifs", 0xFE53_4D42: "smb2", 0x6573_5546: "fuse", 0x794C_7630: "overlay",
        0x0102_1997: "9p",
    ]
}
