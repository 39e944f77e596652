// From what was seen of the machine to what is to be put right. Pure.

/// The checks of one visit, in the order of their areas.
struct Diagnosis: Sendable {
    /// A clock that is this far off makes windows and the order of events visibly wrong.
    ///
    /// Unit: ms.
    static let clockMsMax: Int64 = 1_000
    /// What nanomsg's 512 sockets, a store's 256 files and the log's volumes need.
    static let openFilesMin = 4_096
    /// The share of a limit from which on it is nearly reached.
    static let limitPercentMax = 80
    /// What `Deploy/shoal.sysctl` sets: room for large replies.
    static let sendBufferBytesMin = 4 << 20
    /// A synced write is waited for by every acknowledgement.
    ///
    /// Unit: ns.
    static let syncNsMax: UInt64 = 50_000_000
    /// An instance beats several times within a lease of 3 s.
    ///
    /// Unit: ms.
    static let heartbeatMsMax: Int64 = 10_000
    /// Log time may be ahead of the clock by its reserve, 3 s, after a crash, and a little.
    ///
    /// Unit: ms.
    static let logAheadMsMax: Int64 = 5_000

    let checks: [Check]

    /// Judges what was seen.
    init(_ facts: DoctorFacts) {
        var checks: [Check] = []
        if let absence = facts.absence {
            checks.append(.finding(.suite, "registry", absence.found, fix: absence.fix))
        }
        checks += Self.clock(facts) + Self.limits(facts) + Self.disk(facts)
        checks += Self.sockets(facts) + Self.versions(facts)
        if let suite = facts.suite { checks += Self.suite(suite) }
        let order = Check.Area.allCases
        self.checks = order.flatMap { area in checks.filter { $0.area == area } }
    }

    /// Whether anything is to be put right.
    var hasFindings: Bool { checks.contains { $0.state == .finding } }

    private static func limits(_ facts: DoctorFacts) -> [Check] {
        facts.processes.flatMap { process in
            openFiles(process) + addressSpace(process) + mappings(process, facts.machine)
        } + sendBuffer(facts.machine)
    }

    private static func openFiles(_ process: DoctorFacts.Process) -> [Check] {
        guard let max = process.openFilesMax else { return [] }
        let used = process.openFiles ?? 0
        let found = "\(Quantity.count(used)) of \(Quantity.count(max)) files are open"
        guard max >= openFilesMin, used * 100 < max * limitPercentMax else {
            return [
                .finding(
                    .limits,
                    process.name,
                    found,
                    fix: "`ulimit -n 8192` before `shoal up`, or LimitNOFILE=8192 in the unit"
                )
            ]
        }
        return [.ok(.limits, process.name, found)]
    }

    private static func addressSpace(_ process: DoctorFacts.Process) -> [Check] {
        guard let bytes = process.addressSpaceMax else { return [] }
        return [
            .finding(
                .limits,
                process.name,
                "its address space is limited to \(Quantity.bytes(bytes))",
                fix: "`ulimit -v unlimited`: chunk files are mapped; bound memory by MemoryMax"
            )
        ]
    }

    private static func mappings(
        _ process: DoctorFacts.Process,
        _ machine: DoctorFacts.Machine
    ) -> [Check] {
        guard let used = process.mappings, let max = machine.mappingsMax,
            used * 100 >= max * limitPercentMax
        else { return [] }
        return [
            .finding(
                .limits,
                process.name,
                "\(Quantity.count(used)) of \(Quantity.count(max)) mappings are in use",
                fix: "`sysctl -w vm.max_map_count=\(max * 4)`, and in /etc/sysctl.d"
            )
        ]
    }

    private static func sendBuffer(_ machine: DoctorFacts.Machine) -> [Check] {
        guard let bytes = machine.sendBufferBytesMax else { return [] }
        let found = "net.core.wmem_max is \(Quantity.bytes(bytes))"
        guard bytes < sendBufferBytesMin else { return [.ok(.limits, "kernel", found)] }
        return [
            .note(
                .limits,
                "kernel",
                found + ": large replies go one at a time",
                fix: "`sysctl -w net.core.wmem_max=\(sendBufferBytesMin)`; Deploy/shoal.sysctl"
            )
        ]
    }

    private static func disk(_ facts: DoctorFacts) -> [Check] {
        facts.folders.flatMap { folder in writable(folder) + space(folder) + kind(folder) }
    }

    private static func writable(_ folder: DoctorFacts.Folder) -> [Check] {
        if let refusal = folder.refusal {
            return [
                .finding(
                    .disk,
                    folder.name,
                    "\(folder.path) cannot be written: \(refusal)",
                    fix: "run the doctor as the services' user, who must own the folder (0700)"
                )
            ]
        }
        guard let slowest = folder.syncNs.max() else { return [] }
        let usual = folder.syncNs.sorted()[folder.syncNs.count / 2]
        let found =
            "a synced write takes \(Quantity.duration(seconds: Double(usual) / 1e9)), "
            + "at most \(Quantity.duration(seconds: Double(slowest) / 1e9))"
        guard usual > syncNsMax else { return [.ok(.disk, folder.name, found)] }
        return [
            .finding(
                .disk,
                folder.name,
                found,
                fix: "every acknowledgement waits for it: use a disk of its own, or a faster one"
            )
        ]
    }

    private static func space(_ folder: DoctorFacts.Folder) -> [Check] {
        guard let free = folder.freeBytes else { return [] }
        let found =
            "\(Quantity.bytes(free)) free; writes are refused below "
            + Quantity.bytes(folder.freeBytesMin)
        // Twice the limit: by then it is time to make room, not yet too late.
        guard free < 2 * folder.freeBytesMin else { return [.ok(.disk, folder.name, found)] }
        return [
            .finding(
                .disk,
                folder.name,
                found,
                fix: "free space on the disk of \(folder.path), or move the folder"
            )
        ]
    }

    private static func kind(_ folder: DoctorFacts.Folder) -> [Check] {
        guard let kind = folder.fileSystem else { return [] }
        switch kind {
        case "tmpfs", "ramfs":
            return [
                .finding(
                    .disk,
                    folder.name,
                    "\(folder.path) lies on \(kind): it is gone after a restart of the machine",
                    fix: "put the data folder on a disk"
                )
            ]
        case "nfs", "cifs", "smb2", "fuse", "9p":
            return [
                .finding(
                    .disk,
                    folder.name,
                    "\(folder.path) lies on \(kind), where locks and syncs may not hold",
                    fix: "put the data folder on a local disk: ext4, xfs or btrfs"
                )
            ]
        case "overlay":
            return [
                .note(
                    .disk,
                    folder.name,
                    "\(folder.path) lies in a container's layer and goes with the container",
                    fix: "mount a volume there"
                )
            ]
        default: return [.ok(.disk, folder.name, "\(folder.path) lies on \(kind)")]
        }
    }
}
