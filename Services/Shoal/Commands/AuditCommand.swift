// `shoal audit`: who changed what, as the registry keeps it.

import ArgumentParser
import Basics
import Messages

/// Shows the audit log.
struct AuditCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show who changed segments, projects, instances and configurations, and when."
    )
    /// Entries asked for at a time: a page fits a reply.
    private static let pageEntries: UInt32 = 200

    @Option(help: "Only changes after this instant: RFC 3339, or a date for its midnight in UTC.")
    var since: String?
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let afterMs = try since.map { (text) throws(CommandError) in
            try InstantOption.read(text, of: "--since").ms
        }
        let admin = AdminV1_AdminClient(try place.suite(desk).registryAdmin())
        var request = AdminV1.AuditRequest(afterMs: afterMs ?? 0, limit: Self.pageEntries)
        var table = Table([
            ("AT", .left), ("WHO", .left), ("WHAT", .left), ("OF", .left), ("DETAILS", .left),
        ])
        while true {
            let page = try await admin.audit(
                request,
                CallOptions(timeoutMs: Suite.shortMs, maxReplyBytes: 1 << 20)
            )
            for entry in page.entries {
                if desk.isJSON {
                    desk.print(Self.json(entry))
                } else {
                    table.add(Self.row(entry))
                }
            }
            try desk.deliver()
            guard page.more, let last = page.entries.last else { break }
            request.afterSequence = last.sequence
        }
        if !desk.isJSON { desk.print(table) }
    }

    /// What an entry is about, such as `segment shop/payers` or `evaluator-1`.
    static func subject(_ entry: AdminV1.AuditEntry) -> String {
        if let name = entry.name {
            return "\(entry.kind ?? "document") \(entry.project ?? "")/\(name)"
        }
        return entry.instance ?? entry.project ?? ""
    }

    private static func row(_ entry: AdminV1.AuditEntry) -> [String] {
        let details = entry.details.map { detail in
            "\(detail.name): \(detail.before ?? "–") → \(detail.after ?? "–")"
        }
        let revisions = entry.revisionAfter.map { after in
            ["revision: \(entry.revisionBefore.map(String.init) ?? "–") → \(after)"]
        }
        return [
            Timestamp(ms: entry.atMs).rfc3339,
            entry.caller + (entry.via.map { " via \($0)" } ?? ""),
            "\(entry.action)",
            subject(entry),
            ((revisions ?? []) + details).joined(separator: ", "),
        ]
    }

    private static func json(_ entry: AdminV1.AuditEntry) -> JSONText {
        .object([
            ("sequence", .unsigned(entry.sequence)),
            ("at", .text(Timestamp(ms: entry.atMs).rfc3339)),
            ("action", .text("\(entry.action)")), ("caller", .text(entry.caller)),
            ("via", .optional(entry.via)), ("address", .optional(entry.address)),
            ("instance", .optional(entry.instance)), ("project", .optional(entry.project)),
            ("kind", .optional(entry.kind)), ("name", .optional(entry.name)),
            ("revision_before", entry.revisionBefore.map { .unsigned($0) } ?? .null),
            ("revision_after", entry.revisionAfter.map { .unsigned($0) } ?? .null),
            (
                "details",
                .list(
                    entry.details.map { detail in
                        .object([
                            ("name", .text(detail.name)), ("before", .optional(detail.before)),
                            ("after", .optional(detail.after)),
                        ])
                    }
                )
            ),
        ])
    }
}
