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
            if !isAnonymous { makeKnown(user, at: at) }
            return []
        }
        guard isAnonymous else { return [] }
        anonymous.insert(user)
        return [anonymity(at: next)]
    }

    /// An anonymous user is known from here on, as of every instant.
    mutating func makeKnown(_ user: UserID, at: Timestamp) {
        guard anonymous.remove(user) != nil, users[user] != nil else { return }
        pass(upTo: at - 1)
        var version = anonymity(at: next)
        version.value = nil
        users[user]?.versions.append(version)
        users[user]?.records.append(
            .init(record: .properties([version]), at: at, origin: user, isMark: true)
        )
        next = next.next
        tell(.properties([version]), of: user, at: at)
    }

    /// That a user is anonymous, from the beginning of time on.
    func anonymity(at place: LogOffset) -> UserHistory.PropertyVersion {
        UserHistory.PropertyVersion(
            Known.anonymity,
            Known.anonymous,
            since: nil,
            position: place
        )
    }
}
