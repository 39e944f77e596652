// Who is new, and whether anybody knows who it is: what stands before a user's records.

import Basics
import KeyValue
import Messages

extension IntakeGroup {
    /// Writes that a user is new, before the user's first record.
    mutating func write(
        newUser who: ProjectUser,
        _ number: UserNumber,
        to partition: Partition,
        isAnonymous: Bool = false,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let place = try add(to: partition, &pending) { bytes, place in
            bytes.write(
                .newUser,
                RecordBytes.newUser(who.user, isAnonymous: isAnonymous),
                of: number,
                in: who.project,
                at: place
            )
        }
        let known = KnownUser(number, since: place.offset, isAnonymous: isAnonymous)
        IndexWriter(parts.index).put(known, for: who, &pending.batch)
        if isAnonymous { pending.anonymous[who] = place.offset }
    }

    /// Writes that an anonymous user is known; with what is moved to the user where a merge says
    /// so, and as an import's where one does, so that nothing fires by either.
    mutating func write(
        known who: ProjectUser,
        _ number: UserNumber,
        in partition: Partition,
        from origin: LogV1.Origin? = nil,
        ofImport importID: String? = nil,
        _ pending: inout Pending
    ) throws(IngestionError) {
        var since = pending.anonymous[who]
        if since == nil { since = try IndexReader(parts.index).users(of: [who])[who]?.since }
        let known = LogV1.UserKnown(
            userNumber: number.value,
            userID: who.user.text,
            since: since?.value ?? 0
        )
        _ = try add(
            .userKnown(known),
            to: partition,
            project: who.project,
            from: origin,
            ofImport: importID,
            &pending
        )
        IndexWriter(parts.index).put(known, of: who.project, &pending.batch)
    }
}
