// With whom each event stands by the log, whoever became one with whom: over all partitions.

import Basics
import Messages

/// Reads all partitions' records in the order of log time, and holds against each other what they
/// say of one user.
struct Standing {
    /// A user of a partition.
    struct Owner: Hashable {
        let partition: Int
        let number: UInt32
    }

    /// What is known of an event, wherever it was moved.
    private struct Event {
        /// What it came in under.
        let identifier: String
        let importID: String?
        /// Where it stood at any time.
        var seen: Set<Judge.Place> = []
        /// Where it stands, and with whom.
        var places: [Judge.Place: Owner] = [:]
        /// Its user was erased with it.
        var isErased = false
    }

    /// A receipt's erasure.
    private struct Erased {
        let receipt: [UInt8]
        let at: Int64
        /// Where; of a request that came twice perhaps more than once.
        var positions: [LogV1.Position] = []
        /// Who goes with it.
        var identifiers: Set<String> = []
    }

    private var events: [UInt64: Event] = [:]
    private var names: [Owner: String] = [:]
    /// What identifiers were merged into.
    private var parents: [String: String] = [:]
    private var undone: Set<String> = []
    /// How often identifiers were merged into others, and became users of their own again.
    private var mergeCounts: [String: (out: Int, back: Int)] = [:]
    /// Users who were erased, in the order of log time.
    private var erasures: [Erased] = []
    /// Numbers of who was erased, which are nobody's since.
    private(set) var gone: [Owner: UInt64] = [:]
    /// Those and numbers that were merged away.
    private var nobodies: Set<Owner> = []
    /// Identifiers of who was erased and has not come again.
    private(set) var forgotten: Set<String> = []
    /// Users who stay and hold copies of records of such.
    private var holders: Set<Owner> = []
    /// Of what the newest records are.
    private var touched: Set<UInt64> = []
    /// What was said of who is who, for people.
    private var trail: [String] = []

    /// Who a number was given to.
    func name(_ number: UInt32, in partition: Int) -> String? {
        names[Owner(partition: partition, number: number)]
    }

    /// Whether an event is gone with its user.
    func isErased(_ number: UInt64) -> Bool { events[number]?.isErased ?? false }

    /// Whether a number is nobody's any more.
    func isNobody(_ number: UInt32, in partition: Int) -> Bool {
        nobodies.contains(Owner(partition: partition, number: number))
    }

    /// Whether a rewriting may leave less of a record: it is about who was erased, or was copied to
    /// somebody who stays and does not stand with that user.
    func mayBeLess(_ record: LogV1.LogRecord, at place: Judge.Place) -> Bool {
        let number: UInt32
        switch record.body {
        case .newUser(let new): number = new.number
        case .event(let event):
            if let known = event.number.flatMap({ events[$0] }), !known.isErased {
                return known.places[place] == nil
            }
            number = event.userNumber
        case .profile(let profile): number = profile.userNumber
        case .listChange(let change): number = change.userNumber
        case .userKnown(let known): number = known.userNumber
        case .mergeOut(let out): number = out.userNumber
        case .mergeIn(let merge): number = merge.userNumber
        case .mergeUndone(let undone): number = undone.userNumber
        default: return false
        }
        let owner = Owner(partition: place.partition, number: number)
        return nobodies.contains(owner) || holders.contains(owner)
    }

    /// Whether an identifier has a number by now that is somebody's.
    func isKnown(_ user: String) -> Bool {
        names.contains { $0.value == user && !nobodies.contains($0.key) }
    }

    /// How often an identifier was merged into others, and became a user of its own again.
    func merges(of user: String) -> (out: Int, back: Int) { mergeCounts[user] ?? (0, 0) }

    /// A client was told that an identifier is another user: by its own order, given when it had
    /// been merged so often, or since before that.
    func acked(mergeOf old: String, since count: Int, isBefore: Bool) throws {
        let merges = merges(of: old).out
        guard isBefore ? merges > 0 : merges > count else {
            throw Broken(.i1, "a merge of \(old) is acked, and the log has \(merges) of it")
        }
    }

