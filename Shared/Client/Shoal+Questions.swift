// Questions about segments, in the words of one who asks.

public import Basics
import Chassis
public import Messages

extension Shoal {
    /// Saves a definition under a name; answers when it is durable everywhere.
    @discardableResult
    public func createSegment(
        _ name: String,
        _ definition: SegmentV1.Definition,
        description: String? = nil,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> EvaluationV1.CreateResponse {
        let request = EvaluationV1.CreateRequest(
            name: name,
            description: description,
            definition: definition
        )
        return try await segments.create(request, options)
    }

    /// Tries a definition without saving it: its size, and that of every part.
    ///
    /// - Parameter sample: how many users to show; at most 1,000.
    public func preview(
        _ definition: SegmentV1.Definition,
        at: Timestamp? = nil,
        sample: UInt32 = 0,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> EvaluationV1.PreviewResponse {
        let request = EvaluationV1.PreviewRequest(
            definition: definition,
            atMs: at?.ms,
            sample: sample
        )
        return try await segments.preview(request, options)
    }

    /// How many users are in it.
    ///
    /// - Parameter at: as of which instant; nil: now.
    public func count(
        _ subject: EvaluationV1.Subject,
        at: Timestamp? = nil,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> UInt64 {
        let request = EvaluationV1.CountRequest(subject: subject, atMs: at?.ms)
        return try await segments.count(request, options).users
    }

    /// Whether the user is in it.
    public func isMember(
        _ user: String,
        of subject: EvaluationV1.Subject,
        at: Timestamp? = nil,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> Bool {
        let request = EvaluationV1.IsMemberRequest(subject: subject, userID: user, atMs: at?.ms)
        return try await segments.isMember(request, options).member
    }

    /// Why the user is in it or not: every condition with what was found for it, the same in plain
    /// English, and when the answer changes by time alone.
    public func explain(
        _ user: String,
        of subject: EvaluationV1.Subject,
        at: Timestamp? = nil,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> EvaluationV1.ExplainResponse {
        let request = EvaluationV1.ExplainRequest(subject: subject, atMs: at?.ms, userID: user)
        return try await segments.explain(request, options)
    }

    /// Some of its users; the same seed over the same set draws the same ones.
    ///
    /// - Parameter size: how many; at most 1,000.
    public func sample(
        _ subject: EvaluationV1.Subject,
        size: UInt32 = 10,
        seed: UInt64 = 0,
        at: Timestamp? = nil,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> [String] {
        let request = EvaluationV1.SampleRequest(
            subject: subject,
            atMs: at?.ms,
            size: size,
            seed: seed
        )
        return try await segments.sample(request, options).users
    }

    /// Its users, page by page as they are read.
    ///
    /// - Parameters:
    ///   - pageUsers: users per page; at most 10,000.
    ///   - cursor: where to go on, an earlier iterator's `cursor`; nil: from the first.
    public func members(
        _ subject: EvaluationV1.Subject,
        at: Timestamp? = nil,
        pageUsers: UInt32 = 1_000,
        from cursor: [UInt8]? = nil,
        _ options: CallOptions = CallOptions()
    ) -> Members {
        Members(
            pages: CursorStream(from: cursor, clock: clock, random: random) {
                [segments] (cursor) async throws(Fault) in
                let request = EvaluationV1.MembersRequest(
                    subject: subject,
                    atMs: at?.ms,
                    limit: pageUsers,
                    cursor: cursor
                )
                let answer = try await segments.members(request, options)
                return CursorPage(items: answer.users, next: answer.nextCursor)
            }
        )
    }
}
