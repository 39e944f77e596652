// Health, Reflection and Admin: served by every process, written once.

import Basics
import Messages

/// The three services that every server adds to its own.
struct HouseServices: Sendable {
    let house: ServerHouse
    let clock: any Clock
    /// The full names of all services of the process, these three included.
    let services: [String]
    /// What one connection may have in flight, as the bus says once it is bound.
    let replyBudgetBytes: @Sendable () -> Int

    /// The names of the three.
    static let names = [
        AdminV1_AdminMethods.info.service, HealthV1_HealthMethods.check.service,
        ReflectionV1_ReflectionMethods.describe.service,
    ]

    /// Their methods; what is not served yet answers UNIMPLEMENTED.
    var methods: [ServedMethod] {
        HealthV1_HealthMethods.serve(self) + ReflectionV1_ReflectionMethods.serve(self)
            + AdminV1_AdminMethods.serve(AdminDoor(services: self))
    }

    private func status(of service: String) -> HealthV1.ServingStatus {
        guard service.isEmpty || services.contains(service) else { return .serviceUnknown }
        return house.health.isReady ? .serving : .notServing
    }
}

extension HouseServices: HealthV1_HealthService {
    /// How the process, or a service of it, stands.
    func check(
        _ request: HealthV1.CheckRequest,
        _ call: CallContext
    ) async throws(Fault) -> HealthV1.CheckResponse {
        let status = status(of: request.service)
        guard status != .serviceUnknown else {
            let near = NearestName.nearest(to: request.service, in: services)
            throw .notFound(
                "this process does not serve \(request.service)",
                place: "service",
                hint: near.map { "did you mean \($0)?" } ?? "leave it empty for the whole process"
            )
        }
        return HealthV1.CheckResponse(
            status: status,
            reason: status == .serving ? nil : cut(house.health.reason)
        )
    }

    /// Waits until the status is not the known one; an unknown service is told as a status.
    func watch(
        _ request: HealthV1.WatchRequest,
        _ call: CallContext
    ) async throws(Fault) -> HealthV1.WatchResponse {
        let untilNs = call.waitUntilNs(min(request.waitMs, 60_000), clock: clock)
        while true {
            let mark = house.health.changes.value
            let status = status(of: request.service)
            guard status == request.known, clock.monotonicNs < untilNs, !Task.isCancelled else {
                return HealthV1.WatchResponse(status: status)
            }
            _ = await house.health.changes.wait(above: mark, untilNs: untilNs)
        }
    }

    /// A reason that fits its field.
    private func cut(_ reason: String?) -> String? { reason.map { String($0.prefix(255)) } }
}

extension HouseServices: ReflectionV1_ReflectionService {
    /// The contract, and which services of it are served here.
    func describe(
        _ request: ReflectionV1.DescribeRequest,
        _ call: CallContext
    ) async throws(Fault) -> ReflectionV1.DescribeResponse {
        ReflectionV1.DescribeResponse(descriptorSet: Contract.descriptorSet, services: services)
    }
}

/// The operator's door; a type of its own since Health and Admin are of different protocols.
private struct AdminDoor: AdminV1_AdminService {
    private static let factsMax = 64
    let services: HouseServices
    private var house: ServerHouse { services.house }

    init(services: HouseServices) { self.services = services }

    func info(
        _ request: AdminV1.InfoRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.InfoResponse {
        let vitals = house.vitals()
        return AdminV1.InfoResponse(
            service: house.service,
            version: house.version,
            instanceID: house.instance.bytes,
            uptimeMs: vitals.uptimeMs,
            residentBytes: vitals.residentBytes,
            processID: vitals.processID,
            facts: Array(house.facts().prefix(Self.factsMax)),
            atMs: services.clock.now.ms
        )
    }

    func hello(
        _ request: AdminV1.HelloRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.HelloResponse {
        AdminV1.HelloResponse(
            replyBudgetBytes: UInt32(clamping: services.replyBudgetBytes()),
            frameBytesMax: UInt32(clamping: Limits.clientFrameBytes),
            inFlightMax: UInt32(clamping: Limits.callsPerClient),
            bootID: house.bootID.bytes,
            instanceID: house.instance.bytes
        )
    }

    func drain(
        _ request: AdminV1.DrainRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.DrainResponse {
        // The reply is still sent: a draining server finishes the calls in flight, this one too.
        house.drain()
        return AdminV1.DrainResponse()
    }

    func logLevel(
        _ request: AdminV1.LogLevelRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.LogLevelResponse {
        guard let previous = house.setLogLevel(request.level) else {
            throw .invalidArgument(
                "there is no log level \(request.level)",
                place: "level",
                hint: "trace, debug, info, notice, warning, error or critical"
            )
        }
        return AdminV1.LogLevelResponse(previous: previous)
    }

    func metrics(
        _ request: AdminV1.MetricsRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.MetricsResponse {
        AdminV1.MetricsResponse(text: house.metricsText())
    }

    func backup(
        _ request: AdminV1.BackupRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.BackupResponse {
        guard let backup = house.backup else {
            throw Fault(
                .unimplemented,
                "the \(house.service) gives no copies of its storage",
                place: AdminV1_AdminMethods.backup.name,
                hint: "stop it and copy its data folder"
            )
        }
        return try await backup(request, call)
    }

    func audit(
        _ request: AdminV1.AuditRequest,
        _ call: CallContext
    ) async throws(Fault) -> AdminV1.AuditResponse {
        guard let audit = house.audit else {
            throw Fault(
                .unimplemented,
                "the \(house.service) keeps no audit log",
                place: AdminV1_AdminMethods.audit.name,
                hint: "ask the registry, which keeps it for the whole suite"
            )
        }
        return try await audit(request, call)
    }
}
