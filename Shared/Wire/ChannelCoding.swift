// Channels on the wire, and how users stand to them.

import Basics
public import Messages
public import Segments

/// The coding of conditions about channels.
public enum ChannelCoding {
    /// The channel that was sent.
    public static func decode(_ sent: SegmentV1.Channel) throws(WireError) -> Channel {
        switch sent {
        case .push: return .push
        case .webPush: return .webPush
        case .sms: return .sms
        case .whatsApp: return .whatsApp
        case .email: return .email
        case .inApp: return .inApp
        default: throw ValueCoding.refused("no channel", "name one that this build knows")
        }
    }

    /// The channel as it is sent.
    public static func encode(_ channel: Channel) -> SegmentV1.Channel {
        switch channel {
        case .push: .push
        case .webPush: .webPush
        case .sms: .sms
        case .whatsApp: .whatsApp
        case .email: .email
        case .inApp: .inApp
        }
    }

    static func decode(_ sent: SegmentV1.Reachable) throws(WireError) -> Reachable {
        let state: ChannelState
        switch sent.state {
        case .reachable: state = .reachable
        case .noAddress: state = .noAddress
        case .optedOut: state = .optedOut
        default: throw ValueCoding.refused("no state of a channel", "reachable or why not")
        }
        return Reachable(try decode(sent.channel), state)
    }

    static func encode(_ reachable: Reachable) -> SegmentV1.Reachable {
        let state: SegmentV1.ChannelState =
            switch reachable.state {
            case .reachable: .reachable
            case .noAddress: .noAddress
            case .optedOut: .optedOut
            }
        return SegmentV1.Reachable(channel: encode(reachable.channel), state: state)
    }
}
