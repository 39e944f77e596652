// The index's entries about imports: what each brought, by project and name.

import Basics
import KeyValue
import Messages

extension IndexReader {
    /// An import; nil when it never brought a record.
    func entry(of key: ProjectImport) throws(IngestionError) -> ImportEntry? {
        guard let value = try fact(bytes: IndexKey.importEntry(key)) else { return nil }
        return try entry(value)
    }

    /// All imports of all projects.
    func imports() throws(IngestionError) -> [(key: ProjectImport, entry: ImportEntry)] {
        let start = Array("import\0".utf8)
        var imports: [(key: ProjectImport, entry: ImportEntry)] = []
        for (key, value) in try facts(from: start, prefix: start, limit: .max) {
            let name = key.dropFirst(start.count).prefix { $0 != 0 }
            guard let project = ProjectName(String(decoding: name, as: UTF8.self)) else {
                throw damaged("an import's project")
            }
            let entry = try entry(value)
            imports.append((ProjectImport(project: project, id: entry.summary.importID), entry))
        }
        return imports
    }

    /// A project's imports behind a name, in the order of the names' bytes.
    func imports(of project: ProjectName, after id: String?, limit: Int) throws(IngestionError)
        -> [IngestionV1.ImportSummary]
    {
        let prefix = IndexKey.importEntry(ProjectImport(project: project, id: ""))
        // The next key there may be: no name holds a zero byte.
        let from = id.map { prefix + Array($0.utf8) + [0] } ?? prefix
        return try facts(from: from, prefix: prefix, limit: limit)
            .map { (_, value) throws(IngestionError) in try entry(value).summary }
    }

    /// The next free number of a project's imports.
    func nextImport(of project: ProjectName) throws(IngestionError) -> UInt32 {
        guard let number = try fact(IndexKey.importCount(project)) else { return 0 }
        guard let next = UInt32(exactly: number) else { throw damaged("a count of imports") }
        return next
    }

    private func entry(_ value: [UInt8]) throws(IngestionError) -> ImportEntry {
        guard value.count >= 4, let number = IndexKey.number(value[..<4]).map(UInt32.init) else {
            throw damaged("an import")
        }
        do throws(MessageError) {
            return ImportEntry(
                number: number,
                summary: try IngestionV1.ImportSummary.decode(Array(value[4...]))
            )
        } catch {
            throw damaged("an import (\(error.message))")
        }
    }
}

extension IndexWriter {
    /// Forgets all imports: the log is read again from its beginning.
    func forgetImports(_ batch: inout Batch) {
        for kind in ["import", "imports"] {
            batch.deleteRange(
                index.facts,
                from: Array("\(kind)\0".utf8),
                to: Array("\(kind)\u{1}".utf8)
            )
        }
    }

    /// An import.
    func put(_ entry: ImportEntry, of key: ProjectImport, _ batch: inout Batch)
        throws(IngestionError)
    {
        do throws(MessageError) {
            batch.put(
                index.facts,
                IndexKey.importEntry(key),
                IndexKey.bigEndian(UInt64(entry.number), bytes: 4) + (try entry.summary.encode())
            )
        } catch {
            throw .index("save an import", error)
        }
    }

    /// The next free number of a project's imports.
    func put(nextImport next: UInt32, of project: ProjectName, _ batch: inout Batch) {
        batch.put(
            index.facts,
            IndexKey.importCount(project),
            IndexKey.bigEndian(UInt64(next), bytes: 8)
        )
    }
}

extension IndexKey {
    /// An import of a project.
    static func importEntry(_ key: ProjectImport) -> [UInt8] {
        Array("import\0\(key.project.text)\0\(key.id)".utf8)
    }

    /// How many imports a project has.
    static func importCount(_ project: ProjectName) -> [UInt8] {
        Array("imports\0\(project.text)\0".utf8)
    }
}

/// Where a record with an event id stands, and the number of the import it came with.
struct SeenEvent: Sendable, Hashable {
    let place: LogPlace
    let importNumber: UInt32?

    /// Ten bytes, with an import fourteen; big-endian.
    var bytes: [UInt8] {
        place.bytes + (importNumber.map { IndexKey.bigEndian(UInt64($0), bytes: 4) } ?? [])
    }

    init(place: LogPlace, importNumber: UInt32?) {
        self.place = place
        self.importNumber = importNumber
    }

    /// Nil when the bytes are none.
    init?(bytes: [UInt8]) {
        guard bytes.count == 10 || bytes.count == 14,
            let place = LogPlace(bytes: Array(bytes[..<10]))
        else { return nil }
        self.place = place
        importNumber =
            bytes.count == 14 ? IndexKey.number(bytes[10...]).flatMap(UInt32.init(exactly:)) : nil
    }
}