    /// A client was told that an identifier is a user of its own, having asked when that had come
    /// about so often.
    func acked(unmergeOf user: String, since count: Int) throws {
        guard merges(of: user).back > count else {
            throw Broken(.i1, "\(user) is said to be one of its own, and the log has it not")
        }
    }

    /// How many users have been erased so far.
    var erasureCount: Int { erasures.count }

    /// A client was told the receipt of an identifier's erasure.
    func acked(erasureOf user: String, _ told: IngestionV1.EraseResponse) throws {
        let isKnown = erasures.contains { erased in
            erased.receipt == told.receipt && erased.at == told.erasedAtMs
                && told.positions.count == 1 && erased.positions.contains(told.positions[0])
                && erased.identifiers.contains(user)
        }
        guard isKnown else {
            throw Broken(
                .i11,
                "\(user) is said to be erased by \(told), of which the log has nothing: "
                    + "\(erasures); \(trail.joined(separator: ", "))"
            )
        }
    }

    /// A client was told that nobody of that name is known or was erased, having asked when so many
    /// users were.
    func unknown(_ user: String, wasKnown: Bool, since count: Int) throws {
        guard !wasKnown else { throw Broken(.i11, "\(user) is known and said never to have been") }
        guard !erasures.prefix(count).contains(where: { $0.identifiers.contains(user) }) else {
            throw Broken(.i11, "the receipt of \(user) is lost")
        }
    }

    // The log

    /// Whether all is known that a record comes behind, whichever partition is read first.
    func isDue(_ record: LogV1.LogRecord) -> Bool {
        guard case .event(let event) = record.body, let number = event.number else { return true }
        guard let known = events[number], !known.isErased else {
            return record.origin?.offset == nil
        }
        guard let offset = record.origin?.offset else { return false }
        let partition = Int(record.origin?.partition ?? 0)
        return known.seen.contains(Judge.Place(partition: partition, offset: offset))
    }

    /// A record of a partition.
    mutating func take(_ record: LogV1.LogRecord, at place: Judge.Place) throws {
        note(record, at: place)
        func owner(_ number: UInt32) -> Owner {
            Owner(partition: place.partition, number: number)
        }
        switch record.body {
        case .newUser(let new):
            forgotten.remove(new.userID)
            guard names.updateValue(new.userID, forKey: owner(new.number)) == nil else {
                throw Broken(.i1, "user number \(new.number) is given twice at \(place)")
            }
        case .event(let event): try take(event, of: owner(event.userNumber), record, at: place)
        case .importUndone(let undoing): undone.insert(undoing.importID)
        case .mergeOut(let out):
            forgotten.remove(out.userID)
            parents[out.userID] = out.survivorID
            mergeCounts[out.userID, default: (0, 0)].out += 1
            nobodies.insert(owner(out.userNumber))
            touched.formUnion(events.keys)
            remove { $1 == owner(out.userNumber) }
        case .mergeIn(let merge):
            if merge.returned {
                parents[merge.survivorID] = nil
                mergeCounts[merge.survivorID, default: (0, 0)].back += 1
            }
            touched.formUnion(events.keys)
            remove { $1 == owner(merge.userNumber) && merge.replaced.has($0) }
        case .mergeUndone(let undone):
            remove { $1 == owner(undone.userNumber) && undone.moved.has($0) }
        case .erasure(let erasure): take(erasure, of: owner(erasure.userNumber), record, at: place)
        case .erasedCopies(let copies): holders.insert(owner(copies.userNumber))
        default: break
        }
    }

