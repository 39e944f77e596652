// A version of a segment by which evaluators end is quarantined: its document says so, and those
// of the segments that use it.

import Basics
import Chassis
import Messages
import Segments

/// Has the catalogue say that a version of a segment is quarantined.
///
/// That is a revision like others: people see it, the audit log has it, and it comes into every
/// partition's log, where ingestion reads it and tells whoever fetches, wherever in the log.
struct SegmentQuarantine: Sendable {
    /// Versions that a document names, the newest ones.
    static let versionsMax = 16
    private static let pageMax: UInt32 = 24
    private static let timeoutMs: UInt32 = 10_000
    private static let replyBytes: UInt32 = 8 << 20

    /// Why, for people.
    struct Reason: Sendable {
        let attempts: UInt32
        /// Who has tried.
        let by: String
    }

    let documents: RegistryV1_CatalogueClient
    let ingestion: IngestionV1_IngestionClient
    let clock: any Clock

    /// A document and the revision it stands at.
    struct Kept: Sendable {
        var document: SegmentV1.SegmentDocument
        let revision: UInt64
    }

    /// Whether the segment's document says already that a version is quarantined.
    func isDone(_ version: SegmentVersion) async throws -> Bool {
        try await kept(version).document.quarantined.contains { $0.version == version.version }
    }

    /// Writes that a version is, and that those are that are followed and use it.
    ///
    /// Done again it does what is left to be done.
    ///
    /// - Returns: all versions that are quarantined by it; every log carries them.
    func quarantine(_ version: SegmentVersion, _ reason: Reason) async throws -> [SegmentVersion] {
        var root = try await kept(version)
        var revision = root.revision
        if !root.document.quarantined.contains(where: { $0.version == version.version }) {
            root.document.quarantine(
                SegmentV1.QuarantinedVersion(
                    version: version.version,
                    attempts: reason.attempts,
                    by: reason.by,
                    reason: "\(reason.by) ended while it decided the segment, "
                        + "\(reason.attempts) times",
                    atMs: clock.now.ms
                )
            )
            revision = try await put(root, in: version.project)
        }
        // Once the logs carry it nobody saves one more that uses it: all that are there are found.
        try await append(revision, of: version.project)
        // A version that is over by now is used by nobody.
        guard root.document.quarantine != nil else { return [version] }
        let users = try await quarantineUsers(of: version, by: reason.by)
        if let last = users.map(\.revision).max() { try await append(last, of: version.project) }
        return [version] + users.map(\.version)
    }

    private func append(_ revision: UInt64, of project: ProjectName) async throws {
        _ = try await ingestion.append(
            IngestionV1.AppendRequest(revision: revision),
            CallOptions(timeoutMs: Self.timeoutMs, project: project)
        )
    }

    private func quarantineUsers(of version: SegmentVersion, by name: String) async throws
        -> [(version: SegmentVersion, revision: UInt64)]
    {
        var done: [(version: SegmentVersion, revision: UInt64)] = []
        let all = try await segments(of: version.project)
        for var user in Self.users(of: version.name, among: all) {
            user.document.quarantine(
                SegmentV1.QuarantinedVersion(
                    version: user.document.version,
                    by: name,
                    reason: "it uses \(version.name.text), which is quarantined",
                    atMs: clock.now.ms,
                    becauseOf: version.name.text
                )
            )
            let revision = try await put(user, in: version.project)
            let quarantined = SegmentVersion(
                project: version.project,
                name: ExactName(user.document.name),
                version: user.document.version
            )
            done.append((quarantined, revision))
        }
        return done
    }

    /// Those that are followed, are not quarantined themselves, and use a segment, by themselves
    /// or through others.
    static func users(of name: ExactName, among all: [Kept]) -> [Kept] {
        var below: Set = [name]
        var found: [Kept] = []
        var left = all.filter { !$0.document.archived }
        while true {
            let next = left.filter { !below.isDisjoint(with: $0.document.used) }
            guard !next.isEmpty else { return found }
            found += next.filter { $0.document.isFollowed && $0.document.quarantine == nil }
            below.formUnion(next.map { ExactName($0.document.name) })
            left.removeAll { below.contains(ExactName($0.document.name)) }
        }
    }

    private func kept(_ version: SegmentVersion) async throws -> Kept {
        let found = try await documents.get(
            RegistryV1.GetRequest(kind: Catalogue.segmentKind, name: version.name.text),
            options(version.project)
        ).document
        guard let found, let body = found.body else {
            throw Fault.failedPrecondition("the segment is no more", place: version.name.text)
        }
        return Kept(
            document: try SegmentV1.SegmentDocument.decode(body),
            revision: found.revision
        )
    }

    /// All segments of a project, as they stand.
    private func segments(of project: ProjectName) async throws -> [Kept] {
        var request = RegistryV1.ListRequest(kind: Catalogue.segmentKind, limit: Self.pageMax)
        var all: [Kept] = []
        while true {
            let page = try await documents.list(request, options(project))
            for found in page.documents {
                guard let body = found.body else { continue }
                do throws(MessageError) {
                    let document = try SegmentV1.SegmentDocument.decode(body)
                    all.append(Kept(document: document, revision: found.revision))
                } catch {
                    // Nobody who cannot read it follows it.
                    continue
                }
            }
            guard page.more, let last = page.documents.last else { return all }
            request.afterRevision = last.revision
        }
    }

    private func put(_ kept: Kept, in project: ProjectName) async throws -> UInt64 {
        let answer = try await documents.put(
            RegistryV1.PutRequest(
                kind: Catalogue.segmentKind,
                name: kept.document.name,
                body: try kept.document.encode(),
                expectedRevision: kept.revision
            ),
            options(project)
        )
        guard let revision = answer.document?.revision else {
            throw Fault.internal("the registry does not say the document's revision")
        }
        return revision
    }

    private func options(_ project: ProjectName) -> CallOptions {
        CallOptions(
            timeoutMs: Self.timeoutMs,
            maxReplyBytes: Self.replyBytes,
            project: project
        )
    }
}

extension SegmentV1.SegmentDocument {
    /// A version of it is quarantined, too.
    fileprivate mutating func quarantine(_ version: SegmentV1.QuarantinedVersion) {
        quarantined = quarantined.suffix(SegmentQuarantine.versionsMax - 1) + [version]
    }
}
