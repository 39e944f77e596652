// Reads the import lines of every product file and holds them against ImportTable.
enum ImportRule {
    static func findings(
        in files: [SourceFile],
        rooms: [Room] = ImportTable.rooms,
        foundation: [String: String] = ImportTable.foundation
    ) -> [Finding] {
        files.flatMap { file in
            imports(of: file).compactMap { line, module in
                refusal(of: module, in: file, rooms: rooms, foundation: foundation)
                    .map { Finding(file.path, line, $0) }
            }
        }
    }

    /// Grants of Foundation that nothing uses any more.
    static func stale(_ foundation: [String: String], in files: [SourceFile]) -> [Finding] {
        let using = files.filter { file in imports(of: file).contains { $0.1 == "Foundation" } }
        return Set(foundation.keys).subtracting(using.map(\.path)).map {
            Finding($0, "does not import Foundation: take it out of ImportTable.foundation")
        }
    }

    /// Line number and module of each import; `import struct A.B` is an import of A.
    static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
        file.code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), words.count > at + 1,
                words[..<at].allSatisfy(isModifier)
            else { return nil }
            let kinds: Set<Substring> = [
                "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
            ]
            let isKind = kinds.contains(words[at + 1]) && words.count > at + 2
            let path = words[at + (isKind ? 2 : 1)]
            return (index + 1, String(path.split(separator: ".")[0]))
        }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@")
            || ["public", "package", "internal", "private", "fileprivate"].contains(word)
    }

    private static func refusal(
        of module: String,
        in file: SourceFile,
        rooms: [Room],
        foundation: [String: String]
    ) -> String? {
        // The innermost room counts: Services/X/Main before Services/X.
        let room = rooms.filter { file.isUnder($0.folder) }.max {
            $0.folder.count < $1.folder.count
        }
        guard let room else { return "stands in no room of ImportTable" }
        if module == "Foundation" {
            return foundation[file.path] == nil
                ? "Foundation is granted file by file: ImportTable.foundation, with a reason" : nil
        }
        if room.allowed.contains(module) { return nil }
        if let door = ImportTable.doors[module] {
            return "\(module) has one door, \(door): ask that room"
        }
        if ImportTable.services.contains(module) {
            return "a service is never imported (\(module)): services meet on the wire"
        }
        return "\(room.folder) may not import \(module): see ImportTable"
    }
}
