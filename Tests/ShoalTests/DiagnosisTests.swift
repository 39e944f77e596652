// What the doctor says of what it saw: nothing about a healthy house, one finding with its fix for
// each thing that is wrong.

import Testing

@testable import ShoalCommand

@Suite struct DiagnosisTests {
    /// A suite of one evaluator on this machine, with nothing wrong.
    private var healthy: DoctorFacts {
        let build = DoctorFacts.Build(version: "1.0", contract: "00c0ffee")
        var facts = DoctorFacts(build: build)
        facts.machine = .init(
            isClockSynchronised: true,
            sendBufferBytesMax: 4 << 20,
            mappingsMax: 65_530
        )
        facts.programs = [.init(name: "shoal-registry", version: "1.0")]
        facts.processes = [
            .init(name: "evaluator-1", openFiles: 60, openFilesMax: 8_192, mappings: 300)
        ]
        facts.folders = [
            .init(
                name: "evaluator-1",
                path: "/srv/shoal/evaluator-1",
                fileSystem: "ext4",
                freeBytes: 100 << 30,
                freeBytesMin: 512 << 20,
                syncNs: [900_000, 1_000_000, 30_000_000]
            )
        ]
        facts.sockets = [
            .init(
                path: "/run/shoal/evaluator-1.sock",
                instance: "evaluator-1",
                isThere: true,
                answers: true,
                folderPermissions: 0o700
            )
        ]
        let instances = ["registry", "ingestion", "evaluator-1"].map { name in
            SuiteFacts.Instance(
                name: name,
                isEvaluator: name == "evaluator-1",
                state: .live,
                seenAgoMs: 400,
                build: build,
                clockAheadMs: -1...2,
                positions: name == "evaluator-1" ? [0: 10, 1: 20] : nil
            )
        }
        facts.suite = .init(
            instances: instances,
            partitionCount: 2,
            logOwners: [0: "ingestion", 1: "ingestion"],
            stateOwners: [0: "evaluator-1", 1: "evaluator-1"],
            logEnds: [0: 10, 1: 20],
            logAheadMs: 3
        )
        return facts
    }

    /// The findings and notes after a change for the worse.
    private func told(_ change: (inout DoctorFacts) -> Void) -> [Check] {
        var facts = healthy
        change(&facts)
        return Diagnosis(facts).checks.filter { $0.state != .ok }
    }

    @Test("of a healthy house everything was looked at and nothing is to be put right")
    func nothing() {
        let diagnosis = Diagnosis(healthy)
        #expect(!diagnosis.hasFindings && diagnosis.checks.allSatisfy { $0.fix.isEmpty })
        let areas = Set(diagnosis.checks.map(\.area))
        #expect(areas == Set(Check.Area.allCases).subtracting([.suite]))
    }

    /// One thing that is wrong, and how it is told.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let area: Check.Area
        let of: String
        let found: String
        let fix: String
        let change: @Sendable (inout DoctorFacts) -> Void
        var testDescription: String { found }

