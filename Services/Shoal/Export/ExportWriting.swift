// An export from its first page, or from where its file stopped, to the whole file.

import Basics
import Messages

/// Asks for page after page and writes them, all of one snapshot.
struct ExportWriting {
    /// How often it begins anew, when the suite lets go of the snapshot, before it gives up.
    static let restartsMax = 3

    /// What is asked for, but for the cursor.
    let request: EvaluationV1.ExportRequest
    let line: ExportLine
    /// Asks for a page.
    let page: (EvaluationV1.ExportRequest) async throws -> EvaluationV1.ExportResponse

    /// Writes the file at a path; goes on with what an earlier start left, unless it is to begin
    /// anew.
    ///
    /// - Returns: the file, which is finished, and the instant of its answers.
    func write(
        _ path: String,
        what: String,
        anew: Bool,
        disk: any Disk,
        say: (String) -> Void
    ) async throws -> (file: ExportFile, at: Int64?) {
        var file = try ExportFile(path, what: what, anew: anew, disk: disk)
        if file.cursor != nil { say("going on behind \(Quantity.count(file.users)) users") }
        var restarts = 0
        while true {
            do {
                let at = try await add(to: &file)
                try file.finish()
                return (file, at)
            } catch let fault as Fault where fault.code == .aborted && restarts < Self.restartsMax {
                // What was written is of a snapshot that is gone.
                say("beginning anew: \(fault.hint ?? fault.message)")
                file = try ExportFile(path, what: what, anew: true, disk: disk)
                restarts += 1
            }
        }
    }

    /// All pages that are left; answers their instant.
    private func add(to file: inout ExportFile) async throws -> Int64? {
        var request = request
        request.cursor = file.cursor
        var at: Int64?
        var text = file.cursor == nil ? line.heading : ""
        repeat {
            let page = try await page(request)
            for user in page.users { text += try line.text(user) }
            at = page.exactness?.atMs
            try file.add(text, users: page.users.count, next: page.nextCursor)
            text = ""
            request.cursor = page.nextCursor
        } while request.cursor != nil
        return at
    }
}
