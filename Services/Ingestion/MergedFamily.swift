// Which identifiers go with one that is a user of its own again.

import Basics

/// An identifier and those that were merged into it, directly or through others.
struct MergedFamily: Sendable {
    private let head: UserID
    private let project: ProjectName
    private let reader: IndexReader
    private var members: [String: Bool] = [:]

    init(of head: UserID, in project: ProjectName, _ reader: IndexReader) {
        self.head = head
        self.project = project
        self.reader = reader
    }

    /// Whether the identifier that a record came in under is one of them; nil is its user's own.
    mutating func has(_ origin: String?) throws(IngestionError) -> Bool {
        guard let origin else { return false }
        if let isMember = members[origin] { return isMember }
        var next = UserID(origin)
        for _ in 0...MergeRule.chainMax {
            guard let user = next, user != head else { break }
            let who = ProjectUser(project: project, user: user)
            next = try reader.users(of: [who])[who]?.survivor
        }
        members[origin] = next == head
        return next == head
    }
}
