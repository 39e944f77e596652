// Segments that are quarantined, for the commands of `shoal quarantine`, `status` and the doctor.

import Basics
import Messages

/// What is quarantined: records that are set aside, and segments.
struct Quarantined: Sendable {
    /// How many records are set aside.
    var records: UInt32
    /// Versions of segments that nobody follows, where no other stands in their place.
    var segments: [IngestionV1.QuarantinedSegment]
}

extension Suite {
    /// What is quarantined; nil when ingestion does not say.
    func quarantinedNow() async -> Quarantined? {
        do {
            let answer = try await quarantine().quarantined(
                IngestionV1.QuarantinedRequest(limit: 1),
                CallOptions(timeoutMs: Self.shortMs, maxReplyBytes: 2 << 20)
            )
            return Quarantined(records: answer.count, segments: answer.segments)
        } catch {
            // An ingestion that does not answer is told of elsewhere.
            return nil
        }
    }

    /// The segments that are quarantined, by project and name.
    func quarantinedSegments(withOver: Bool = false) async throws
        -> [IngestionV1.QuarantinedSegment]
    {
        try await quarantine().quarantined(
            IngestionV1.QuarantinedRequest(limit: 1, retried: withOver),
            QuarantineCommand.options
        ).segments
    }

    /// Follows a segment again that is quarantined, under its next version.
    ///
    /// - Returns: the segment as it stands then; nil: it was not quarantined any more.
    func takeUp(_ name: String, of project: ProjectName) async throws -> EvaluationV1.Segment? {
        let client = try await segments()
        let options = Questions.options(project)
        let found = try await client.get(EvaluationV1.GetSegmentRequest(name: name), options)
        guard let segment = found.segment, segment.quarantined != nil else { return nil }
        let request = EvaluationV1.UpdateRequest(
            name: name,
            definition: segment.definition,
            expectedRevision: segment.revision,
            live: segment.live
        )
        return try await client.update(request, options).segment
    }
}

extension Desk {
    /// Lists segments that are quarantined.
    func print(_ segments: [IngestionV1.QuarantinedSegment]) {
        guard !isJSON else {
            for segment in segments { print(segment.json) }
            return
        }
        guard !segments.isEmpty else { return }
        var table = Table([
            ("PROJECT", .left), ("SEGMENT", .left), ("VERSION", .right), ("SINCE", .left),
            ("WHY", .left),
        ])
        for segment in segments {
            let version = segment.version ?? IngestionV1.SegmentVersion()
            let over = segment.over ? "; over by now" : ""
            table.add([
                version.project, version.segment, "\(version.version)",
                Timestamp(ms: segment.atMs).rfc3339, segment.reason + over,
            ])
        }
        print(table)
    }
}

extension IngestionV1.QuarantinedSegment {
    /// Whether it is the segment of a project.
    func isOf(_ name: String, in project: ProjectName) -> Bool {
        version?.segment == name && version?.project == project.text
    }

    /// As one object.
    var json: JSONText {
        let version = self.version ?? IngestionV1.SegmentVersion()
        return .object([
            ("project", .text(version.project)), ("segment", .text(version.segment)),
            ("version", .int(Int(version.version))), ("attempts", .int(Int(attempts))),
            ("by", .text(by)), ("reason", .text(reason)),
            ("quarantined_at", UserCommand.json(atMs)), ("over", .bool(over)),
        ])
    }
}
