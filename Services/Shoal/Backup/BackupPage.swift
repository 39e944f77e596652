// What a backup command tells of a backup: how far it goes, what is in it, what is damaged.

import Basics

/// A backup as it is told.
struct BackupPage: Sendable {
    let path: String
    let manifest: BackupManifest

    /// Checks the backup.
    ///
    /// - Throws: when anything is damaged, after telling what and where.
    func check(_ backup: BackupFolder, _ desk: Desk) throws {
        var progress = ProgressPrinter(desk)
        let beganNs = desk.clock.monotonicNs
        let damages = try BackupCheck(folder: backup).run(manifest) { done in
            progress.show(self.progress("verify", done, since: beganNs, desk))
        }
        progress.end()
        guard let first = damages.first else { return }
        for other in damages.dropFirst() { desk.say("\(other.place): \(other.what)") }
        let more = damages.count - 1
        throw CommandError(
            .badData,
            "verify",
            "the backup is damaged: \(first.what)"
                + (more == 0 ? "" : " (and in \(more) more places, above)"),
            place: first.place,
            hint: "use another backup; what is not damaged in this one may still be of use"
        )
    }

    /// Tells what is in it.
    ///
    /// - Parameter data: the data folder made from it, if that is what was done.
    func tell(_ word: String, data: String? = nil, _ desk: Desk) {
        if desk.isJSON {
            desk.print(json(word, data: data))
            return
        }
        let completeTo = manifest.completeTo.map { ", complete to \($0.rfc3339)" } ?? ""
        desk.print("backup of \(manifest.head.at) by shoal \(manifest.head.shoal): \(word)")
        if let data { desk.print("data folder \(data)") }
        desk.print(
            "\(Quantity.count(manifest.records)) records in "
                + "\(manifest.log?.positions.count ?? 0) partitions\(completeTo)"
        )
        let projects = manifest.registry?.projects.map(\.name) ?? []
        desk.print("projects \(projects.isEmpty ? "none" : projects.joined(separator: ", "))")
        var table = Table([("MEMBER", .left), ("FILES", .right), ("SIZE", .right)])
        for member in manifest.members {
            let files = files(of: member)
            table.add([
                member.folder, Quantity.count(files.count),
                Quantity.bytes(files.reduce(0) { $0 + $1.bytes }),
            ])
        }
        desk.printRaw(table.text)
    }

    /// A line for a work over all its bytes.
    func progress(_ title: String, _ done: Int, since beganNs: UInt64, _ desk: Desk)
        -> ProgressLine
    {
        ProgressLine(
            title: title,
            done: done,
            whole: manifest.byteCount,
            count: done >> 20,
            countedHere: done >> 20,
            seconds: Double(desk.clock.monotonicNs - beganNs) / 1e9
        )
    }

    private func files(of member: BackupManifest.Member) -> [BackupManifest.File] {
        manifest.files.filter { $0.path.hasPrefix("\(member.folder)/") }
    }

    private func json(_ word: String, data: String?) -> JSONText {
        let positions = (manifest.log?.positions ?? []).enumerated().map { index, position in
            JSONText.object([
                ("partition", .int(index)), ("next_offset", .unsigned(position.next)),
                ("complete_to", .text(Timestamp(ms: position.completeToMs).rfc3339)),
            ])
        }
        let members = manifest.members.map { member in
            JSONText.object([
                ("name", .text(member.folder)), ("service", .text(member.service)),
                ("instance", .text(member.instance)), ("files", .int(files(of: member).count)),
                ("bytes", .int(files(of: member).reduce(0) { $0 + $1.bytes })),
            ])
        }
        return .object([
            ("backup", .text(path)), ("state", .text(word)), ("data", .optional(data)),
            ("at", .text(manifest.head.at)),
            ("shoal", .text(manifest.head.shoal)), ("records", .unsigned(manifest.records)),
            ("complete_to", .optional(manifest.completeTo?.rfc3339)),
            ("projects", .list((manifest.registry?.projects ?? []).map { .text($0.name) })),
            ("members", .list(members)), ("positions", .list(positions)),
        ])
    }
}
