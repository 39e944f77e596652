// From what was seen of the suite's processes to what is to be put right. Pure.

extension Diagnosis {
    static func clock(_ facts: DoctorFacts) -> [Check] {
        var checks: [Check] = []
        switch facts.machine.isClockSynchronised {
        case true?: checks.append(.ok(.clock, "this machine", "a time service sets the clock"))
        case false?:
            checks.append(
                .note(
                    .clock,
                    "this machine",
                    "no time service sets the clock",
                    fix: "`apt-get install chrony`, or `timedatectl set-ntp true`"
                )
            )
        case nil: break
        }
        for instance in facts.suite?.instances ?? [] {
            guard let ahead = instance.clockAheadMs else { continue }
            checks.append(clock(of: instance.name, ahead))
        }
        if let aheadMs = facts.suite?.logAheadMs, aheadMs > logAheadMsMax {
            let words = Quantity.duration(seconds: Double(aheadMs) / 1000)
            checks.append(
                .finding(
                    .clock,
                    "log",
                    "log time is \(words) ahead of ingestion's clock: that was set back, or "
                        + "ingestion ended again and again without stopping",
                    fix: "timers fire early by as much, and log time gives it back by itself, 1 % "
                        + "of the time; let a time service correct clocks slowly"
                )
            )
        }
        return checks
    }

    private static func clock(of name: String, _ ahead: ClosedRange<Int64>) -> Check {
        // The least difference that the measurement leaves possible.
        let leastMs =
            ahead.contains(0) ? 0 : min(ahead.lowerBound.magnitude, ahead.upperBound.magnitude)
        let seconds = Double(leastMs) / 1000
        guard leastMs > UInt64(clockMsMax) else {
            return .ok(.clock, name, "its clock agrees with this machine's")
        }
        let side = ahead.lowerBound > 0 ? "ahead of" : "behind"
        return .finding(
            .clock,
            name,
            "its clock is \(Quantity.duration(seconds: seconds)) \(side) this machine's",
            fix: "run a time service (chrony) on both machines"
        )
    }

    static func sockets(_ facts: DoctorFacts) -> [Check] {
        facts.sockets.map { socket in
            let name = socket.instance ?? socket.path
            if socket.instance == nil {
                return .finding(
                    .sockets,
                    name,
                    "a socket that nobody answers at, left by a process that is gone",
                    fix: "rm \(socket.path)"
                )
            }
            guard socket.isThere else {
                return .finding(
                    .sockets,
                    name,
                    "\(socket.path) is not there, so nobody new can connect",
                    fix: "restart \(name): a service makes its socket when it starts"
                )
            }
            if let bits = socket.folderPermissions, bits & 0o077 != 0 {
                return .finding(
                    .sockets,
                    name,
                    "the folder of \(socket.path) is open to others (mode "
                        + "0\(String(bits, radix: 8)))",
                    fix: "chmod 700 the folder: who may open the socket may do anything"
                )
            }
            guard socket.answers else {
                return .finding(
                    .sockets,
                    name,
                    "nobody answers at \(socket.path)",
                    fix: socket.isFolderOwn
                        ? "start \(name) again; its log says why it ended"
                        : "run the doctor as the user who owns the folder"
                )
            }
            return .ok(.sockets, name, "answers at \(socket.path)")
        }
    }

    static func versions(_ facts: DoctorFacts) -> [Check] {
        facts.programs.map { program(of: $0, facts.build) }
            + facts.processes.filter(\.isOutdated).map { process in
                .finding(
                    .versions,
                    process.name,
                    "it runs an older file of its program than lies there now",
                    fix: "`shoal restart \(process.name)` starts the program that lies there now"
                )
            } + (facts.suite?.instances ?? []).compactMap { builds(of: $0, facts.build) }
    }

    private static func program(
        of program: DoctorFacts.Program,
        _ build: DoctorFacts.Build
    ) -> Check {
        guard let version = program.version else {
            let isLibrary = program.complaint.contains("shared libraries")
            return .finding(
                .versions,
                program.name,
                "it does not start: \(program.complaint)",
                fix: isLibrary
                    ? "`Deploy/install` installs nanomsg, protobuf-c, RocksDB and the others"
                    : "install it beside `shoal`: swift build, or Deploy/package"
            )
        }
        guard version == build.version else {
            return .finding(
                .versions,
                program.name,
                "it is of version \(version), this command of \(build.version)",
                fix: "install the programs of one build side by side"
            )
        }
        return .ok(.versions, program.name, "starts, version \(version)")
    }

