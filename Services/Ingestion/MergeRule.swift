// Whether two identifiers may become one user, and who they are then: decided by the index alone.

import Basics
import Log
import Messages

/// Two identifiers that are to be one user.
struct MergeOrder: Sendable {
    /// What the caller says of them.
    enum Kind: Sendable, Hashable {
        /// The one that goes is anonymous.
        case identify
        /// Both are known.
        case alias
    }

    let project: ProjectName
    let kind: Kind
    /// The identifier that goes.
    let old: UserID
    /// The one it is one with.
    let known: UserID
    /// What was recorded of the one that goes, as far as it was read beforehand.
    let records: UserRecords

    /// What it may write at most, but for what is recorded while it waits.
    ///
    /// Unit: bytes.
    var bytesMax: Int { records.bytesMax + UserRecords.controlBytes }
}

/// An identifier that is to be a user of its own again.
struct UnmergeOrder: Sendable {
    let project: ProjectName
    let user: UserID
    /// What was recorded of the user it was merged into, as far as it was read beforehand.
    let records: UserRecords

    /// As of a merge.
    var bytesMax: Int { records.bytesMax + UserRecords.controlBytes }
}

/// What became of a merge, or of taking one back.
struct MergeOutcome: Sendable, Hashable {
    /// Of a merge the user that both are now; else who the identifier was merged into.
    var user: UserID?
    /// Records that were moved.
    var records = 0
    /// Whether nothing was to be done.
    var isBefore = false
}

/// Decides about merges.
struct MergeRule {
    /// Most merges one behind the other: so many look-ups a record may cost.
    static let depthMax = 32
    /// No chain is so long: an index that has one leads in a circle.
    ///
    /// Some are longer than `depthMax`, as an older build let them grow.
    static let chainMax = 4_096

    let reader: IndexReader

    /// What is to be done.
    enum Decision: Sendable {
        /// They are one user already.
        case one(UserID)
        case merge(Merge)
    }

    /// Who becomes whose.
    struct Merge: Sendable {
        /// What is known of the one that goes; nil: nobody has heard of it.
        let old: KnownUser?
        /// The user they are from here on.
        let survivor: UserID
        /// What is known of that one.
        let known: KnownUser?
        /// Merges one behind the other in it then.
        let depth: Int
    }

    /// - Throws: `.cannotMerge` with the reason, or when the index cannot be read.
    func decide(_ order: MergeOrder) throws(IngestionError) -> Decision {
        let old = ProjectUser(project: order.project, user: order.old)
        let asked = ProjectUser(project: order.project, user: order.known)
        let users = try reader.users(of: [old, asked])
        let survivors = try reader.survivors(of: users)
        let survivor = survivors[asked]
        let user = survivor?.user ?? order.known
        guard user != order.old else {
            throw Self.refusal(
                order.known.text,
                hint: "it is merged into \(order.old.text), so they are one user; take that "
                    + "back first to merge them the other way round"
            )
        }
        if let merged = survivors[old] {
            guard merged.user != user else { return .one(user) }
            throw Self.refusal(
                order.old.text,
                hint: "it is merged into \(merged.user.text); take that back first (Unmerge), "
                    + "or merge that user (Alias)"
            )
        }
        let below = try reader.mergeDepth(of: old)
        if order.kind == .identify, below != nil {
            throw Self.refusal(
                order.old.text,
                hint: "others are merged into it, so it is a known user: merge known users by Alias"
            )
        }
        let own = try reader.mergeDepth(of: ProjectUser(project: order.project, user: user)) ?? 0
        let depth = max(own, (below ?? 0) + 1 + (survivor?.steps ?? 0))
        guard depth <= Self.depthMax else {
            throw Self.refusal(
                order.old.text,
                hint: "\(Self.depthMax) merges would lie one behind the other: merge into "
                    + "\(user.text) itself"
            )
        }
        return .merge(
            Merge(
                old: users[old],
                survivor: user,
                known: survivor?.known ?? users[asked],
                depth: depth
            )
        )
    }

    /// How many merges may lie one behind the other below an identifier that is parted from a user.
    ///
    /// Those of others that came to it while it stood for that user were counted at the user alone.
    func depth(below parted: ProjectUser, from survivor: Survivor, _ log: any Log)
        throws(IngestionError) -> Int
    {
        let own = try reader.mergeDepth(of: parted) ?? 0
        let whole = ProjectUser(project: parted.project, user: survivor.user)
        let most = (try reader.mergeDepth(of: whole) ?? 0) - survivor.steps
        guard own < most else { return own }
        for place in try reader.merges(of: parted) {
            guard case .mergeOut(let out)? = try log.record(at: place)?.body,
                out.survivorID == parted.user.text
            else { continue }
            return most
        }
        return own
    }

    private static func refusal(_ place: String, hint: String) -> IngestionError {
        IngestionError(.cannotMerge, "merge users", place: place, hint: hint)
    }
}
