// Who is known on the engine alone, and who is anonymous, as ingestion decides it.

import Basics
import Segments

extension EngineStage.State {
    /// A record of a user came in that calls the user anonymous or not.
    ///
    /// - Returns: what is known of the user with it: of who is new, that it is anonymous.
    mutating func introduce(_ user: UserID, isAnonymous: Bool, at: Timestamp)
        -> [UserHistory.PropertyVersion]
    {
        guard users[user] == nil else {
            if !isAnonymous, anonymous.contains(user) {
                pass(upTo: at - 1)
                if let version = makeKnown(user, at: at) {
                    tell(.properties([version]), of: user, at: at)
                }
            }
            return []
        }
        guard isAnonymous else { return [] }
        anonymous.insert(user)
        return [Known.anonymity(at: next)]
    }

    /// An anonymous user is known from here on, as of every instant.
    ///
    /// - Returns: what says so; nil: the user is not anonymous, or nowhere.
    mutating func makeKnown(_ user: UserID, at: Timestamp) -> UserHistory.PropertyVersion? {
        guard anonymous.remove(user) != nil, users[user] != nil else { return nil }
        var version = Known.anonymity(at: next)
        version.value = nil
        users[user]?.versions.append(version)
        users[user]?.records.append(
            .init(record: .properties([version]), at: at, origin: user, isMark: true)
        )
        next = next.next
        return version
    }
}
