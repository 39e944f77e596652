// A copy of the registry's database as of one commit, checked row by row, while commits go on.

import Basics
import Chassis
import GRDB
import Messages

/// Copies the database of a data folder.
struct RegistryCopy: Sendable {
    static let fileName = "registry.sqlite"
    /// Stands there while the copy is made; a leftover of a crash is replaced by the next copy.
    private static let passingName = "registry.copy"

    let folder: String
    let disk: any Disk
    let diskGuard: DiskGuard

    /// Makes a copy beside the database and opens it.
    ///
    /// Its name is gone before this returns, its bytes go with its last reader. Blocks for as long
    /// as writing it takes.
    func take() throws(Fault) -> StorageCopy {
        if let refusal = diskGuard.refusal { throw refusal.fault }
        do {
            let path = "\(folder)/\(Self.passingName)"
            if try disk.exists(path) { try disk.remove(path) }
            try RegistryStore.copy("\(folder)/\(Self.fileName)", to: path)
            let projects = try RegistryStore.check(path)
            let file = try disk.open(path, .read)
            try disk.remove(path)
            return StorageCopy(
                files: [
                    StorageCopy.File(Self.fileName, byteCount: try file.size()) {
                        offset,
                        count throws(Fault) in
                        try Self.read(file, offset, count)
                    }
                ],
                projects: projects.map { project in
                    AdminV1.BackupProject(
                        name: project.name.text,
                        catalogueRevision: project.revision
                    )
                }
            )
        } catch {
            throw Self.fault(error)
        }
    }

    private static func read(_ file: any DiskFile, _ offset: Int, _ count: Int) throws(Fault)
        -> [UInt8]
    {
        do throws(DiskError) {
            return try file.read(at: offset, count: count)
        } catch {
            throw fault(error)
        }
    }

    private static func fault(_ error: any Error) -> Fault {
        switch error {
        case let known as RegistryError: known.fault
        case let disk as DiskError:
            Fault(
                disk.code == .noSpace ? .resourceExhausted : .unavailable,
                "copy the store: \(disk.operation) gave \(disk.errno)",
                place: disk.path,
                hint: disk.hint
            )
        default: .internal("copy the store: \(error)")
        }
    }
}

extension RegistryStore {
    /// The tables whose rows have checksums: all there are.
    private static let tables = [
        "setting", "member", "owner", "project", "document", "configuration", "audit",
    ]

    /// Writes the database as of now to another file, without holding up its writer.
    fileprivate static func copy(_ path: String, to copy: String) throws(RegistryError) {
        try guarded("copy") {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.label = "registry-copy"
            // A connection of its own: readers and the writer do not wait for each other in WAL.
            let source = try DatabaseQueue(path: path, configuration: configuration)
            try source.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM INTO ?", arguments: [copy])
            }
            try source.close()
        }
    }

    /// Reads every row of a copy once.
    ///
    /// - Returns: its projects.
    /// - Throws: `.store` with table and primary key of a damaged row: it is no backup.
    fileprivate static func check(_ path: String) throws(RegistryError) -> [Project] {
        try guarded("check the copy") {
            var configuration = Configuration()
            configuration.readonly = true
            let copy = try DatabaseQueue(path: path, configuration: configuration)
            let found = try copy.read { database in
                for table in tables { try CheckedRow.checkAll(of: table, database) }
                return try Self.projects(database)
            }
            try copy.close()
            return found
        }
    }
}
