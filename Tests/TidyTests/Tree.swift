// The repository as it stands on disk, read once.
import Foundation

enum Tree {
    /// Found from this file's own place, through symbolic links.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file that is ours, sorted by path; build folders and data sets are left out.
    static let files: [SourceFile] = topLevel.filter { !isIgnored($0) }.flatMap(read).sorted {
        $0.path < $1.path
    }

    static let swift = files.filter { $0.kind == .swift }
    /// Swift that runs in a product: the rooms and the services, without what is generated.
    static let product = swift.filter { $0.isUnder("Shared") || $0.isUnder("Services") }
    static let generated = swift.filter(\.isGenerated)
    static let tests = swift.filter { $0.isUnder("Tests") }

    static let topLevel: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: root.path()))?.sorted() ?? []

    static func folders(in folder: String) -> [String] {
        let path = root.appending(path: folder).path()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { isFolder("\(folder)/\($0)") && !isIgnored($0) }.sorted()
    }

    static func text(of path: String) -> String? {
        try? String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func read(_ top: String) -> [SourceFile] {
        guard isFolder(top) else { return file(top) }
        let path = root.appending(path: top).path()
        let below = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
        return below.filter { !$0.split(separator: "/").contains { isIgnored(String($0)) } }
            .flatMap { file("\(top)/\($0)") }
    }

    private static func file(_ path: String) -> [SourceFile] {
        guard !isFolder(path), let text = text(of: path) else { return [] }
        return [SourceFile(path, text)]
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let there = FileManager.default.fileExists(
            atPath: root.appending(path: path).path(),
            isDirectory: &isFolder
        )
        return there && isFolder.boolValue
    }

    /// What .gitignore leaves out, and git's own folder.
    private static func isIgnored(_ name: String) -> Bool {
        name == ".git" || name.hasPrefix(".build") || name == "__pycache__"
            || name == "Package.resolved" || name.hasSuffix(".swp")
    }
}
