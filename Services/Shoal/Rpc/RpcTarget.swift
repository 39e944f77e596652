// Whom a call goes to: a process named by its address, its name or its kind, or who serves it.

import ArgumentParser
import Basics
import Chassis
import Messages

/// `--at`, `--kind`, `--name`.
struct RpcTargetOptions: ParsableArguments {
    @Option(help: "The address of the process itself, such as ipc:///run/shoal/evaluator.sock.")
    var at: String?
    @Option(help: "Only processes of this kind: registry, ingestion, evaluator.")
    var kind: String?
    @Option(help: "Only the instance of this name, as `shoal status` shows it.")
    var name: String?
    @OptionGroup var place: SuiteOptions

    /// The processes meant, one of each kind unless one is named.
    func targets(_ desk: Desk) async throws -> [RpcTarget] {
        if let at {
            let caller = try desk.outside.client([at])
            return [try await RpcTarget(caller, title: at)]
        }
        let suite = try place.suite(desk)
        var found: [(kind: String, name: String, address: String?)] = []
        found.append(("registry", "registry", nil))
        let all = try await suite.roster().instances
        for instance in all where instance.kind != .registry {
            let isMeant = name.map { $0 == instance.name } ?? (instance.state == .live)
            let isFirst = !found.contains { $0.kind == "\(instance.kind)" }
            guard isMeant, isFirst || name != nil else { continue }
            found.append(("\(instance.kind)", instance.name, instance.address))
        }
        let known = name == nil ? found.map(\.kind) : all.map(\.name) + ["registry"]
        found = found.filter { (kind ?? $0.kind) == $0.kind && (name ?? $0.name) == $0.name }
        guard !found.isEmpty else {
            let asked = name ?? kind ?? ""
            let near = NearestName.nearest(to: asked, in: known)
            throw CommandError(
                .notFound,
                "find the process",
                "no live process is called \(asked)",
                place: name == nil ? "--kind" : "--name",
                hint: near.map { "did you mean \($0)?" } ?? "`shoal status` shows who is here"
            )
        }
        var targets: [RpcTarget] = []
        for (kind, name, address) in found {
            let caller = try address.map { try suite.caller(at: $0) } ?? suite.registryAdmin()
            targets.append(try await RpcTarget(caller, title: self.name == nil ? kind : name))
        }
        return targets
    }
}

/// A process and its contract.
struct RpcTarget: Sendable {
    /// Its kind, name or address, for people.
    let title: String
    let caller: any Caller
    let contract: Descriptors
    /// The full names of the services it serves.
    let services: [String]

    /// Asks a process for its contract.
    init(_ caller: any Caller, title: String) async throws {
        self.title = title
        self.caller = caller
        let answer = try await ReflectionV1_ReflectionClient(caller).describe(
            ReflectionV1.DescribeRequest(),
            CallOptions(timeoutMs: Suite.shortMs, maxReplyBytes: Questions.replyBytes)
        )
        contract = try Descriptors(answer.descriptorSet ?? [])
        services = answer.services
    }

    /// The one that serves a method, and the method.
    static func serving(_ name: String, among targets: [RpcTarget])
        throws(CommandError) -> (RpcTarget, MethodShape)
    {
        var refusal: CommandError?
        var unserved: MethodShape?
        for target in targets {
            do throws(CommandError) {
                let method = try target.contract.method(name)
                if target.services.contains(method.service) { return (target, method) }
                unserved = method
            } catch {
                refusal = refusal ?? error
            }
        }
        if unserved == nil, let refusal { throw refusal }
        throw CommandError(
            .notFound,
            "find method",
            "none of the processes asked serves \(unserved?.service ?? name)",
            place: targets.map(\.title).joined(separator: ", "),
            hint: "`shoal rpc list` shows who serves what"
        )
    }
}
