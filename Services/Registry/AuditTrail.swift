// What the audit log says of a change: decided from the states before and after it, as a value.

import Basics
import Messages

/// Compares two states and tells the differences that an auditor would ask about.
struct AuditTrail {
    /// Most details of an entry: the contract's limit.
    static let detailsMax = 128

    let before: RegistryState
    let after: RegistryState
    let actor: AuditActor
    let at: Timestamp

    /// The entries of roster, ownership, configurations and projects, in this order.
    var entries: [AdminV1.AuditEntry] {
        let old = before.roster
        let new = after.roster
        let ids = Set(old.members.keys).union(new.members.keys).sorted()
        return ids.flatMap { member(old.members[$0], new.members[$0]) }
            + moves + instances.compactMap(configuration) + projects
    }

    /// The entry of a document's new state over the one that stood.
    func entry(
        of document: RegistryV1.Document,
        over standing: RegistryV1.Document?
    ) -> AdminV1.AuditEntry {
        let was = standing?.body == nil ? nil : standing
        let action: AdminV1.AuditAction
        switch (was?.body, document.body) {
        case (_, nil): action = .documentDeleted
        case (nil, _): action = .documentCreated
        case (let old?, let new?):
            let isArchived =
                !Self.isArchived(document.kind, old)
                && Self.isArchived(document.kind, new)
            action = isArchived ? .documentArchived : .documentChanged
        }
        var entry = entry(action)
        entry.project = document.project
        entry.kind = document.kind
        entry.name = document.name
        entry.revisionBefore = was?.revision
        entry.revisionAfter = document.revision
        return entry
    }

    /// Whether a segment's document says that it is archived; one that cannot be read does not.
    private static func isArchived(_ kind: String, _ body: [UInt8]) -> Bool {
        guard kind == "segment" else { return false }
        do {
            return try SegmentV1.SegmentDocument.decode(body).archived
        } catch {
            return false
        }
    }

    private func entry(_ action: AdminV1.AuditAction) -> AdminV1.AuditEntry {
        AdminV1.AuditEntry(
            atMs: at.ms,
            action: action,
            caller: actor.caller,
            via: actor.via,
            address: actor.address(in: after.roster)
        )
    }

    private func entry(
        _ action: AdminV1.AuditAction,
        of member: Roster.Member,
        _ details: [AdminV1.AuditDetail] = []
    ) -> AdminV1.AuditEntry {
        var entry = entry(action)
        entry.instanceID = member.id.bytes
        entry.instance = member.name
        entry.details = Self.limited(details)
        return entry
    }

    private func member(_ old: Roster.Member?, _ new: Roster.Member?) -> [AdminV1.AuditEntry] {
        switch (old, new) {
        case (nil, let new?):
            return [entry(.instanceRegistered, of: new, Self.properties(nil, new))]
        case (let old?, nil):
            return [entry(.instanceDeregistered, of: old, Self.properties(old, nil))]
        case (let old?, let new?):
            var entries: [AdminV1.AuditEntry] = []
            let changes = Self.properties(old, new)
            if !changes.isEmpty { entries.append(entry(.instanceChanged, of: new, changes)) }
            if old.state != new.state, let action = Self.action(new.state) {
                entries.append(entry(action, of: new))
            }
            return entries
        case (nil, nil): return []
        }
    }

    private static func action(_ state: RegistryV1.InstanceState) -> AdminV1.AuditAction? {
        switch state {
        case .live: .instanceReturned
        case .draining: .instanceDrained
        case .lost: .instanceLost
        case .unspecified: nil
        }
    }

    private static func properties(
        _ old: Roster.Member?,
        _ new: Roster.Member?
    ) -> [AdminV1.AuditDetail] {
        [
            ("kind", old.map { "\($0.kind)" }, new.map { "\($0.kind)" }),
            ("name", old?.name, new?.name),
            ("address", old?.address, new?.address),
            ("version", old?.version, new?.version),
        ].filter { $0.1 != $0.2 }.map {
            AdminV1.AuditDetail(name: $0.0, before: $0.1, after: $0.2)
        }
    }

