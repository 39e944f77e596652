// The column files of an instance: a folder per partition, in it one per project, a file per chunk.

import Basics
import Columns

/// Writes, opens and clears chunk files below an instance's data folder.
///
/// What counts of them is for others to say. Blocks on the disk: for lanes.
struct ColumnFiles: Sendable {
    private let folder: String
    private let disk: any Disk

    /// Those below `folder`, which exists.
    init(folder: String, disk: any Disk) {
        self.folder = folder
        self.disk = disk
    }

    /// Seals every tail of a partition into a chunk file, durably.
    ///
    /// - Returns: its columns with the chunks in the tails' places. The state itself stays as it
    ///   is, since nothing is published yet.
    func seal(_ state: PartitionState) throws -> [ProjectName: PartitionColumns] {
        var projects = state.projects
        for (project, var columns) in state.projects {
            columns.tidyTail()
            guard state.isSealable(columns.tail) else { continue }
            columns.tail.advance(to: state.next)
            let folder = path(state.partition, project)
            try disk.createDirectory(folder)
            let owner = ChunkOwner(project: project, partition: state.partition)
            let summary = try ChunkWriter(disk: disk, folder: folder, owner: owner)
                .seal(columns.tail)
            try columns.adopt(
                Chunk.open(
                    summary.name,
                    in: folder,
                    on: disk,
                    of: owner,
                    fingerprint: summary.fingerprint
                )
            )
            projects[project] = columns
        }
        try syncFolders(of: state.partition)
        return projects
    }

    /// Writes chunks that join as one more file, which counts once it is published.
    func merge(_ chunks: [Chunk], of owner: ChunkOwner) throws -> Chunk {
        let folder = path(owner.partition, owner.project)
        let summary = try ChunkWriter(disk: disk, folder: folder, owner: owner).merge(chunks)
        return try Chunk.open(
            summary.name,
            in: folder,
            on: disk,
            of: owner,
            fingerprint: summary.fingerprint
        )
    }

    /// Deletes the files of chunks that are published no more; readers keep what they have mapped.
    func remove(_ chunks: [ChunkName], of owner: ChunkOwner) throws {
        let folder = path(owner.partition, owner.project)
        for chunk in chunks { try disk.remove("\(folder)/\(chunk.fileName)") }
    }

    /// Makes the folders above a partition's files durable.
    ///
    /// A chunk whose folder a power cut takes away is gone, however well it was synced.
    func syncFolders(of partition: Partition) throws {
        for folder in [path(partition), "\(self.folder)/\(Self.columns)", self.folder]
        where try disk.exists(folder) {
            try disk.syncDirectory(folder)
        }
    }

    /// Up to `count` bytes of a chunk's file; none behind its end.
    func piece(of chunk: ChunkName, _ owner: ChunkOwner, at offset: Int, count: Int) throws
        -> [UInt8]
    {
        let folder = path(owner.partition, owner.project)
        let file = try disk.open("\(folder)/\(chunk.fileName)", .read)
        guard offset < (try file.size()) else { return [] }
        return try file.read(at: offset, count: count)
    }

    /// Begins the file of a chunk that is copied, under another name than the chunk's.
    func beginCopy(of chunk: ChunkName, _ owner: ChunkOwner) throws -> any DiskFile {
        let folder = path(owner.partition, owner.project)
        try disk.createDirectory(folder)
        return try disk.open(copy(of: chunk, in: folder), .create)
    }

    /// Makes a copied file durable under the chunk's name.
    func finishCopy(_ file: any DiskFile, of chunk: ChunkName, _ owner: ChunkOwner) throws {
        let folder = path(owner.partition, owner.project)
        try file.sync()
        try file.close()
        try disk.rename(copy(of: chunk, in: folder), to: "\(folder)/\(chunk.fileName)")
        try disk.syncDirectory(folder)
    }

    /// A published chunk, checked as a whole.
    func open(_ published: PublishedChunk, of owner: ChunkOwner) throws -> Chunk {
        try Chunk.open(
            published.name,
            in: path(owner.partition, owner.project),
            on: disk,
            of: owner,
            fingerprint: published.fingerprint
        )
    }

    /// Deletes a partition's files that are not published: a crash came before.
    func removeOthers(
        of partition: Partition,
        than published: [ProjectName: [PublishedChunk]]
    ) throws {
        let folder = path(partition)
        guard try disk.exists(folder) else { return }
        for name in try disk.list(folder) {
            let known = ProjectName(name).flatMap { published[$0] } ?? []
            let files = Set(known.map(\.name.fileName))
            for file in try disk.list("\(folder)/\(name)") where !files.contains(file) {
                try disk.remove("\(folder)/\(name)/\(file)")
            }
        }
    }

    /// Deletes all files of all partitions, none of which is published any more.
    func removeAll() throws {
        let all = "\(folder)/\(Self.columns)"
        guard try disk.exists(all) else { return }
        for partition in try disk.list(all) {
            for project in try disk.list("\(all)/\(partition)") {
                let path = "\(all)/\(partition)/\(project)"
                for file in try disk.list(path) { try disk.remove("\(path)/\(file)") }
                try disk.syncDirectory(path)
            }
        }
    }

    private static let columns = "columns"

    private func copy(of chunk: ChunkName, in folder: String) -> String {
        "\(folder)/\(chunk.fileName).copy"
    }

    private func path(_ partition: Partition) -> String {
        let digits = String(partition.index)
        return "\(folder)/\(Self.columns)/partition-"
            + String(repeating: "0", count: max(5 - digits.count, 0)) + digits
    }

    private func path(_ partition: Partition, _ project: ProjectName) -> String {
        "\(path(partition))/\(project)"
    }
}

/// What is kept of one chunk where chunks are published.
struct PublishedChunk: Sendable, Hashable {
    let name: ChunkName
    let fingerprint: UInt32
}

extension PublishedChunk {
    /// How the chunk is published.
    init(_ chunk: Chunk) {
        self.init(name: chunk.summary.name, fingerprint: chunk.summary.fingerprint)
    }
}
