// Which users have a text in their identifier, in columns that stand still.

import Basics
import Columns
import Messages

/// Finds users by a part of their identifier.
struct UserSearch: Sendable {
    /// Most users of one answer.
    static let usersMax: UInt32 = 1_000

    private let wanted: [UInt8]
    private let isPrefix: Bool
    private let limit: Int

    init(_ request: EvaluationV1.FindUsersRequest) {
        wanted = Array(request.text.utf8)
        isPrefix = request.isPrefix
        limit = Int(min(max(request.limit, 1), Self.usersMax))
    }

    /// The first of those found in some partitions, sorted by bytes, and how many there are.
    func users(_ partitions: [PartitionColumns], _ limit: QuestionLimit) throws
        -> EvaluationV1.FindUsersResponse
    {
        var found = EvaluationV1.FindUsersResponse()
        for columns in partitions {
            try limit.check()
            let present = columns.present
            for number in 0..<UInt32(columns.userCount) {
                let user = UserNumber(number)
                guard present?[user] ?? true, let id = columns.id(of: user), holds(id.text) else {
                    continue
                }
                found.users.append(id.text)
                found.of += 1
            }
            found.users = first(found.users)
        }
        return found
    }

    /// What owners found, together.
    func sum(_ parts: [EvaluationV1.FindUsersResponse]) -> EvaluationV1.FindUsersResponse {
        EvaluationV1.FindUsersResponse(
            users: first(parts.flatMap(\.users)),
            of: parts.reduce(0) { $0 &+ $1.of }
        )
    }

    private func first(_ users: [String]) -> [String] {
        Array(users.sorted(by: TextBytes.precedes).prefix(limit))
    }

    private func holds(_ text: String) -> Bool {
        if isPrefix { return text.utf8.starts(with: wanted) }
        let bytes = text.utf8.span
        guard bytes.count >= wanted.count else { return false }
        for start in 0...(bytes.count - wanted.count) {
            var length = 0
            while length < wanted.count, bytes[start + length] == wanted[length] { length += 1 }
            if length == wanted.count { return true }
        }
        return false
    }
}
