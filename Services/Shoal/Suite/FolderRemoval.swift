// Removes a folder that this program made for itself.

import Basics

/// Removes folders with all that is in them.
struct FolderRemoval: Sendable {
    /// Deeper than any folder of the suite.
    private static let depthMax = 16

    let disk: any Disk

    /// Removes `path`.
    func remove(_ path: String) throws(DiskError) { try remove(path, depth: 0) }

    private func remove(_ path: String, depth: Int) throws(DiskError) {
        if depth < Self.depthMax, let names = try names(path) {
            for name in names { try remove("\(path)/\(name)", depth: depth + 1) }
        }
        try disk.remove(path)
    }

    /// What a folder holds; nil for a file.
    private func names(_ path: String) throws(DiskError) -> [String]? {
        do throws(DiskError) {
            return try disk.list(path)
        } catch {
            guard error.code == .wrongKind else { throw error }
            return nil
        }
    }
}
