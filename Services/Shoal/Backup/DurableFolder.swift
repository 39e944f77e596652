// Folders whose names survive a power cut.

import Basics

/// Makes folders durably.
enum DurableFolder {
    /// Makes a folder with those above it; nothing to do when it is there.
    static func make(_ path: String, _ disk: any Disk) throws(DiskError) {
        var missing: [String] = []
        var at = path
        while at != "/", try !disk.exists(at) {
            missing.append(at)
            at = parent(of: at)
        }
        guard !missing.isEmpty else { return }
        try disk.createDirectory(path)
        for folder in missing.reversed() { try disk.syncDirectory(parent(of: folder)) }
    }

    /// The folder that an absolute path's last name stands in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
