// The naive reader of conditions about other sets of users.

import Basics
import Segments

extension Oracle {
    // "inSegment(id) to any depth": the other segment asked by itself, in its own zone, as of the
    // same instant.
    func isMember(of segment: ExactName, _ user: UserHistory) -> Bool {
        guard let other = nested.first(where: { $0.name == segment }) else {
            preconditionFailure("segment \(segment.text) is not among the nested")
        }
        return Oracle(other.definition, at: now, projectZone: projectZone, nested: nested)
            .isMember(user)
    }

    /// Whether the definition is about a user at all.
    public func isInUniverse(_ user: UserHistory) -> Bool {
        switch definition.universe {
        case .all: true
        case .known: valueInForce(Known.anonymity, user) != .bool(true)
        case .reachable(let channel): state(of: user, channel) == .reachable
        }
    }

    // README: opted out when `unsubscribed` is the channel, "all" or true, or a list with one of
    // them; else reachable when the address is not empty, or a list in which something is not.
    func state(of user: UserHistory, _ channel: Channel) -> ChannelState {
        func each(_ value: PropertyValue?) -> [PropertyValue] {
            guard let value else { return [] }
            if case .list(let items) = value { return items }
            return [value]
        }
        let refused = each(valueInForce("unsubscribed", user))
        let words: [PropertyValue] = [.text(channel.rawValue), .text("all"), .bool(true)]
        if refused.contains(where: words.contains) { return .optedOut }
        let names: [Channel: ExactName] = [
            .push: "pushToken", .webPush: "webPushToken", .sms: "phone", .whatsApp: "phone",
            .email: "email",
        ]
        guard let name = names[channel] else { return .reachable }
        let addresses = each(valueInForce(name, user))
        return addresses.contains { $0 != .text("") && $0 != .bool(false) }
            ? .reachable : .noAddress
    }
}
