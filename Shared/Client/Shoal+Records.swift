// Projects and records: what a backend sends.

public import Basics
public import Messages
import Wire

extension Shoal {
    /// Creates a project; one that exists is left as it is.
    ///
    /// - Parameter zone: its IANA zone.
    public func createProject(_ name: String, zone: String = "UTC") async throws(Fault) {
        _ = try await registry.projects(RegistryV1.ProjectsRequest(create: name, zone: zone))
    }

    /// Takes up to 10,000 events and profile changes; answers once they are durable.
    ///
    /// It is not sent again when it may have arrived: repeat the batch with the same event ids, and
    /// what was taken is answered as duplicate.
    @discardableResult
    public func track(
        _ records: [IngestionV1.TrackRecord],
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> IngestionV1.TrackResponse {
        try await ingestion.track(IngestionV1.TrackRequest(records: records), options)
    }

    /// Takes up to 10,000 records of history; a repeat of the same lines is harmless.
    ///
    /// - Parameter firstLine: the line of the first record, from 1; the others follow without gaps.
    @discardableResult
    public func importRecords(
        _ importID: String,
        _ records: [IngestionV1.TrackRecord],
        firstLine: UInt64 = 1,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> IngestionV1.ImportResponse {
        try await ingestion.import(
            IngestionV1.ImportRequest(importID: importID, firstLine: firstLine, records: records),
            options
        )
    }

    /// Tells that an anonymous identifier is a known user: what was recorded under it, and what
    /// comes in under it from here on, is the known user's.
    ///
    /// The same again is harmless. Throws FAILED_PRECONDITION for an identifier that is another
    /// user's by now, and for one that others were merged into: such users are merged by `alias`.
    @discardableResult
    public func identify(
        _ anonymous: String,
        as user: String,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> IngestionV1.Merged {
        let request = IngestionV1.IdentifyRequest(anonymousID: anonymous, userID: user)
        return try await ingestion.identify(request, options).merged ?? IngestionV1.Merged()
    }

    /// Tells that two known identifiers are one user; `to` stays.
    @discardableResult
    public func alias(
        _ from: String,
        to: String,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> IngestionV1.Merged {
        let request = IngestionV1.AliasRequest(fromID: from, toID: to)
        return try await ingestion.alias(request, options).merged ?? IngestionV1.Merged()
    }

    /// Takes a merge back: what came in under the identifier is its own again.
    @discardableResult
    public func unmerge(
        _ user: String,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> IngestionV1.UnmergeResponse {
        try await ingestion.unmerge(IngestionV1.UnmergeRequest(userID: user), options)
    }

    /// Erases a user: gone from every answer, as of every instant, once it returns.
    ///
    /// Whoever comes under the identifier later is a new user. Asked again it has the same receipt.
    public func erase(_ user: String, _ options: CallOptions = CallOptions())
        async throws(Fault) -> IngestionV1.EraseResponse
    {
        try await ingestion.erase(IngestionV1.EraseRequest(userID: user), options)
    }

    /// Everything the log holds about a user, in its order, all in memory.
    public func export(_ user: String, _ options: CallOptions = CallOptions())
        async throws(Fault) -> [LogV1.LogRecord]
    {
        var records: [LogV1.LogRecord] = []
        var request = IngestionV1.ExportUserRequest(userID: user)
        while true {
            let page = try await ingestion.exportUser(request, options)
            records += page.records
            guard let next = page.nextCursor else { return records }
            request.cursor = next
        }
    }
}

extension IngestionV1.TrackRecord {
    /// Something a user did; with an `id` a repeat is known and taken once.
    ///
    /// - Parameters:
    ///   - at: when it happened; nil: when it is received.
    ///   - isAnonymous: whether nobody knows yet who it is.
    public static func event(
        _ user: String,
        _ name: String,
        _ properties: [String: PropertyValue] = [:],
        at: Timestamp? = nil,
        id: String? = nil,
        isAnonymous: Bool = false
    ) throws(Fault) -> IngestionV1.TrackRecord {
        IngestionV1.TrackRecord(
            userID: user,
            kind: .event(
                IngestionV1.TrackedEvent(
                    name: name,
                    occurredAtMs: at?.ms,
                    eventID: id,
                    properties: try encoded(properties)
                )
            ),
            anonymous: isAnonymous
        )
    }

    /// A change of a user's properties.
    ///
    /// - Parameters:
    ///   - at: from when on; nil: Track takes the instant of receipt, Import all of time.
    ///   - isAnonymous: whether nobody knows yet who it is.
    public static func profile(
        _ user: String,
        _ properties: [String: PropertyValue] = [:],
        unset: [String] = [],
        at: Timestamp? = nil,
        isAnonymous: Bool = false
    ) throws(Fault) -> IngestionV1.TrackRecord {
        IngestionV1.TrackRecord(
            userID: user,
            kind: .profile(
                IngestionV1.TrackedProfile(
                    set: try encoded(properties),
                    unset: unset,
                    atMs: at?.ms
                )
            ),
            anonymous: isAnonymous
        )
    }

    /// By name, so that equal records have equal bytes.
    private static func encoded(
        _ properties: [String: PropertyValue]
    ) throws(Fault) -> [LogV1.Property] {
        var encoded: [LogV1.Property] = []
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            do throws(WireError) {
                encoded.append(try ValueCoding.encode(name: name, value))
            } catch {
                throw Fault(
                    .invalidArgument,
                    error.message,
                    place: "\(name).\(error.place)",
                    hint: error.hint
                )
            }
        }
        return encoded
    }
}
