// The channels of a client: one per server for calls, some more for calls that wait for news.

import Bus

/// Lends channels to calls and takes out what is to be closed; a value under its client's lock.
///
/// A long poll holds its share of a connection's reply budget for as long as it waits, which may
/// be all of it; so long polls have channels of their own, each its own while there are enough.
struct PeerPool {
    /// Channels for long polls to one server; more polls share them and may wait for each other.
    static let pollChannelsMax = 8

    private struct Line {
        let peer: Peer
        /// Calls that hold it.
        var userCount = 0
    }

    private let channelsMax: Int
    private var callers: [Endpoint: Line] = [:]
    private var pollers: [Endpoint: [Line]] = [:]
    /// Servers no longer listed, whose channels are closed once their calls have ended.
    private var retiring: Set<Endpoint> = []

    init(channelsMax: Int) { self.channelsMax = channelsMax }

    /// All channels.
    var all: [Peer] { callers.values.map(\.peer) + pollers.values.joined().map(\.peer) }

    /// How busy a server is through the channel for calls.
    func cost(_ server: Endpoint) -> Int { callers[server]?.peer.cost ?? 0 }

    /// Lends a channel, opened when needed, until `giveBack`; nil when too many are open.
    mutating func lend(
        _ server: Endpoint,
        longPoll: Bool,
        open: () throws(BusError) -> Peer
    ) throws(BusError) -> Peer? {
        if longPoll { return try lendPoller(server, open) }
        if let line = callers[server] {
            callers[server]?.userCount += 1
            return line.peer
        }
        guard count < channelsMax else { return nil }
        let peer = try open()
        callers[server] = Line(peer: peer, userCount: 1)
        return peer
    }

    /// A call has ended.
    ///
    /// - Returns: channels that nobody needs any more; the caller closes them.
    mutating func giveBack(_ peer: Peer) -> [Peer] {
        let server = peer.endpoint
        if callers[server]?.peer === peer { callers[server]?.userCount -= 1 }
        if let at = pollers[server]?.firstIndex(where: { $0.peer === peer }) {
            pollers[server]?[at].userCount -= 1
        }
        return retire(server)
    }

    /// These servers are listed no more, those are again.
    ///
    /// - Returns: channels that nobody needs any more; the caller closes them.
    mutating func leave(_ left: Set<Endpoint>, listed: [Endpoint]) -> [Peer] {
        retiring = retiring.union(left).subtracting(listed)
        return left.flatMap { retire($0) }
    }

    /// Takes out the channels of a server that no call holds and no list names, to make room.
    mutating func makeRoom(listed: [Endpoint]) -> [Peer] {
        guard count >= channelsMax else { return [] }
        let kept = Set(listed)
        let servers = Set(callers.keys).union(pollers.keys)
        guard let spare = servers.first(where: { !kept.contains($0) && isIdle($0) }) else {
            return []
        }
        return remove(spare)
    }

    private var count: Int { callers.count + pollers.values.reduce(0) { $0 + $1.count } }

    private mutating func lendPoller(
        _ server: Endpoint,
        _ open: () throws(BusError) -> Peer
    ) throws(BusError) -> Peer? {
        let lines = pollers[server] ?? []
        let idlest = lines.indices.min { lines[$0].userCount < lines[$1].userCount }
        let isFree = idlest.map { lines[$0].userCount == 0 } ?? false
        let mayOpen = lines.count < Self.pollChannelsMax && count < channelsMax
        guard isFree || !mayOpen else {
            let peer = try open()
            pollers[server, default: []].append(Line(peer: peer, userCount: 1))
            return peer
        }
        guard let idlest else { return nil }
        pollers[server]?[idlest].userCount += 1
        return lines[idlest].peer
    }

    private func isIdle(_ server: Endpoint) -> Bool {
        callers[server]?.userCount ?? 0 == 0
            && pollers[server]?.allSatisfy { $0.userCount == 0 } ?? true
    }

    private mutating func retire(_ server: Endpoint) -> [Peer] {
        guard retiring.contains(server), isIdle(server) else { return [] }
        retiring.remove(server)
        return remove(server)
    }

    private mutating func remove(_ server: Endpoint) -> [Peer] {
        let caller = callers.removeValue(forKey: server).map { [$0.peer] } ?? []
        return caller + (pollers.removeValue(forKey: server) ?? []).map(\.peer)
    }
}
