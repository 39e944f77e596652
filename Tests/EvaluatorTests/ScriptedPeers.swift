// The registry and ingestion as the evaluator sees them, in memory: what a test puts in comes back.

import Basics
import Chassis
import Messages
import Segments
import Synchronization

@testable import Evaluator

/// A registry that says what a test tells it, and keeps documents by compare-and-set.
final class ScriptedRegistry: Caller {
    private struct State {
        var roster: RegistryV1.WatchResponse
        var documents: [String: RegistryV1.Document] = [:]
        /// Every state of every document, in order.
        var states: [RegistryV1.Document] = []
        var revision: UInt64 = 0
        var puts = 0
    }

    private let state: Mutex<State>
    private let rosterRevision: RisingNumber
    private let clock: any Clock

    init(_ roster: RegistryV1.WatchResponse, clock: any Clock) {
        state = Mutex(State(roster: roster))
        rosterRevision = RisingNumber(roster.revision, clock: clock)
        self.clock = clock
    }

    /// The documents in the order of their revisions.
    var documents: [RegistryV1.Document] {
        state.withLock { $0.documents.values.sorted { $0.revision < $1.revision } }
    }

    /// How often something was put.
    var puts: Int { state.withLock { $0.puts } }

    /// The next revision of the roster.
    func change(_ body: (inout RegistryV1.WatchResponse) -> Void) {
        let revision = state.withLock { state in
            body(&state.roster)
            state.roster.revision += 1
            return state.roster.revision
        }
        rosterRevision.raise(to: revision)
    }

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        switch request {
        case is RegistryV1.RegisterRequest:
            let projects = state.withLock { $0.roster.projects }
            return try bytes(RegistryV1.RegisterResponse(projects: projects))
        case is RegistryV1.HeartbeatRequest:
            let projects = state.withLock { $0.roster.projects }
            return try bytes(RegistryV1.HeartbeatResponse(projects: projects))
        case let request as RegistryV1.WatchRequest:
            let endNs = clock.monotonicNs + UInt64(request.waitMs) * 1_000_000
            _ = await rosterRevision.wait(above: request.afterRevision, untilNs: endNs)
            return try bytes(state.withLock { $0.roster })
        case let request as RegistryV1.PutRequest: return try bytes(put(request))
        case let request as RegistryV1.GetRequest:
            guard let document = state.withLock({ $0.documents[request.name] }) else {
                throw .notFound("there is none")
            }
            return try bytes(RegistryV1.GetResponse(document: document))
        case is RegistryV1.ListRequest:
            return try bytes(RegistryV1.ListResponse(documents: documents))
        case let request as RegistryV1.HistoryRequest:
            let all = state.withLock { $0.states }
            let rest = all.filter {
                $0.name == request.name && $0.revision > request.afterRevision
            }
            return try bytes(
                RegistryV1.HistoryResponse(documents: Array(rest.prefix(Int(request.limit))))
            )
        default: throw .unimplemented(method.name)
        }
    }

    private func put(_ request: RegistryV1.PutRequest) throws(Fault) -> RegistryV1.PutResponse {
        let document = state.withLock { state -> RegistryV1.Document? in
            state.puts += 1
            guard state.documents[request.name]?.revision ?? 0 == request.expectedRevision else {
                return nil
            }
            state.revision += 1
            let document = RegistryV1.Document(
                kind: request.kind,
                name: request.name,
                revision: state.revision,
                body: request.body
            )
            state.documents[request.name] = document
            state.states.append(document)
            return document
        }
        guard var document else { throw .aborted("the document has changed meanwhile") }
        document.body = nil
        return RegistryV1.PutResponse(document: document)
    }
}

/// Ingestion with its logs in memory.
final class ScriptedIngestion: Caller {
    private struct State {
        var logs: [LogScript]
        var appended: UInt64 = 0
        /// What the next calls are answered with; nil: as usual.
        var faults: [Fault?] = []
        var fetches = 0
        /// Who is on the lists.
        var lists: [String: Set<String>] = [:]
        var cursors: [Partition: LogOffset] = [:]
        var forgotten: Partition?
        /// Under which epoch somebody owns every partition's state, as it has heard.
        var stateEpoch: UInt64 = 0
    }

    private let state: Mutex<State>
    private let news: RisingNumber
    private let clock: any Clock
    private let registry: ScriptedRegistry
    /// Most records of one partition in one answer.
    private let recordsMax: Int
    /// Runs after a revision was appended.
    private let onAppend = Mutex<(@Sendable () async -> Void)?>(nil)

    init(
        partitions: Int,
        registry: ScriptedRegistry,
        clock: any Clock,
        recordsMax: Int = .max
    ) {
        state = Mutex(State(logs: Array(repeating: LogScript(), count: partitions)))
        news = RisingNumber(clock: clock)
        self.registry = registry
        self.clock = clock
        self.recordsMax = recordsMax
    }

    /// The log of a partition.
    func log(_ partition: Partition) -> LogScript {
        state.withLock { $0.logs[Int(partition.index)] }
    }

    /// How often it was asked for records, answered or not.
    var fetches: Int { state.withLock { $0.fetches } }

    /// What was last asked for.
    var cursors: [Partition: LogOffset] { state.withLock { $0.cursors } }