        init(
            _ area: Check.Area,
            _ of: String,
            _ found: String,
            fix: String,
            _ change: @escaping @Sendable (inout DoctorFacts) -> Void
        ) {
            (self.area, self.of, self.found, self.fix) = (area, of, found, fix)
            self.change = change
        }
    }

    static let machine: [Wrong] = [
        Wrong(.limits, "evaluator-1", "60 of 1,024 files", fix: "ulimit -n 8192") {
            $0.processes[0].openFilesMax = 1_024
        },
        Wrong(.limits, "evaluator-1", "8,000 of 8,192 files", fix: "LimitNOFILE") {
            $0.processes[0].openFiles = 8_000
        },
        Wrong(.limits, "evaluator-1", "limited to 2.0 GiB", fix: "ulimit -v unlimited") {
            $0.processes[0].addressSpaceMax = 2 << 30
        },
        Wrong(.limits, "evaluator-1", "60,000 of 65,530 mappings", fix: "vm.max_map_count=") {
            $0.processes[0].mappings = 60_000
        },
        Wrong(.disk, "evaluator-1", "1000 MiB free", fix: "/srv/shoal/evaluator-1") {
            $0.folders[0].freeBytes = 1_000 << 20
        },
        Wrong(.disk, "evaluator-1", "cannot be written: EROFS at open", fix: "0700") {
            $0.folders[0].refusal = "EROFS at open"
        },
        Wrong(.disk, "evaluator-1", "takes 80.0 ms, at most 90.0 ms", fix: "disk of its own") {
            $0.folders[0].syncNs = [70_000_000, 80_000_000, 90_000_000]
        },
        Wrong(.disk, "evaluator-1", "lies on tmpfs", fix: "on a disk") {
            $0.folders[0].fileSystem = "tmpfs"
        },
        Wrong(.disk, "evaluator-1", "lies on nfs, where locks", fix: "ext4, xfs") {
            $0.folders[0].fileSystem = "nfs"
        },
        Wrong(.versions, "shoal-registry", "version 0.9, this command of 1.0", fix: "one build") {
            $0.programs[0].version = "0.9"
        },
        Wrong(.versions, "shoal-registry", "librocksdb.so", fix: "Deploy/install") {
            $0.programs[0].version = nil
            $0.programs[0].complaint = "error while loading shared libraries: librocksdb.so"
        },
        Wrong(.versions, "shoal-registry", "it is not in /bin", fix: "install it beside") {
            $0.programs[0].version = nil
            $0.programs[0].complaint = "it is not in /bin"
        },
        Wrong(.versions, "evaluator-1", "an older file of its program", fix: "restart") {
            $0.processes[0].isOutdated = true
        },
    ]

    static let suite: [Wrong] = [
        Wrong(.clock, "ingestion", "is 1 min 1 s ahead of this", fix: "chrony") {
            $0.suite?.instances[1].clockAheadMs = 61_000...61_010
        },
        Wrong(.clock, "ingestion", "is 2.0 s behind this", fix: "chrony") {
            $0.suite?.instances[1].clockAheadMs = -2_500 ... -2_000
        },
        Wrong(.clock, "log", "1 min 0 s ahead of ingestion's clock", fix: "slowly") {
            $0.suite?.logAheadMs = 60_000
        },
        Wrong(.sockets, "evaluator-1", "is not there", fix: "restart evaluator-1") {
            $0.sockets[0].isThere = false
        },
        Wrong(.sockets, "evaluator-1", "open to others (mode 0755)", fix: "chmod 700") {
            $0.sockets[0].folderPermissions = 0o755
        },
        Wrong(.sockets, "evaluator-1", "nobody answers at", fix: "start evaluator-1 again") {
            $0.sockets[0].answers = false
        },
        Wrong(.sockets, "/run/shoal/x.sock", "nobody answers at", fix: "rm /run/shoal/x.sock") {
            $0.sockets.append(.init(path: "/run/shoal/x.sock", isThere: true, answers: false))
        },
        Wrong(.versions, "evaluator-1", "version 0.9 runs", fix: "finish the upgrade") {
            $0.suite?.instances[2].build?.version = "0.9"
        },
        Wrong(.versions, "evaluator-1", "speaks contract 0badf00d", fix: "finish the upgrade") {
            $0.suite?.instances[2].build?.contract = "0badf00d"
        },
        Wrong(.leases, "evaluator-1", "heartbeat is 30 s old", fix: "may hang") {
            $0.suite?.instances[2].seenAgoMs = 30_000
        },
        Wrong(.leases, "evaluator-1", "not ready: the log", fix: "log says more") {
            $0.suite?.instances[2].notReady = "the log has not been read yet"
        },
        Wrong(.partitions, "evaluator", "1 of 2 have no living owner: 1", fix: "takes them over") {
            $0.suite?.stateOwners[1] = nil
        },
        Wrong(.partitions, "ingestion", "2 of 2 have no living owner: 0, 1", fix: "its folder") {
            $0.suite?.logOwners = [:]
        },
        Wrong(.log, "evaluator-1", "1,005 records behind", fix: "add an evaluator") {
            $0.suite?.logEnds = [0: 1_010, 1: 25]
        },
        Wrong(.log, "evaluator-1", "1 of its 2 partitions are not taken over", fix: "wait") {
            $0.suite?.instances[2].positions = [0: 10]
        },
    ]

    @Test("each thing that is wrong is one finding with its fix", arguments: machine + suite)
    func findings(_ wrong: Wrong) throws {
        let told = told(wrong.change)
        let finding = try #require(told.first)
        #expect(told.count == 1 && finding.state == .finding, "\(told)")
        #expect(finding.area == wrong.area && finding.of == wrong.of)
        #expect(finding.found.contains(wrong.found), "\(finding.found)")
        #expect(finding.fix.contains(wrong.fix), "\(finding.fix)")
    }

    @Test("a lost evaluator is told by its lease and by each partition it leaves without an owner")
    func lost() {
        let told = told {
            $0.suite?.instances[2].state = .lost
            $0.suite?.instances[2].positions = nil
        }
        #expect(told.map(\.area) == [.leases, .partitions])
        #expect(told[0].fix.contains("shoal forget evaluator-1"))
    }

    @Test("what is worth knowing but not wrong is a note, and no reason for another exit code")
    func notes() {
        var facts = healthy
        facts.machine.isClockSynchronised = false
        facts.machine.sendBufferBytesMax = 212_992
        facts.folders[0].fileSystem = "overlay"
        facts.suite?.instances[2].state = .draining
        let diagnosis = Diagnosis(facts)
        #expect(!diagnosis.hasFindings)
        let notes = diagnosis.checks.filter { $0.state == .note }
        #expect(notes.map(\.area) == [.clock, .limits, .disk, .leases])
        #expect(notes.allSatisfy { !$0.fix.isEmpty })
    }

    @Test("what is quarantined is told, each segment by its name, with what to do")
    func quarantine() {
        let told = told {
            $0.suite?.quarantined = 2
            $0.suite?.quarantinedSegments = ["payers"]
        }
        #expect(told.map(\.of) == ["quarantine", "payers"])
        #expect(told.allSatisfy { $0.fix.contains("shoal quarantine list") })
    }

    @Test("without a suite the machine is judged, and how to reach one is said first")
    func absence() {
        let told = told {
            $0.suite = nil
            $0.absence = .init(found: "no suite runs in this folder", fix: "shoal up")
            $0.programs[0].version = nil
        }
        #expect(told.map(\.area) == [.suite, .versions] && told[0].fix.contains("shoal up"))
    }

    @Test("limits and settings are read from a process's own texts, flags before variables")
    func texts() {
        let limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max address space         unlimited            unlimited            bytes
            Max open files            1024                 1048576              files
            """
        #expect(MachineLook.limit("Max open files", in: limits) == 1_024)
        #expect(MachineLook.limit("Max address space", in: limits) == nil)
        let words = ["shoal-ingestion", "--data-directory", "/a", "--disk-free-mib-min=9"]
        let variables = "HOME=/\0SHOAL_DATA_DIRECTORY=/b\0SHOAL_LISTEN=ipc:///c"
        #expect(MachineLook.setting("data.directory", words, variables) == "/a")
        #expect(MachineLook.setting("disk.free-mib-min", words, variables) == "9")
        #expect(MachineLook.setting("listen", words, variables) == "ipc:///c")
        #expect(MachineLook.setting("data.directory", [], variables) == "/b")
        #expect(MachineLook.setting("name", words, variables) == nil)
    }
}
