// Buckets and cells of recency and frequency on the wire.

import Basics
import Messages
import Segments

/// The coding of conditions that put users into cells.
enum CellCoding {
    static func decode(_ sent: SegmentV1.Bucket) -> Bucket {
        Bucket(
            ExactName(sent.salt),
            from: Number(e4: Int64(sent.fromE2) * 100),
            to: Number(e4: Int64(sent.toE2) * 100)
        )
    }

    static func encode(_ bucket: Bucket) throws(WireError) -> SegmentV1.Bucket {
        SegmentV1.Bucket(
            salt: bucket.salt.text,
            fromE2: try hundredths(bucket.from),
            toE2: try hundredths(bucket.to)
        )
    }

    private static func hundredths(_ percent: Number) throws(WireError) -> UInt32 {
        guard case .decimal(let e4) = percent.form, e4 % 100 == 0 else {
            throw ValueCoding.refused("\(percent) percent", "two places count")
        }
        return try DefinitionCoding.exact(e4 / 100, "a percentage")
    }

    static func decode(_ sent: SegmentV1.Rfm) throws(WireError) -> Rfm {
        var rfm = Rfm(
            try DefinitionCoding.match(sent.events, sent.where, sent.window, sent.times),
            recency: try sent.recency.map { (sent) throws(WireError) in try scores(sent) },
            frequency: try sent.frequency.map { (sent) throws(WireError) in try scores(sent) }
        )
        if !sent.recencyEdgesMs.isEmpty { rfm.recencyEdgesMs = [] }
        for edge in sent.recencyEdgesMs {
            rfm.recencyEdgesMs.append(try DefinitionCoding.exact(edge, "an edge"))
        }
        if !sent.frequencyEdges.isEmpty { rfm.frequencyEdges = [] }
        for edge in sent.frequencyEdges {
            rfm.frequencyEdges.append(try DefinitionCoding.exact(edge, "an edge"))
        }
        return rfm
    }

    static func encode(_ rfm: Rfm) throws(WireError) -> SegmentV1.Rfm {
        let (events, filters, window) = try DefinitionCoding.sent(rfm.match)
        var sent = SegmentV1.Rfm(
            events: events,
            where: filters,
            window: window,
            times: try TimesCoding.encode(rfm.match.times),
            recency: try rfm.recency.map { (scores) throws(WireError) in try self.sent(scores) },
            frequency: try rfm.frequency.map { (scores) throws(WireError) in try self.sent(scores) }
        )
        for edge in rfm.recencyEdgesMs {
            sent.recencyEdgesMs.append(try DefinitionCoding.exact(edge, "an edge"))
        }
        for edge in rfm.frequencyEdges {
            sent.frequencyEdges.append(try DefinitionCoding.exact(edge, "an edge"))
        }
        return sent
    }

    private static func scores(_ sent: SegmentV1.Scores) throws(WireError) -> ClosedRange<Int> {
        guard sent.low <= sent.high else {
            throw ValueCoding.refused("scores from \(sent.low) to \(sent.high)", "swap them")
        }
        return Int(sent.low)...Int(sent.high)
    }

    private static func sent(_ scores: ClosedRange<Int>) throws(WireError) -> SegmentV1.Scores {
        SegmentV1.Scores(
            low: try DefinitionCoding.exact(scores.lowerBound, "a score"),
            high: try DefinitionCoding.exact(scores.upperBound, "a score")
        )
    }
}
