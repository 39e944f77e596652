// A channel reaches the user, or why it does not.

import Basics

/// How the user stands to a channel at the answer's instant, by the user's properties.
public struct Reachable: ConditionKind {
    static let keyword = "reachable"

    /// The channel.
    public var channel: Channel
    /// How the user must stand to it.
    public var state: ChannelState

    /// Reachable by this channel, or in another state.
    public init(_ channel: Channel, _ state: ChannelState = .reachable) {
        self.channel = channel
        self.state = state
    }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        guard case .map = field.value else {
            return .reachable(Reachable(try field.choice(Channel.self)))
        }
        let fields = try field.fields(["channel", "state"])
        let state = try fields["state"]?.choice(ChannelState.self) ?? .reachable
        return .reachable(Reachable(try fields.needed("channel").choice(Channel.self), state))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        guard state != .reachable else { return .text(channel.rawValue) }
        return .map([
            PlainEntry("channel", .text(channel.rawValue)),
            PlainEntry("state", .text(state.rawValue)),
        ])
    }

    func check(_ audit: inout Audit, place: String) {
        guard channel.address == nil, state == .noAddress else { return }
        audit.warn(
            .pointless,
            place,
            "\(channel.rawValue) needs no address: no user is without one",
            hint: "ask for `optedOut`, or for another channel"
        )
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        switch state {
        case .reachable: Phrase("reachable by \(channel.rawValue)")
        case .noAddress: Phrase("without an address for \(channel.rawValue)")
        case .optedOut: Phrase("opted out of \(channel.rawValue)")
        }
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        let starts: [(String, ChannelState)] = [
            ("reachable by", .reachable), ("without an address for", .noAddress),
            ("opted out of", .optedOut),
        ]
        for (start, state) in starts where words.take(start) {
            return .reachable(Reachable(try Channel.parse(&words), state))
        }
        return nil
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.reach(channel, state)
    }

    /// `"pushToken" is "abc" since …`, `"unsubscribed" is "push" since …`; alone with the channel.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .channel(let state, let version) = found else { return found.said }
        let subject = isAlone ? "\(channel.rawValue): " : ""
        let property = state == .optedOut ? Channel.optOut : channel.address
        guard let property else { return subject + "not opted out, and no address is needed" }
        let name = Phrase.quoted(property.text)
        guard state != .noAddress, let version, let value = version.value else {
            return subject + "\(name) has no value"
        }
        let since = version.since.map { " since " + $0.rfc3339 } ?? ""
        return subject + "\(name) is \(Explanation.said(value))\(since)"
    }
}

extension PlanBuilder {
    /// The users in a state of a channel.
    mutating func reach(_ channel: Channel, _ state: ChannelState) -> Int {
        let out = user(Channel.optOut, .optsOut(of: channel))
        let willing = not(out)
        let addressed = channel.address.map { user($0, .filled) } ?? all([])
        switch state {
        case .optedOut: return out
        case .reachable: return all([addressed, willing])
        case .noAddress: return all([not(addressed), willing])
        }
    }
}

extension UserHistory {
    /// How a user stands to a channel at an instant, and the write that decides it.
    func standing(to channel: Channel, at instant: Timestamp) -> Explanation.Found {
        let out = version(of: Channel.optOut, at: instant)
        if let value = out?.value, ValueRule.optsOut(of: channel).holds(value) {
            return .channel(.optedOut, out)
        }
        guard let property = channel.address else { return .channel(.reachable, nil) }
        let address = version(of: property, at: instant)
        let isFilled = address?.value.map(ValueRule.filled.holds) ?? false
        return .channel(isFilled ? .reachable : .noAddress, address)
    }
}

extension Channel {
    /// The channel that comes next in a sentence.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Channel {
        for channel in Channel.allCases where words.take(channel.rawValue.lowercased()) {
            return channel
        }
        let all = Channel.allCases.map(\.rawValue).joined(separator: ", ")
        throw words.expected("a channel", hint: "one of \(all)")
    }
}
