// An instance's place in the roster: registered, kept alive, and told who owns what.

import Basics
import Chassis
import Messages
import Wire

/// What `RegistryLink` does for a service, as events: its view outlives the process in a file.
final class Membership {
    private unowned let node: Node
    private let kind: RegistryV1.ServiceKind
    let instance: InstanceID
    private(set) var view = RosterView.empty
    /// What is to be done at a new view.
    var heard: () throws -> Void = {}

    init(of node: Node, _ kind: RegistryV1.ServiceKind, number: UInt64) {
        self.node = node
        self.kind = kind
        instance = InstanceID(high: 7, low: number)
    }

    /// Begins with the process.
    func begin() throws {
        try register()
        try watch()
    }

    private func register() throws {
        let message = RegistryV1.Instance(
            instanceID: instance.bytes,
            kind: kind,
            address: "ipc:///\(node.name)",
            version: "1",
            name: node.name
        )
        let request = RegistryV1.RegisterRequest(instance: message)
        try ask(RegistryV1_RegistryMethods.register, request) { [self] answer in
            switch answer {
            case .success: beat()
            case .failure: node.after(ms: 300) { [self] in try register() }
            }
        }
    }

    private func beat() {
        node.after(ms: UInt64(RegistryNode.leaseMs) / 4) { [self] in
            let request = RegistryV1.HeartbeatRequest(
                instanceID: instance.bytes,
                revision: view.revision
            )
            try ask(RegistryV1_RegistryMethods.heartbeat, request) { [self] answer in
                if case .failure(let fault) = answer, fault.code == .notFound {
                    try register()
                } else {
                    beat()
                }
            }
        }
    }

    private func watch() throws {
        let request = RegistryV1.WatchRequest(afterRevision: view.revision)
        try ask(RegistryV1_RegistryMethods.watch, request) { [self] answer in
            if case .success(let reply) = answer {
                let told: RegistryV1.WatchResponse = try reply.response()
                let newer = RosterView(told, edition: view.edition + 1)
                if newer.revision > view.revision || newer.projects != view.projects {
                    view = newer
                    try heard()
                }
            }
            node.after(ms: 200) { [self] in try watch() }
        }
    }

    private func ask(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ done: @escaping (Result<ReplyFrame, Fault>) throws -> Void
    ) throws {
        try node.call("registry", method, request, CallOptions(timeoutMs: 400)) { try done($0) }
    }
}
