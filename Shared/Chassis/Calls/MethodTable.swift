// What a server serves, by full method name, and what it says to those who ask for another.

import Basics
import Messages
import Metrics

/// The methods of one server; never changes.
struct MethodTable: Sendable {
    /// A method with what the server needs to know of it besides.
    struct Entry: Sendable {
        let method: ServedMethod
        let meters: MethodMeters
        /// Whether it waits for news.
        let isLongPoll: Bool
        /// Whether it is answered by a draining server too.
        let isOfHouse: Bool
        /// Largest frame, in bytes.
        let frameBytesMax: Int
        /// Largest payload once decompressed, in bytes.
        let payloadBytesMax: Int
    }

    private let entries: [String: Entry]
    /// Frames that name no method of ours are counted here.
    let strangers: MethodMeters

    init(_ methods: [ServedMethod], house: [ServedMethod], metrics: any MetricsFactory) {
        var entries: [String: Entry] = [:]
        for (method, isOfHouse) in methods.map({ ($0, false) }) + house.map({ ($0, true) }) {
            let name = method.description.name
            precondition(entries[name] == nil, "\(name) is served twice")
            let isBetweenServices = method.description.role == "service"
            entries[name] = Entry(
                method: method,
                meters: MethodMeters(method: name, factory: metrics),
                isLongPoll: LongPolls.names.contains(name),
                isOfHouse: isOfHouse,
                frameBytesMax: FrameRoom.bytesMax(of: method.description),
                payloadBytesMax: isBetweenServices
                    ? Limits.serviceFrameBytes : Limits.trackBatchBytes
            )
        }
        self.entries = entries
        strangers = MethodMeters(method: "unknown", factory: metrics)
    }

    /// The full names of the services, in order.
    var services: [String] {
        Set(entries.values.map(\.method.description.service)).sorted()
    }

    /// The method, or why there is none.
    func entry(_ name: String) -> Result<Entry, Fault> {
        if let entry = entries[name] { return .success(entry) }
        if Contract.methods.contains(where: { $0.name == name }) {
            return .failure(
                Fault(
                    .unimplemented,
                    "\(name) is not served by this process",
                    place: name,
                    hint: "ask the registry's roster for its service; a later release may serve it"
                )
            )
        }
        let near = NearestName.nearest(to: name, in: Contract.methods.map(\.name))
        return .failure(
            Fault(
                .unimplemented,
                "there is no method of this name",
                place: name,
                hint: near.map { "did you mean \($0)?" } ?? "Reflection/Describe lists all methods"
            )
        )
    }
}

/// How large frames may be.
enum FrameRoom {
    /// The largest request frame of a method, in bytes: only services send more than a batch.
    static func bytesMax(of method: MethodDescription) -> Int {
        method.role == "service" ? anyBytesMax : Limits.clientFrameBytes
    }

    /// The largest frame at all, in bytes.
    static let anyBytesMax = Limits.serviceFrameBytes + Limits.headerBytes
}
