// A sealed chunk: a mapped file whose every byte was checked when it was opened.

public import Basics

/// Events, user properties and identifiers of one (project, partition) over a range of its log.
///
/// Immutable; any thread may read. The file stays mapped while the chunk, a table or a column of
/// it is held, also after it was removed from its folder.
public final class Chunk: Sendable {
    /// Whose it is.
    public let owner: ChunkOwner
    /// What a manifest keeps about it.
    public let summary: ChunkSummary
    let ids: BytesColumn
    /// All its lists.
    let lists: ListColumn
    /// Bytes of all its texts.
    let textBytes: Int
    /// Sorted by the names' bytes.
    let events: [EventTable]
    /// Sorted by the names' bytes.
    let properties: [EventTable]

    /// The first log offset it covers.
    public var from: LogOffset { summary.name.from }
    /// The log offset behind the last it covers.
    public var to: LogOffset { summary.name.to }

    /// Maps a chunk and checks header, directory, all sections and the order of the rows.
    ///
    /// Throws `.newerFormat`, `.corrupt` with file and section, `.mismatch` when it is sound but
    /// another project's, partition's or range's, or has another fingerprint than the manifest
    /// says, and `.storage`. Reads the whole file once, so it blocks.
    public static func open(
        _ name: ChunkName,
        in folder: String,
        on disk: any Disk,
        of owner: ChunkOwner,
        fingerprint: UInt32? = nil
    ) throws(ColumnsError) -> Chunk {
        let path = folder + "/" + name.fileName
        let file: MappedFile
        do {
            file = try disk.map(path)
        } catch {
            // An empty file cannot be mapped, and is no chunk.
            if error.code == .invalid { throw ColumnsError(.corrupt, "open", at: path + " header") }
            throw ColumnsError(error, "open")
        }
        let chunk = try Chunk(file, at: path, of: owner)
        // What was read to check it; questions ask for few columns.
        file.leave()
        guard chunk.summary.name == name else {
            throw ColumnsError(.mismatch, "open", at: path + ", log offsets")
        }
        guard fingerprint == nil || fingerprint == chunk.summary.fingerprint else {
            throw ColumnsError(.mismatch, "open", at: path + ", fingerprint")
        }
        return chunk
    }

    /// Reads a file's bytes as a chunk of one owner.
    init(_ file: MappedFile, at path: String, of owner: ChunkOwner) throws(ColumnsError) {
        var sections = try SectionReader(file, named: path)
        let (project, partition) = try sections.entry("owner") { reader throws(BytesError) in
            (try reader.text(), try reader.varint())
        }
        guard project == owner.project.text, partition == UInt64(owner.partition.index) else {
            throw ColumnsError(.mismatch, "open", at: path + ", owner")
        }
        self.owner = owner
        let (from, to) = try sections.entry("offsets") { reader throws(BytesError) in
            (try reader.varint(), try reader.varint())
        }
        guard from < to else { throw sections.corrupt("directory, offsets") }
        let firstUser = try sections.word("first user")
        let ids = try sections.texts("user identifiers")
        guard UInt64(firstUser) + UInt64(ids.count) <= UInt64(UInt32.max),
            // Of users who are gone there is none.
            (0..<ids.count).map(ids.text).allSatisfy({ $0.isEmpty || UserID($0) != nil })
        else { throw sections.corrupt("user identifiers") }
        self.ids = ids
        let pieces = try ChunkPieces(reading: &sections)
        lists = pieces.lists
        textBytes = pieces.dictionary.heap.count
        var events: [EventTable] = []
        var properties: [EventTable] = []
        for _ in 0..<(try sections.count("tables")) {
            let (kind, table) = try pieces.table(reading: &sections)
            switch kind {
            case .event: events.append(table)
            case .userProperty: properties.append(table)
            }
        }
        try sections.checkEnd()
        for tables in [events, properties] where !tables.isSorted(by: \.name) {
            throw sections.corrupt("directory, tables")
        }
        self.events = events
        self.properties = properties
        summary = ChunkSummary(
            name: ChunkName(from: LogOffset(from), to: LogOffset(to)),
            fileBytes: file.count,
            fingerprint: sections.fingerprint,
            eventRows: events.reduce(0) { $0 + $1.rowCount },
            propertyRows: properties.reduce(0) { $0 + $1.rowCount },
            firstUser: UserNumber(firstUser),
            userCount: ids.count
        )
    }

    /// The rows of an event name; nil when it has none.
    public func table(of event: String) -> EventTable? {
        events.index(named: event, by: \.name).map { events[$0] }
    }

    /// The versions of a user property; nil when it has none.
    func versions(of property: String) -> EventTable? {
        properties.index(named: property, by: \.name).map { properties[$0] }
    }
}

/// Whose chunk it is.
public struct ChunkOwner: Sendable, Hashable {
    /// The project.
    public let project: ProjectName
    /// The partition.
    public let partition: Partition

    /// The owner of one project's part of one partition.
    public init(project: ProjectName, partition: Partition) {
        self.project = project
        self.partition = partition
    }
}

extension Array {
    /// Whether each name comes before the next by bytes, so that none stands twice.
    func isSorted(by nameOf: (Element) -> String) -> Bool {
        zip(self, dropFirst()).allSatisfy { TextBytes.precedes(nameOf($0), nameOf($1)) }
    }
}
