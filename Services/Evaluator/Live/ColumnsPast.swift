// What a live segment may ask of a user's past, out of a partition's columns.

import Basics
import Columns
import Segments

/// A user's past as the columns hold it now.
struct ColumnsPast: LivePast {
    let columns: PartitionColumns
    let user: UserNumber
    /// Where the segment begins.
    let since: LogOffset
    /// When it began; nil: a build kept it that did not say.
    var begunAt: Timestamp?
    /// The user's records that first came in elsewhere, or earlier.
    var moved: MovedRecords?
    /// The record that is being heard; nil: none is.
    var hearing: Hearing?

    func history(_ reads: Mentions) -> Segments.UserHistory {
        let history = columns.history(of: user, read: reads, at: nil)
        return hearing?.placed(history, of: user) ?? history
    }

    func isSilent(_ position: LogOffset) -> Bool {
        isBefore(position) || columns.imports.contains(position)
    }

    /// Whether a record came in before the segment began.
    func isBefore(_ position: LogOffset) -> Bool {
        guard position >= since else { return true }
        guard let begunAt, let logTime = moved?.logTime(at: position) else { return false }
        // What came in at that instant, elsewhere, was there before.
        return logTime <= begunAt
    }

    /// When a record came in, of those that a merge has counted anew.
    func arrival(of position: LogOffset) -> LivePlan.Arrival {
        LivePlan.Arrival(
            isBefore: isBefore(position),
            isImported: columns.imports.contains(position),
            logTime: moved?.logTime(at: position)
        )
    }
}

/// A record that is being heard, and what comes of it.
struct Hearing {
    let project: ProjectName?
    let at: LogOffset
    /// Who came into live segments by it so far, and who went, in order.
    var marks: [LivePartition.Mark] = []

    /// Puts marks of before the record before it.
    ///
    /// Where the columns' tail begins with the record, what timers brought before it stands at its
    /// place, too, as no mark may stand where chunks are sealed.
    fileprivate func placed(_ history: Segments.UserHistory, of user: UserNumber)
        -> Segments.UserHistory?
    {
        var versions = history.versions
        let here = versions.indices.filter { index in
            versions[index].position == at && InFeed.isKept(as: versions[index].property)
        }
        guard !here.isEmpty, at > .zero else { return nil }
        var own: [ExactName: Int] = [:]
        for mark in marks where mark.project == project && mark.user == user {
            own[mark.property, default: 0] += 1
        }
        // Of a property's the last are the record's own.
        func order(_ index: Int) -> (Timestamp, Int) { (versions[index].since ?? .earliest, index) }
        for index in here.sorted(by: { order($0) > order($1) }) {
            if own[versions[index].property, default: 0] > 0 {
                own[versions[index].property, default: 0] -= 1
            } else {
                versions[index].position = LogOffset(at.value - 1)
            }
        }
        return UserHistory(of: history.user, events: history.events, versions: versions)
    }
}
