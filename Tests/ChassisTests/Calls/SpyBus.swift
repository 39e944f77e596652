// A bus that lets a test look at the channels a client opens.

import Basics
import Bus
import Synchronization

/// A bus in memory that remembers the channels it opened.
final class SpyBus: Bus {
    private let inner: MemoryBus
    private let opened = Mutex<[any BusChannel]>([])

    init(clock: any Clock) { inner = MemoryBus(clock: clock) }

    var channels: [any BusChannel] { opened.withLock { $0 } }

    func serve(
        _ endpoint: Endpoint,
        options: ServerOptions,
        handler: @escaping BusHandler
    ) throws(BusError) -> any BusServer {
        try inner.serve(endpoint, options: options, handler: handler)
    }

    func connect(
        _ endpoint: Endpoint,
        options: ChannelOptions
    ) throws(BusError) -> any BusChannel {
        let channel = try inner.connect(endpoint, options: options)
        opened.withLock { $0.append(channel) }
        return channel
    }

    func shutDown() { inner.shutDown() }
}
