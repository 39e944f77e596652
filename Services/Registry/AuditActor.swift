// Who made a change, as far as the registry can know while there are no keys.

import Messages

/// The program behind a change.
struct AuditActor: Sendable, Hashable {
    /// The program that wished it, as it names itself.
    var caller: String
    /// The program that asked for it, when that is another one.
    var via: String?

    /// The registry itself, such as when a lease runs out.
    static let registry = AuditActor(caller: "registry", via: nil)

    /// The caller of a method, or the one it acts for.
    init(_ call: CallContext, onBehalfOf principal: String? = nil) {
        let caller = call.caller ?? "unknown"
        self.init(caller: principal ?? caller, via: principal == nil ? nil : caller)
    }

    private init(caller: String, via: String?) {
        self.caller = caller
        self.via = via
    }

    /// The address of the program that asked, if an instance of that name is registered.
    ///
    /// Callers name themselves `NAME VERSION`.
    func address(in roster: Roster) -> String? {
        let name = (via ?? caller).prefix { $0 != " " }
        return roster.members.values.filter { $0.name == name }.min { $0.id < $1.id }?.address
    }
}
