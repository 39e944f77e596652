// Ways to reach users, and the properties of users that say whether one does.

import Basics

/// A way to reach users.
public enum Channel: String, Sendable, Hashable, CaseIterable {
    case push, webPush, sms, whatsApp, email, inApp

    /// The user's property that holds the address: a text or number, or a list of several; nil
    /// where a channel needs none.
    ///
    /// One is there when it is neither missing nor empty.
    public var address: ExactName? {
        switch self {
        case .push: "pushToken"
        case .webPush: "webPushToken"
        case .sms, .whatsApp: "phone"
        case .email: "email"
        case .inApp: nil
        }
    }

    /// The user's property that says what the user does not want: a channel, a list of channels,
    /// or `all` or `true` for every one.
    public static let optOut: ExactName = "unsubscribed"
}

/// How a user stands to a channel: always one of these.
public enum ChannelState: String, Sendable, Hashable, CaseIterable {
    /// There is an address, and the user has not opted out.
    case reachable
    /// There is no address, and the user has not opted out.
    case noAddress
    /// The user has opted out, with or without an address.
    case optedOut
}

/// A rule about the value of a property that no filter of the language says.
enum ValueRule: Sendable, Hashable {
    /// It is not empty.
    case filled
    /// It says that its user has opted out of the channel.
    case optsOut(of: Channel)

    /// Whether the value of a property that is there passes.
    func holds(_ value: PropertyValue) -> Bool {
        switch (self, value) {
        case (.filled, .text(let text)): !text.isEmpty
        case (.filled, .list(let items)): items.contains(where: holds)
        case (.filled, .bool(let isTrue)): isTrue
        case (.filled, .number), (.filled, .instant): true
        case (.optsOut, .bool(let isTrue)): isTrue
        case (.optsOut(let channel), .text(let text)): text == channel.rawValue || text == "all"
        case (.optsOut, .list(let items)): items.contains(where: holds)
        case (.optsOut, .number), (.optsOut, .instant): false
        }
    }
}
