// A user as a page: who, since when, with which properties, and what the user did how often.

import Basics
import Messages
import Wire

/// What is known of a user, ready to be printed.
struct UserProfilePage: Sendable {
    let user: String
    let profile: EvaluationV1.ProfileResponse

    /// For people.
    func text(_ ink: Ink) throws -> String {
        let at = UserCommand.instant(profile.exactness?.atMs)
        var text = "\(PlainText.line(user)) as of \(at)\n"
        if profile.lastEventMs == nil {
            text += "no event by then\n"
        } else {
            text += "first event \(UserCommand.instant(profile.firstEventMs))"
            text += ", last event \(UserCommand.instant(profile.lastEventMs))\n"
        }
        if !profile.properties.isEmpty {
            var table = Table([("PROPERTY", .left), ("VALUE", .left), ("SINCE", .left)])
            for property in profile.properties {
                let (name, value) = try Self.named(property)
                let since = property.sinceMs.map { Timestamp(ms: $0).rfc3339 } ?? "the beginning"
                table.add([name, JSONText(value).line, since])
            }
            text += "\n" + table.text(ink) + Self.more(profile.propertiesLeft, "properties")
        }
        if !profile.events.isEmpty {
            var table = Table([
                ("EVENT", .left), ("COUNT", .right), ("FIRST", .left), ("LAST", .left),
            ])
            for event in profile.events {
                table.add([
                    event.name, Quantity.count(event.count), UserCommand.instant(event.firstAtMs),
                    UserCommand.instant(event.lastAtMs),
                ])
            }
            text += "\n" + table.text(ink) + Self.more(profile.eventsLeft, "events")
        }
        for position in profile.exactness?.positions ?? [] {
            text +=
                "\nexact at position \(position.nextOffset) of partition \(position.partition)\n"
        }
        return text
    }

    /// For programs.
    var json: JSONText {
        get throws {
            let properties = try profile.properties.map { property in
                let (name, value) = try Self.named(property)
                return JSONText.object([
                    ("property", .text(name)), ("value", JSONText(value)),
                    ("since", UserCommand.json(property.sinceMs)),
                ])
            }
            let events = profile.events.map { event in
                JSONText.object([
                    ("event", .text(event.name)), ("count", .unsigned(event.count)),
                    ("first", UserCommand.json(event.firstAtMs)),
                    ("last", UserCommand.json(event.lastAtMs)),
                ])
            }
            return .object(
                [("user_id", .text(user))] + UserCommand.fields(profile.exactness) + [
                    ("first_event", UserCommand.json(profile.firstEventMs)),
                    ("last_event", UserCommand.json(profile.lastEventMs)),
                    ("properties", .list(properties)),
                    ("properties_left", .int(Int(profile.propertiesLeft))),
                    ("events", .list(events)), ("events_left", .int(Int(profile.eventsLeft))),
                ]
            )
        }
    }

    private static func named(_ property: EvaluationV1.PropertyInForce) throws(WireError)
        -> (name: String, value: PropertyValue)
    {
        try ValueCoding.decode(property.property ?? LogV1.Property())
    }

    private static func more(_ left: UInt32, _ what: String) -> String {
        left == 0 ? "" : "… \(left) more \(what) there was no room for …\n"
    }
}