    private static func builds(
        of instance: SuiteFacts.Instance,
        _ build: DoctorFacts.Build
    ) -> Check? {
        guard let running = instance.build else { return nil }
        let fix = "finish the upgrade: install the programs of one build, then `shoal restart`"
        guard running.version == build.version else {
            return .finding(
                .versions,
                instance.name,
                "version \(running.version) runs, this command is of \(build.version)",
                fix: fix
            )
        }
        guard running.contract == build.contract else {
            return .finding(
                .versions,
                instance.name,
                "it speaks contract \(running.contract), this command \(build.contract)",
                fix: fix
            )
        }
        return .ok(
            .versions,
            instance.name,
            "runs \(running.version), contract \(running.contract)"
        )
    }

    static func suite(_ suite: SuiteFacts) -> [Check] {
        suite.instances.map(lease) + suite.instances.compactMap(readiness)
            + owners("ingestion", suite.logOwners, suite)
            + owners("evaluator", suite.stateOwners, suite)
            + behind(suite) + quarantine(suite)
    }

    private static func quarantine(_ suite: SuiteFacts) -> [Check] {
        let fix =
            "`shoal quarantine list` names them; tell us, and after an upgrade "
            + "`shoal quarantine retry --all`"
        var checks: [Check] = []
        if let count = suite.quarantined, count > 0 {
            let what = "without \(count) records, by which evaluators have ended"
            checks.append(.finding(.log, "quarantine", "answers and feeds are \(what)", fix: fix))
        }
        for name in suite.quarantinedSegments {
            let what = "it is quarantined: evaluators have ended by it or by what it uses"
            checks.append(.finding(.log, name, what, fix: fix))
        }
        return checks
    }

    private static func lease(_ instance: SuiteFacts.Instance) -> Check {
        let name = instance.name
        let seen = instance.seenAgoMs.map { Quantity.duration(seconds: Double($0) / 1000) }
        switch instance.state {
        case .lost:
            return .finding(
                .leases,
                name,
                "it is lost: no heartbeat for \(seen ?? "long")",
                fix: "start it again, or `shoal forget \(name)` when it is not to come back"
            )
        case .draining:
            return .note(
                .leases,
                name,
                "it is draining and owns nothing new",
                fix: "stop it and `shoal forget \(name)`; forgotten while it runs it joins anew"
            )
        case .live:
            guard let ms = instance.seenAgoMs, ms > heartbeatMsMax else {
                return .ok(.leases, name, seen.map { "heartbeat \($0) ago" } ?? "answers")
            }
            return .finding(
                .leases,
                name,
                "its last heartbeat is \(seen ?? "") old",
                fix: "it may hang, or not reach the registry: see its log, restart it"
            )
        }
    }

    private static func readiness(_ instance: SuiteFacts.Instance) -> Check? {
        guard instance.state != .lost, let reason = instance.notReady else { return nil }
        return .finding(
            .leases,
            instance.name,
            "it is not ready: \(reason)",
            fix: "wait if it is starting; else its log says more"
        )
    }

    private static func owners(
        _ kind: String,
        _ owners: [UInt32: String],
        _ suite: SuiteFacts
    ) -> [Check] {
        let lost = Set(suite.instances.filter { $0.state == .lost }.map(\.name))
        let all = (0..<UInt32(clamping: suite.partitionCount))
        let orphans = all.filter { owners[$0].map(lost.contains) ?? true }
        guard orphans.isEmpty else {
            let few = orphans.prefix(8).map(String.init).joined(separator: ", ")
            let more = orphans.count > 8 ? ", …" : ""
            return [
                .finding(
                    .partitions,
                    kind,
                    "\(orphans.count) of \(all.count) have no living owner: \(few)\(more)",
                    fix: kind == "ingestion"
                        ? "start ingestion again: the log lies in its folder"
                        : "start an evaluator: it takes them over"
                )
            ]
        }
        return [.ok(.partitions, kind, "all \(all.count) have an owner")]
    }

    private static func behind(_ suite: SuiteFacts) -> [Check] {
        guard let ends = suite.logEnds else { return [] }
        return suite.instances.filter(\.isEvaluator).compactMap { instance in
            guard let positions = instance.positions else { return nil }
            let owned = suite.stateOwners.filter { $0.value == instance.name }.keys
            let absent = owned.filter { positions[$0] == nil }
            guard absent.isEmpty else {
                return .finding(
                    .log,
                    instance.name,
                    "\(absent.count) of its \(owned.count) partitions are not taken over yet",
                    fix: "wait: it reads them from the log; if nothing changes, see its log"
                )
            }
            let records = owned.reduce(UInt64(0)) { sum, partition in
                let end = ends[partition] ?? 0
                return sum + end - min(positions[partition] ?? 0, end)
            }
            guard records > 0 else {
                return .ok(
                    .log,
                    instance.name,
                    "has read all there was of \(owned.count) partitions"
                )
            }
            return .finding(
                .log,
                instance.name,
                "it is \(Quantity.count(records)) records behind where the log was 2 s ago",
                fix: "wait if it has just started; else give it cores (--lanes) or add an evaluator"
            )
        }
    }
}