    /// Writes into logs; who waits for records gets them.
    func write(_ body: (inout [LogScript]) throws -> Void) rethrows {
        defer { news.raise() }
        try state.withLock { try body(&$0.logs) }
    }

    /// Answers the next calls with these faults.
    func fail(_ faults: Fault...) { state.withLock { $0.faults += faults } }

    /// Answers so many calls as usual, the next with a fault.
    func fail(after calls: Int, _ fault: Fault) {
        state.withLock { $0.faults += Array(repeating: nil, count: calls) + [fault] }
    }

    /// Says nothing of a partition's end any more.
    func forget(_ partition: Partition?) { state.withLock { $0.forgotten = partition } }

    /// Has heard of newer owners of all partitions' states.
    func hear(stateEpoch: UInt64) {
        state.withLock { $0.stateEpoch = stateEpoch }
        news.raise()
    }

    /// Runs after each appended revision.
    func afterAppend(_ body: @escaping @Sendable () async -> Void) {
        onAppend.withLock { $0 = body }
    }

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        if request is IngestionV1.FetchRequest { state.withLock { $0.fetches += 1 } }
        let next = state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
        if let fault = next { throw fault }
        switch request {
        case is IngestionV1.PositionsRequest:
            return try bytes(IngestionV1.PositionsResponse(positions: positions))
        case is IngestionV1.SchemaRequest: return try bytes(IngestionV1.SchemaResponse())
        case let request as IngestionV1.AppendRequest:
            append(request.revision)
            let after = onAppend.withLock { $0 }
            await after?()
            return try bytes(IngestionV1.AppendResponse(positions: positions))
        case let request as IngestionV1.ChangeListRequest:
            let changed = change(request)
            let after = onAppend.withLock { $0 }
            await after?()
            return try bytes(
                IngestionV1.ChangeListResponse(added: UInt32(changed), positions: positions)
            )
        case let request as IngestionV1.FetchRequest: return try bytes(await fetch(request))
        default: throw .unimplemented(method.name)
        }
    }

    private var positions: [LogV1.Position] {
        state.withLock { state in
            state.logs.enumerated()
                .filter { $0.offset != state.forgotten.map { Int($0.index) } }
                .map {
                    LogV1.Position(partition: UInt32($0.offset), nextOffset: $0.element.next.value)
                }
        }
    }

    private func append(_ revision: UInt64) {
        let documents = registry.documents
        write { logs in
            for index in logs.indices {
                for document in documents where document.revision <= revision {
                    logs[index].append(
                        .catalogue(
                            LogV1.CatalogueChange(
                                revision: document.revision,
                                kind: document.kind,
                                name: document.name,
                                body: document.body
                            )
                        )
                    )
                }
            }
        }
    }

    /// Writes what changes of a list.
    ///
    /// - Returns: how many users came on it or went off it.
    private func change(_ request: IngestionV1.ChangeListRequest) -> Int {
        defer { news.raise() }
        return state.withLock { state in
            let standing = state.lists[request.list] ?? []
            var members = standing
            switch request.operation {
            case .remove: members.subtract(request.userIDs)
            case .replace: members = Set(request.userIDs)
            default: members.formUnion(request.userIDs)
            }
            state.lists[request.list] = members
            let changed = members.symmetricDifference(standing).sorted()
            for user in changed {
                guard let count = PartitionCount(state.logs.count) else { continue }
                let home = Int(count.home(project: shop, identifier: user).index)
                let isOn = members.contains(user)
                state.logs[home].list(ExactName(request.list), isOn, of: user, at: day(50))
            }
            return changed.count
        }
    }

    private func fetch(_ request: IngestionV1.FetchRequest) async -> IngestionV1.FetchResponse {
        let endNs = clock.monotonicNs + UInt64(request.waitMs) * 1_000_000
        while true {
            let seen = news.value
            let response = state.withLock { state in
                state.cursors = [:]
                return IngestionV1.FetchResponse(
                    partitions: request.cursors.map { cursor in
                        state.cursors[Partition(index: UInt16(cursor.partition))] = LogOffset(
                            cursor.nextOffset
                        )
                        var page = Self.page(
                            state.logs[Int(cursor.partition)],
                            cursor,
                            recordsMax
                        )
                        page.stateEpoch = state.stateEpoch
                        return page
                    }
                )
            }
            let hasNews = response.partitions.contains { !$0.records.isEmpty }
            if hasNews || clock.monotonicNs >= endNs || Task.isCancelled { return response }
            _ = await news.wait(above: seen, untilNs: endNs)
        }
    }

    private static func page(
        _ log: LogScript,
        _ cursor: IngestionV1.FetchCursor,
        _ recordsMax: Int
    ) -> IngestionV1.PartitionRecords {
        let records = Array(log.records.dropFirst(Int(cursor.nextOffset)).prefix(recordsMax))
        let next = cursor.nextOffset + UInt64(records.count)
        return IngestionV1.PartitionRecords(
            partition: cursor.partition,
            records: records,
            nextOffset: next,
            endOffset: log.next.value,
            watermarkMs: next == log.next.value ? 9_000 : nil
        )
    }
}

private func bytes(_ message: some ProtoMessage) throws(Fault) -> any PayloadBytes {
    do {
        return try message.encode()
    } catch {
        throw error.fault
    }
}
