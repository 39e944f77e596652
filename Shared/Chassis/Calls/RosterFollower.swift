// Keeps a client's addresses those of the instances the registry knows.

public import Messages
public import ServiceLifecycle

extension RPCClient {
    /// Spreads calls over the instances of a kind that a view shows.
    ///
    /// Lost instances stay on the list: the balancer leaves them out by itself and takes them back
    /// sooner than the registry does. Draining ones go, unless no other is left.
    public func spread(over view: RosterView, _ kind: RegistryV1.ServiceKind) {
        let instances = view.instances(kind)
        let staying = instances.filter { $0.state != .draining }
        let addresses = (staying.isEmpty ? instances : staying).compactMap(\.address)
        if !addresses.isEmpty { setAddresses(addresses) }
    }

    /// Spreads calls over the live instances of a kind as the roster changes, until cancelled.
    public func follow(_ link: RegistryLink, _ kind: RegistryV1.ServiceKind) async {
        var view = link.view
        while !Task.isCancelled {
            spread(over: view, kind)
            view = await link.next(after: view)
        }
    }
}

/// Runs `RPCClient.follow` for as long as the process runs.
public struct RosterFollower: Service {
    private let client: RPCClient
    private let link: RegistryLink
    private let kind: RegistryV1.ServiceKind

    /// Keeps the client's addresses those of the link's instances of a kind.
    public init(_ client: RPCClient, _ link: RegistryLink, _ kind: RegistryV1.ServiceKind) {
        self.client = client
        self.link = link
        self.kind = kind
    }

    /// Follows until the process stops gracefully or the task is cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await client.follow(link, kind) }
    }
}
