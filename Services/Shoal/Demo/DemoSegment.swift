// The four segments of the demo, as a user would write them.

/// A segment of the demo.
enum DemoSegment: String, Sendable, Hashable, CaseIterable {
    case launchedLately = "launched-lately"
    case facebookApril = "facebook-april-lapsed"
    case keptPlaylists = "kept-playlists"
    case premiumThreeCities = "premium-three-cities"

    /// The app it is about.
    var app: DemoApp { self == .keptPlaylists ? .music : .shop }

    /// The definition.
    var yaml: String {
        switch self {
        case .launchedLately:
            """
            name: launched-lately
            description: Launched the app in the last 30 days.
            condition:
              did: {event: App Launched, window: {rolling: 30d}}

            """
        case .facebookApril:
            """
            name: facebook-april-lapsed
            description: Came by Facebook in April, charged 3 times or more, but not lately.
            condition:
              all:
                - user: {property: source, equals: facebook}
                - user: {property: signupDate, after: 2025-04-01}
                - user: {property: signupDate, before: 2025-05-01}
                - did: {event: Charged, atLeast: 3, window: {between: [2025-05-01, 2025-07-01]}}
                - didNot: {event: Charged, window: {rolling: 14d}}

            """
        case .keptPlaylists:
            """
            name: kept-playlists
            description: Listened to a track and created a playlist, but did not share one.
            condition:
              all:
                - did: {event: Track Played}
                - did: {event: Playlist Created}
                - didNot: {event: Playlist Shared}

            """
        case .premiumThreeCities:
            """
            name: premium-three-cities
            description: Premium users on app version 5.2 or later in three cities.
            condition:
              all:
                - user: {property: plan, equals: premium}
                - user: {property: appVersion, atLeast: {version: "5.2"}}
                - user: {property: city, in: [Pune, Mumbai, Berlin]}

            """
        }
    }
}
