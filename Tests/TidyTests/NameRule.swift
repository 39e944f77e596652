// Names and words: nouns of the domain, nothing left undone, no path of one machine.
enum NameRule {
    static let emptyWords: Set = [
        "Util", "Utils", "Utilities", "Utility", "Helper", "Helpers", "Manager", "Common", "Core",
        "Misc",
    ]
    /// Names that hold such a word and may, with the reason.
    static let exceptions: [String: String] = [
        "CommonConfig": "the configuration keys that all services have in common; in wide use"
    ]
    static let topLevel: Set = [
        "Package.swift", "Services", "Shared", "Tests", "Proto", "Deploy", "README.md",
    ]
    /// Written in two halves, so that this file does not find itself.
    static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].map(Words.init)
    static let machines = ["/wo" + "rk/", "/tmp/" + "h/", "/ro" + "ot/"]
        .map(Words.init)

    static func unfinishedWork(in files: [SourceFile]) -> [Finding] {
        lines(of: files.filter { $0.kind != .other || $0.name.hasSuffix(".md") }) { line in
            unfinished.contains { $0.isIn(line) } ? "finish it, or write an issue" : nil
        }
    }

    static func machinePaths(in files: [SourceFile]) -> [Finding] {
        lines(of: files) { line in
            machines.contains { $0.isIn(line) }
                ? "a path of one machine: take it from the configuration" : nil
        }
    }

    static func emptyNames(in files: [SourceFile]) -> [Finding] {
        files.filter { !$0.isGenerated }.flatMap { file -> [Finding] in
            let folders = file.path.split(separator: "/").dropLast().map(String.init)
            let inPath = (folders + [file.stem]).filter(isEmpty).map {
                Finding(file.path, "\($0): \(instead)")
            }
            let inCode = file.code.enumerated().flatMap { index, line in
                types(declaredIn: line).filter(isEmpty).map {
                    Finding(file.path, index + 1, "\($0): \(instead)")
                }
            }
            return inPath + inCode
        }
    }

    private static let instead = "a name says what a thing is, not that it helps"

    static func strangers(atTopLevel names: [String]) -> [Finding] {
        names.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" && !topLevel.contains($0) }
            .map { Finding($0, "does not belong at the top: \(topLevel.sorted())") }
    }

    private static func lines(
        of files: [SourceFile],
        _ refusal: (String) -> String?
    ) -> [Finding] {
        files.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                refusal(line).map { Finding(file.path, index + 1, $0) }
            }
        }
    }

    private static func isEmpty(_ name: String) -> Bool {
        !exceptions.keys.contains { name == $0 || name == $0 + "Tests" }
            && camelWords(name).contains { emptyWords.contains($0) }
    }

    /// "SegmentStore" is "Segment", "Store".
    static func camelWords(_ name: String) -> [String] {
        name.reduce(into: [String]()) { words, character in
            if character.isUppercase || words.isEmpty {
                words.append(String(character))
            } else {
                words[words.count - 1].append(character)
            }
        }
    }

    private static func types(declaredIn line: String) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "typealias"]
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return zip(words, words.dropFirst()).filter { kinds.contains($0.0) }.map { String($0.1) }
    }
}
