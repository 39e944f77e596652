// The doors of a running suite: its registry, and by it everything else.

import Basics
import Chassis
import Messages
import Synchronization

/// A running suite as a client sees it.
struct Suite: Sendable {
    /// A registry answers within this, or is not there.
    ///
    /// Unit: ms.
    static let shortMs: UInt32 = 5_000

    let outside: Surroundings
    /// The data folder, when the suite was found by one.
    let data: String?
    /// The first of the registry's addresses.
    let registryAddress: String
    private let registryCaller: any Caller
    private let callers: Callers
    private let questions: OpenQuestions

    /// The suite whose registry listens at these addresses.
    init(
        registry addresses: [String],
        data: String?,
        outside: Surroundings,
        questions: OpenQuestions? = nil
    ) throws {
        self.outside = outside
        self.questions = questions ?? OpenQuestions(seed: outside.seed)
        self.data = data
        callers = Callers(outside)
        registryAddress = addresses.first ?? ""
        do throws(ChassisError) {
            registryCaller = try outside.client(addresses)
        } catch {
            throw CommandError(
                .usage,
                "connect",
                error.what,
                place: error.place,
                hint: error.hint
            )
        }
    }

    /// The registry.
    var registry: RegistryV1_RegistryClient { RegistryV1_RegistryClient(registryCaller) }

    /// A caller of the registry, for the services every process has.
    func registryAdmin() -> any Caller { registryCaller }

    /// Who is here, and who owns what.
    func roster() async throws -> RegistryV1.WatchResponse {
        let options = CallOptions(timeoutMs: Self.shortMs, maxReplyBytes: 1 << 20)
        return try await registry.watch(RegistryV1.WatchRequest(), options)
    }

    /// A caller of all live instances of a kind.
    func caller(_ kind: RegistryV1.ServiceKind) async throws -> any Caller {
        let live = try await roster().instances.filter { $0.kind == kind && $0.state == .live }
        guard !live.isEmpty else {
            throw CommandError(
                .unreachable,
                "connect",
                "no live \(kind) is registered",
                hint: "`shoal status` shows who is here"
            )
        }
        return try outside.client(live.map(\.address))
    }

    /// A caller of one address; the same one for every question to it.
    func caller(at address: String) throws -> any Caller { try callers.caller(at: address) }

    /// The door of the segments.
    func segments() async throws -> EvaluationV1_SegmentsClient {
        EvaluationV1_SegmentsClient(questions.noting(try await caller(.evaluator)))
    }

    /// The door of single users.
    func users() async throws -> EvaluationV1_UsersClient {
        EvaluationV1_UsersClient(try await caller(.evaluator))
    }

    /// The evaluators' door for feeds.
    func feed() async throws -> EvaluationV1_FeedClient {
        EvaluationV1_FeedClient(try await caller(.evaluator))
    }

    /// The evaluators' door for uploaded lists.
    func lists() async throws -> EvaluationV1_ListsClient {
        EvaluationV1_ListsClient(try await caller(.evaluator))
    }

    /// The door of ingestion.
    func ingestion() async throws -> IngestionV1_IngestionClient {
        IngestionV1_IngestionClient(try await caller(.ingestion))
    }

    /// All projects.
    func projects() async throws -> [RegistryV1.Project] {
        let options = CallOptions(timeoutMs: Self.shortMs)
        return try await registry.projects(RegistryV1.ProjectsRequest(), options).projects
    }

    /// Creates a project, or finds it as it is.
    func create(_ name: ProjectName, zone: String?) async throws -> RegistryV1.Project {
        let options = CallOptions(timeoutMs: Self.shortMs)
        let request = RegistryV1.ProjectsRequest(create: name.text, zone: zone)
        let all = try await registry.projects(request, options).projects
        guard let project = all.first(where: { $0.name == name.text }) else {
            throw CommandError(
                .internalError,
                "create project",
                "the registry does not tell the new project",
                place: name.text
            )
        }
        return project
    }
}

/// One connection for each address asked.
private final class Callers: Sendable {
    private let outside: Surroundings
    private let callers = Mutex<[String: any Caller]>([:])

    init(_ outside: Surroundings) { self.outside = outside }

    func caller(at address: String) throws -> any Caller {
        try callers.withLock { callers in
            if let caller = callers[address] { return caller }
            let caller = try outside.client([address])
            callers[address] = caller
            return caller
        }
    }
}

/// Waits until processes answer that they are ready.
struct Readiness: Sendable {
    private static let askEveryMs: UInt64 = 50
    private static let answerMs: UInt32 = 1_000

    let suite: Suite

    /// Waits for all of `members`, at most `timeoutMs`.
    func wait(_ members: [(name: String, address: String)], timeoutMs: UInt64) async throws {
        let clock = suite.outside.clock
        let deadline = clock.monotonicNs + timeoutMs * 1_000_000
        for member in members {
            let health = HealthV1_HealthClient(try suite.caller(at: member.address))
            var reason = "it does not answer"
            while true {
                do throws(Fault) {
                    let answer = try await health.check(
                        HealthV1.CheckRequest(),
                        CallOptions(timeoutMs: Self.answerMs)
                    )
                    if answer.status == .serving { break }
                    reason = answer.reason ?? "it is not ready"
                } catch {
                    reason = error.message
                }
                guard clock.monotonicNs < deadline else {
                    throw CommandError(
                        .unreachable,
                        "start",
                        "\(member.name) is not ready after \(timeoutMs / 1000) s: \(reason)",
                        place: member.address,
                        hint: "its log says why; --ready-timeout is longer"
                    )
                }
                try await clock.sleep(forMs: Self.askEveryMs)
            }
        }
    }

    /// Takes evaluators of an earlier, larger run out of the roster, so that others own theirs.
    func dismissSurplus(_ plan: SuitePlan) async throws -> [String] {
        var gone: [String] = []
        for instance in try await suite.roster().instances
        where instance.kind == .evaluator && plan.isSurplus(instance.name) {
            let request = RegistryV1.DeregisterRequest(instanceID: instance.instanceID)
            _ = try await suite.registry.deregister(
                request,
                CallOptions(timeoutMs: Suite.shortMs)
            )
            gone.append(instance.name)
        }
        return gone
    }
}