    private mutating func take(
        _ event: LogV1.Event,
        of owner: Owner,
        _ record: LogV1.LogRecord,
        at place: Judge.Place
    ) throws {
        guard let number = event.number else { return }
        guard let name = names[owner] else {
            throw Broken(.i1, "\(place) names a user whom nobody knows")
        }
        let isMoved = record.origin?.offset != nil
        if !isMoved, let other = events[number], !other.isErased {
            throw Broken(
                .i1,
                "event \(number) of \(other.identifier) stands at "
                    + "\(other.places.keys.map { "\($0)" }) and at \(place) with \(name); "
                    + trail.joined(separator: ", ")
            )
        }
        guard !isMoved || isDue(record) else {
            throw Broken(.i1, "event \(number) is moved to \(place) from where it never stood")
        }
        let new = Event(identifier: record.origin?.userID ?? name, importID: record.importID)
        var known = isMoved ? events[number] ?? new : new
        known.seen.insert(place)
        known.places[place] = owner
        events[number] = known
        touched.insert(number)
    }

    private mutating func note(_ record: LogV1.LogRecord, at place: Judge.Place) {
        let text: String
        switch record.body {
        case .newUser(let new): text = "\(new.userID) is \(new.number)"
        case .mergeOut(let out): text = "\(out.userNumber), \(out.userID), to \(out.survivorID)"
        case .mergeIn(let merge):
            text = "\(merge.userNumber) \(merge.returned ? "back from" : "takes") \(merge.userID)"
        case .mergeUndone(let undone): text = "\(undone.userNumber) gives \(undone.userID) back"
        case .erasure(let erasure): text = "\(erasure.userNumber) is erased"
        default: return
        }
        trail.append("\(place) \(text)")
    }

    private mutating func take(
        _ erasure: LogV1.Erasure,
        of owner: Owner,
        _ record: LogV1.LogRecord,
        at place: Judge.Place
    ) {
        for (number, event) in events where event.places.values.contains(owner) {
            events[number]?.places = [:]
            events[number]?.isErased = true
        }
        gone[owner] = gone[owner] ?? place.offset
        nobodies.insert(owner)
        let index = erasures.lastIndex {
            $0.receipt == erasure.receipt && $0.at == record.logTimeMs
        }
        if index == nil {
            erasures.append(Erased(receipt: erasure.receipt ?? [], at: record.logTimeMs))
        }
        let last = index ?? erasures.count - 1
        if !erasure.further {
            erasures[last].positions.append(
                LogV1.Position(
                    partition: UInt32(place.partition),
                    nextOffset: place.offset + 1
                )
            )
        }
        // A number that was left says only of who stays that it is nobody's.
        guard erasure.witness != 0, let name = names[owner] else { return }
        parents[name] = nil
        forgotten.insert(name)
        erasures[last].identifiers.insert(name)
    }

    /// Records stand no more.
    private mutating func remove(_ isGone: (Judge.Place, Owner) -> Bool) {
        for (number, event) in events {
            let left = event.places.filter { !isGone($0.key, $0.value) }
            guard left.count < event.places.count else { continue }
            events[number]?.places = left
            touched.insert(number)
        }
    }

    /// Everything of an instant has been read: each event stands once, with whom its identifier
    /// stands for.
    mutating func check() throws {
        for number in touched.sorted() {
            guard let event = events[number], !event.isErased,
                !(event.importID.map(undone.contains) ?? false)
            else { continue }
            guard event.places.count == 1, let (place, owner) = event.places.first else {
                let places = event.places.keys.map { "\($0)" }
                throw Broken(
                    .i1,
                    "event \(number) of \(event.identifier) stands at \(places); "
                        + trail.joined(separator: ", ")
                )
            }
            let user = user(event.identifier)
            guard names[owner] == user else {
                throw Broken(
                    .i1,
                    "event \(number) of \(event.identifier), who is \(user), stands at \(place) "
                        + "with \(names[owner] ?? "?"); " + trail.joined(separator: ", ")
                )
            }
        }
        touched = []
    }

    private func user(_ identifier: String) -> String {
        var user = identifier
        // Bounded, since whoever is looked at may be wrong.
        for _ in 0...parents.count {
            guard let parent = parents[user] else { break }
            user = parent
        }
        return user
    }
}

extension [LogV1.RecordRun] {
    /// Whether a record is among them.
    fileprivate func has(_ place: Judge.Place) -> Bool {
        contains { place.offset >= $0.from && place.offset < $0.from + $0.count }
    }
}
