// Paths within a backup: whatever names a file there, it stays below the backup's folder.

/// Paths within a backup: they come over the wire and from files, and stay below its folder.
enum BackupPath {
    private static let bytesMax = 320
    private static let namesMax = 5

    /// Whether a path is made of a few plain names.
    static func isSafe(_ path: String) -> Bool {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= bytesMax && names.count <= namesMax && names.allSatisfy(isSafe)
    }

    private static func isSafe(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: ".") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
