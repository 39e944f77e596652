// Ingestion's data folder rewritten as a start does it, and searched for what must not be there.

import Basics
import Chassis
import Foundation
import Kit
import Log
import Messages

@testable import Ingestion

extension IngestionRig {
    /// What a start does before it opens the log.
    func rewriting() -> ErasedRewriting {
        var settings = LogSettings(folder: logFolder, partitions: partitions)
        settings.preallocates = false
        return ErasedRewriting(
            folder: folder,
            disk: RealDisk(),
            settings: settings,
            identity: InstanceID(high: 7, low: 7)
        )
    }

    /// Rewrites what no intake has open.
    func rewrite() throws {
        try StartOrder(.rewrite, folder: folder, disk: RealDisk()).give()
        _ = try rewriting().run()
    }

    /// Files that have a text in their bytes.
    func files(with text: String) throws -> Set<String> {
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
        var found: Set<String> = []
        for file in files ?? [] {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(file)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            if bytes.range(of: Data(text.utf8)) != nil { found.insert(file) }
        }
        return found
    }
}

extension OpenIntake {
    /// Whether any record of the log has a text, which volumes keep compressed.
    func tells(_ text: String) throws -> Bool {
        try allRecords().contains { record in
            Data(try record.encode()).range(of: Data(text.utf8)) != nil
        }
    }

    /// Erases a user as the door does.
    func erase(_ user: String, _ receipt: UInt8) async throws -> ErasureOutcome {
        guard let user = UserID(user) else { preconditionFailure("no identifier") }
        return try await intake.erase(
            ErasureOrder(
                who: ProjectUser(project: shop, user: user),
                receipt: Array(repeating: receipt, count: 16)
            )
        )
    }
}
