// One thing the doctor looked at: what was found, whether it is well, and what to do if not.

/// A judged fact.
struct Check: Sendable, Hashable {
    enum Area: String, Sendable, CaseIterable {
        case suite, clock, limits, disk, sockets, versions, leases, partitions, log
    }

    enum State: String, Sendable {
        case ok
        /// Worth knowing; nothing is wrong.
        case note
        /// Something to be put right.
        case finding
    }

    var area: Area
    /// The instance, folder or program concerned.
    var of: String
    var state: State
    /// What was found, in one sentence.
    var found: String
    /// What to do; empty when there is nothing to do.
    var fix = ""

    /// All is well.
    static func ok(_ area: Area, _ of: String, _ found: String) -> Check {
        Check(area: area, of: of, state: .ok, found: found)
    }

    /// Something to be put right.
    static func finding(_ area: Area, _ of: String, _ found: String, fix: String) -> Check {
        Check(area: area, of: of, state: .finding, found: found, fix: fix)
    }

    /// Worth knowing.
    static func note(_ area: Area, _ of: String, _ found: String, fix: String) -> Check {
        Check(area: area, of: of, state: .note, found: found, fix: fix)
    }

    /// The object for programs.
    var json: JSONText {
        .object([
            ("area", .text(area.rawValue)), ("of", .text(of)), ("state", .text(state.rawValue)),
            ("found", .text(found)), ("fix", .optional(fix.isEmpty ? nil : fix)),
        ])
    }
}
