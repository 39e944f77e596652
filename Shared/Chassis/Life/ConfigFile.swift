// The YAML file of a service: read through the disk, bounded, every name in it known.

import Basics
import Configuration
import Yams

/// A parsed configuration file.
struct ConfigFile: Sendable {
    /// Largest file; a configuration is a page or two.
    private static let bytesMax = 256 << 10
    /// Most entries, aliases followed, so that none multiplies itself.
    private static let entriesMax = 1_000
    private static let depthMax = 8

    let path: String
    let snapshot: any ConfigSnapshot
    /// The dotted names of all entries, in order, and the lines they stand on.
    let entries: [Entry]

    /// An entry of the file.
    struct Entry: Sendable, Hashable {
        let name: String
        let line: Int
    }

    init(_ path: String, source: String, disk: any Disk) throws(ChassisError) {
        let mapped: MappedFile
        do throws(DiskError) {
            mapped = try disk.map(path)
        } catch {
            throw Self.refusal(
                "\(source): \(path)",
                "the file cannot be read (\(error.errno))",
                hint: "check its path and who may read it"
            )
        }
        guard mapped.count <= Self.bytesMax else {
            throw Self.refusal(path, "the file is too large", hint: "at most 256 KiB")
        }
        let bytes: [UInt8]
        do throws(BytesError) {
            bytes = try mapped.bytes(in: 0..<mapped.count)
        } catch {
            preconditionFailure("a file's own range lies in it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.refusal(path, "the file is not UTF-8", hint: "save it as UTF-8")
        }
        self.path = path
        var found: [Entry] = []
        do {
            let isEmpty = { (node: Node) in
                node.mapping?.isEmpty ?? node.scalar.map(\.string.isEmpty) ?? false
            }
            guard let root = try Yams.compose(yaml: text), !isEmpty(root) else {
                // An empty file, or only comments.
                snapshot = InMemoryProvider(values: [:]).snapshot()
                entries = []
                return
            }
            try Self.collect(root, [], path, &found)
            snapshot = try mapped.withBytes { bytes throws in
                try YAMLSnapshot(data: bytes, providerName: path, parsingOptions: .default)
            }
        } catch let error as ChassisError {
            throw error
        } catch {
            throw Self.refusal(path, "the file is no YAML: \(error)", hint: "key: value lines")
        }
        entries = found
    }

    /// Where an entry stands.
    func place(of name: String) -> String {
        guard let entry = entries.first(where: { $0.name == name }) else { return path }
        return "\(path):\(entry.line)"
    }

    /// The refusals of entries that no key has.
    func unknownNames(_ keys: [ConfigKey]) -> [ChassisError] {
        let known = keys.map(\.name)
        let all = Set(known)
        return entries.map(\.name).filter { !all.contains($0) }.map { name in
            ConfigLoader.unknown("entry", name, place: place(of: name), among: known)
        }
    }

    private static func collect(
        _ node: Node,
        _ above: [String],
        _ path: String,
        _ entries: inout [Entry]
    ) throws(ChassisError) {
        guard let mapping = node.mapping else {
            let name = above.joined(separator: ".")
            if let items = node.sequence {
                guard items.allSatisfy({ $0.scalar != nil }) else {
                    throw refusal(path, "\(name) holds more than texts", hint: "a list of texts")
                }
            }
            guard !name.isEmpty else {
                throw refusal(path, "the file holds no entries", hint: "key: value lines")
            }
            guard entries.count < entriesMax, !entries.contains(where: { $0.name == name }) else {
                throw refusal(path, "\(name) is given twice", hint: "give it once")
            }
            entries.append(Entry(name: name, line: node.mark?.line ?? 1))
            return
        }
        guard above.count < depthMax, entries.count < entriesMax else {
            throw refusal(path, "the file has too many entries or levels", hint: "see --help")
        }
        for (key, value) in mapping {
            guard let part = key.string else {
                throw refusal(path, "a name is no text", hint: "names are plain words")
            }
            try collect(value, above + [part], path, &entries)
        }
    }

    private static func refusal(_ place: String, _ what: String, hint: String) -> ChassisError {
        ChassisError(
            .badConfiguration,
            operation: ConfigLoader.operation,
            place: place,
            what: what,
            hint: hint
        )
    }
}
