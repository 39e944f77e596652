// Which server gets the next call: a decision without clock, lock or network.

public import Basics
public import Bus

/// Knows the servers of one client and how they did lately.
public struct Balancer: Sendable {
    /// What became of a server that failed.
    public enum Directive: Sendable, Hashable {
        /// Nothing: it gets further calls.
        case keep
        /// It gets no calls from here on; ask it until it answers, then say `answered`.
        case probe(Endpoint)
    }

    private struct Standing {
        var timeoutsInARow = 0
        var isOut = false
    }

    private let timeoutsToLeaveOut: Int
    /// Those the client was given, in their order.
    public private(set) var listed: [Endpoint] = []
    private var standings: [Endpoint: Standing] = [:]

    /// No servers yet; one is left out after so many timeouts in a row.
    public init(timeoutsToLeaveOut: Int = 3) {
        self.timeoutsToLeaveOut = max(timeoutsToLeaveOut, 1)
    }

    /// Takes over a list; servers that stay on it keep their standing.
    public mutating func setListed(_ servers: [Endpoint]) {
        var seen: Set<Endpoint> = []
        listed = servers.filter { seen.insert($0).inserted }
        standings = standings.filter { seen.contains($0.key) }
    }

    /// Whether calls are kept from this server.
    public func isLeftOut(_ server: Endpoint) -> Bool { standings[server]?.isOut ?? false }

    /// The server for the next call; nil when there is none.
    ///
    /// The preferred one, unless it is left out or has failed this call before; else the less busy
    /// of two random ones. When all are left out or have failed, one of them is better than none.
    public func choose(
        preferred: Endpoint?,
        avoiding failed: Set<Endpoint>,
        chance: inout SeededRandom,
        cost: (Endpoint) -> Int
    ) -> Endpoint? {
        if let preferred, !isLeftOut(preferred), !failed.contains(preferred) { return preferred }
        let present = listed.filter { !isLeftOut($0) }
        let fresh = present.filter { !failed.contains($0) }
        let untried = listed.filter { !failed.contains($0) }
        let among = [fresh, present, untried, listed].first { !$0.isEmpty }
        guard let among else { return preferred }
        return betterOfTwo(among, &chance, cost)
    }

    /// The server answered, whatever it said.
    public mutating func answered(_ server: Endpoint) {
        guard standings[server] != nil else { return }
        standings[server] = nil
    }

    /// The server did not answer in time.
    public mutating func timedOut(_ server: Endpoint) -> Directive {
        guard listed.contains(server) else { return .keep }
        standings[server, default: Standing()].timeoutsInARow += 1
        guard let standing = standings[server],
            standing.timeoutsInARow >= timeoutsToLeaveOut
        else { return .keep }
        return leaveOut(server)
    }

    /// The connection to the server broke, or there was none.
    public mutating func lost(_ server: Endpoint) -> Directive { leaveOut(server) }

    private mutating func leaveOut(_ server: Endpoint) -> Directive {
        // Who is not listed is only called by name, and nobody would ask after it for ever.
        guard !isLeftOut(server), listed.contains(server) else { return .keep }
        standings[server, default: Standing()].isOut = true
        return .probe(server)
    }

    private func betterOfTwo(
        _ servers: [Endpoint],
        _ chance: inout SeededRandom,
        _ cost: (Endpoint) -> Int
    ) -> Endpoint? {
        guard servers.count > 1 else { return servers.first }
        let first = chance.below(servers.count)
        let step = 1 + chance.below(servers.count - 1)
        let second = (first + step) % servers.count
        return cost(servers[second]) < cost(servers[first]) ? servers[second] : servers[first]
    }
}
