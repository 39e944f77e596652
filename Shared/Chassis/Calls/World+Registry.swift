// A client of the registry at the configured addresses, for those who ask it beside their lease.

public import Bus

extension World {
    /// A client of the registry.
    ///
    /// - Throws: when a configured address is none.
    public func registryClient() throws(BusError) -> RPCClient {
        var addresses: [Endpoint] = []
        for text in common.registry { addresses.append(try Endpoint(text)) }
        return RPCClient(world: self, addresses: addresses)
    }
}
