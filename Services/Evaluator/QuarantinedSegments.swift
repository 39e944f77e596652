// Versions of segments that are quarantined: lanes know them before the records of a page, a start
// before it has asked ingestion.

import Basics
import KeyValue
import Messages
import Segments
import Synchronization

/// A version of a segment.
struct SegmentVersion: Sendable, Hashable {
    let project: ProjectName
    let name: ExactName
    let version: UInt32
}

/// The versions that nobody follows, wherever in the log: for any thread.
///
/// They only become more: what is quarantined stays so, and what is followed again is a later
/// version. So whoever reads the log anew comes to the same as whoever had followed one of them
/// until it was quarantined.
final class QuarantinedSegments: Sendable {
    /// Where they are kept, in the checkpoints' store.
    static let familyName = "quarantined"
    private let known: Mutex<Set<SegmentVersion>>
    private let number: Atomic<Int>
    private let store: Store
    private let family: Family

    /// As they are kept.
    init(_ store: Store) throws {
        self.store = store
        family = try store.family(Self.familyName)
        let kept = try store.scan(family, limit: .max).compactMap { row in
            try SegmentVersion(key: row.key)
        }
        known = Mutex(Set(kept))
        number = Atomic(kept.count)
    }

    /// How many are known: more by each that is learnt of.
    var count: Int { number.load(ordering: .acquiring) }

    /// All that are known.
    var all: Set<SegmentVersion> { known.withLock { $0 } }

    /// Whether a version is one of them.
    func contains(_ version: SegmentVersion) -> Bool { known.withLock { $0.contains(version) } }

    /// Learns of what ingestion tells; of nothing new it costs nothing.
    func learn(_ told: [IngestionV1.SegmentVersion]) throws(EvaluatorError) {
        guard !told.isEmpty else { return }
        try note(
            told.compactMap { told in
                ProjectName(told.project).map {
                    SegmentVersion(
                        project: $0,
                        name: ExactName(told.segment),
                        version: told.version
                    )
                }
            }
        )
    }

    /// Learns of some.
    func note(_ versions: [SegmentVersion]) throws(EvaluatorError) {
        let new = known.withLock { known in versions.filter { known.insert($0).inserted } }
        guard !new.isEmpty else { return }
        var batch = Batch()
        for version in new { batch.put(family, version.key, []) }
        do {
            try store.write(batch, sync: false)
        } catch {
            throw EvaluatorError(error, "keep which segments are quarantined")
        }
        number.store(all.count, ordering: .releasing)
    }
}

extension SegmentVersion {
    /// A row's key: project 0, version u32 big endian, name.
    var key: [UInt8] {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: version >> (24 - 8 * UInt32($0))) }
        return Array(project.text.utf8) + [0] + number + Array(name.text.utf8)
    }

    /// The version of a row's key; nil: it is of no project.
    init?(key: some Collection<UInt8>) throws(EvaluatorError) {
        let project = key.prefix { $0 != 0 }
        let rest = Array(key.dropFirst(project.count + 1))
        guard let project = ProjectName(String(decoding: project, as: UTF8.self)), rest.count > 4
        else { return nil }
        self.init(
            project: project,
            name: ExactName(String(decoding: rest[4...], as: UTF8.self)),
            version: UInt32(truncatingIfNeeded: FeedShelf.bigEndian(rest[..<4]))
        )
    }
}

extension SegmentV1.SegmentDocument {
    /// Why the version is neither followed nor asked; nil: it is not quarantined.
    var quarantine: SegmentV1.QuarantinedVersion? { quarantined.last { $0.version == version } }

    /// Whether its membership is followed, as long as nothing is wrong with it.
    var isFollowed: Bool { !archived && (live != nil || follow) }

    /// The versions that it says are quarantined.
    func quarantinedVersions(in project: ProjectName) -> [SegmentVersion] {
        quarantined.map {
            SegmentVersion(project: project, name: ExactName(name), version: $0.version)
        }
    }
}