    /// At most as many as an entry may have; the last one counts the others.
    private static func limited(_ details: [AdminV1.AuditDetail]) -> [AdminV1.AuditDetail] {
        guard details.count > detailsMax else { return details }
        let left = details.count - (detailsMax - 1)
        return details.prefix(detailsMax - 1)
            + [AdminV1.AuditDetail(name: "and \(left) more")]
    }
}

// MARK: Partitions

extension AuditTrail {
    private struct Move: Hashable {
        let kind: RegistryV1.ServiceKind
        let from: InstanceID?
        let to: InstanceID
    }

    /// One entry for all partitions that changed hands.
    private var moves: [AdminV1.AuditEntry] {
        var moves: [Move: [UInt16]] = [:]
        let kinds: [(RegistryV1.ServiceKind, KeyPath<Roster, [Partition: Roster.Ownership]>)] = [
            (.ingestion, \.logOwners), (.evaluator, \.stateOwners),
        ]
        for (kind, owners) in kinds {
            let old = before.roster[keyPath: owners]
            for (partition, ownership) in after.roster[keyPath: owners] {
                let from = old[partition]?.owner
                guard from != ownership.owner else { continue }
                let move = Move(kind: kind, from: from, to: ownership.owner)
                moves[move, default: []].append(partition.index)
            }
        }
        guard !moves.isEmpty else { return [] }
        let details = moves.map { move, partitions in
            AdminV1.AuditDetail(
                name: "\(move.kind) partitions \(Self.ranges(partitions.sorted()))",
                before: move.from.map(name),
                after: name(move.to)
            )
        }
        var entry = entry(.partitionsMoved)
        entry.details = Self.limited(details.sorted { $0.name < $1.name })
        return [entry]
    }

    private func name(_ id: InstanceID) -> String {
        (after.roster.members[id] ?? before.roster.members[id])?.name ?? id.hex
    }

    /// Sorted numbers as ranges, such as `0-15, 20`, cut to what a detail's name has room for.
    static func ranges(_ numbers: [UInt16]) -> String {
        var ranges: [(first: UInt16, last: UInt16)] = []
        for number in numbers {
            if let last = ranges.last?.last, number == last + 1 {
                ranges[ranges.count - 1].last = number
            } else {
                ranges.append((number, number))
            }
        }
        let texts = ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
        let text = texts.joined(separator: ", ")
        let bytesMax = 200
        return text.utf8.count <= bytesMax
            ? text : "\(text.prefix(bytesMax))… (\(numbers.count) in all)"
    }
}

// MARK: Configurations and projects

extension AuditTrail {
    private var instances: [InstanceID] {
        Set(before.configurations.keys).union(after.configurations.keys).sorted()
    }

    private func configuration(_ id: InstanceID) -> AdminV1.AuditEntry? {
        // What a deregistered instance had went with it; that is told by one entry already.
        let isGone = before.roster.members[id] != nil && after.roster.members[id] == nil
        guard !isGone else { return nil }
        let old = before.configurations[id] ?? [:]
        let new = after.configurations[id] ?? [:]
        let keys = Set(old.keys).union(new.keys).sorted()
        let details = keys.filter { old[$0] != new[$0] }.map {
            AdminV1.AuditDetail(name: $0, before: old[$0], after: new[$0])
        }
        guard !details.isEmpty else { return nil }
        var entry = entry(.configurationChanged)
        entry.instanceID = id.bytes
        // The registry alone tells a configuration without being a member of its own roster.
        entry.instance = after.roster.members[id]?.name ?? AuditActor.registry.caller
        entry.details = Self.limited(details)
        return entry
    }

    private var projects: [AdminV1.AuditEntry] {
        let known = Set(before.projects.map(\.name))
        return after.projects.filter { !known.contains($0.name) }.map { project in
            var entry = entry(.projectCreated)
            entry.project = project.name.text
            entry.details = [AdminV1.AuditDetail(name: "zone", after: project.zone)]
            return entry
        }
    }
}
