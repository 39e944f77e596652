// Segments' versions that are quarantined, as the catalogue's documents in the log say: told to
// whoever fetches, before any record.

import Basics
import KeyValue
import Messages
import Metrics
import Synchronization

/// What is quarantined, for any thread.
///
/// A version is: quarantined → over, when another stands in its place; it is told for ever, since
/// whoever reads the log anew comes by its documents.
final class QuarantinedVersions: Sendable {
    /// In the order of their keys.
    private let table: Mutex<[[UInt8]: IngestionV1.QuarantinedSegment]>
    /// How many segments' versions are and are not over.
    private let gauge: Gauge

    /// As the index has them.
    init(_ index: IndexStore, metrics: any MetricsFactory) throws(IngestionError) {
        var known: [[UInt8]: IngestionV1.QuarantinedSegment] = [:]
        for segment in try IndexReader(index).quarantinedSegments() { known[segment.key] = segment }
        table = Mutex(known)
        gauge = Gauge(label: "shoal_quarantined_segments", dimensions: [], factory: metrics)
        gauge.record(list(withOver: false).count)
    }

    /// Notes what a document that is durable says.
    func note(_ segments: [IngestionV1.QuarantinedSegment]) {
        guard !segments.isEmpty else { return }
        table.withLock { table in
            for segment in segments
            where table.count < Limits.quarantinedVersions || table[segment.key] != nil {
                table[segment.key] = segment
            }
        }
        gauge.record(list(withOver: false).count)
    }

    /// All versions, over or not.
    var versions: [IngestionV1.SegmentVersion] {
        table.withLock { $0.isEmpty ? [] : $0.values.compactMap(\.version) }
    }

    /// What is known of them, by project and name.
    func list(withOver: Bool) -> [IngestionV1.QuarantinedSegment] {
        table.withLock { table in
            table.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
                .filter { withOver || !$0.over }
        }
    }
}

extension IngestionV1.QuarantinedSegment {
    /// What a document of the catalogue says of the segment's versions.
    ///
    /// - Returns: nothing of a document of another kind, nor of one that cannot be read.
    static func all(in change: LogV1.CatalogueChange, of project: ProjectName)
        -> [IngestionV1.QuarantinedSegment]
    {
        guard change.kind == "segment", let body = change.body else { return [] }
        let document: SegmentV1.SegmentDocument
        do throws(MessageError) {
            document = try SegmentV1.SegmentDocument.decode(body)
        } catch {
            // Nobody who cannot read it follows it.
            return []
        }
        return document.quarantined.map { known in
            IngestionV1.QuarantinedSegment(
                version: IngestionV1.SegmentVersion(
                    project: project.text,
                    segment: change.name,
                    version: known.version
                ),
                attempts: known.attempts,
                by: known.by,
                reason: known.reason,
                atMs: known.atMs,
                over: known.version != document.version || document.archived
            )
        }
    }

    /// Its row in the index: project 0 name 0 version u32 big endian.
    fileprivate var key: [UInt8] {
        let version = self.version ?? IngestionV1.SegmentVersion()
        let number = (0..<4).map {
            UInt8(truncatingIfNeeded: version.version >> (24 - 8 * UInt32($0)))
        }
        return Array(version.project.utf8) + [0] + Array(version.segment.utf8) + [0] + number
    }
}

extension IndexKey {
    fileprivate static let quarantined = Array("quarantined\0".utf8)
}

extension IndexReader {
    /// All segments' versions that were quarantined.
    fileprivate func quarantinedSegments() throws(IngestionError)
        -> [IngestionV1.QuarantinedSegment]
    {
        let prefix = IndexKey.quarantined
        return try facts(from: prefix, prefix: prefix, limit: .max).map {
            row throws(IngestionError) in
            do throws(MessageError) {
                return try IngestionV1.QuarantinedSegment.decode(row.value)
            } catch {
                throw damaged("a segment that is quarantined (\(error.message))")
            }
        }
    }
}

extension IndexWriter {
    /// What a document says of versions that are quarantined, as the log has it.
    func putQuarantined(
        by change: LogV1.CatalogueChange,
        of project: ProjectName,
        _ batch: inout Batch
    ) throws(IngestionError) {
        try put(IngestionV1.QuarantinedSegment.all(in: change, of: project), &batch)
    }

    /// What is known of versions that are quarantined.
    func put(_ segments: [IngestionV1.QuarantinedSegment], _ batch: inout Batch)
        throws(IngestionError)
    {
        for segment in segments {
            do throws(MessageError) {
                batch.put(index.facts, IndexKey.quarantined + segment.key, try segment.encode())
            } catch {
                throw .index("keep a segment that is quarantined", error)
            }
        }
    }
}
