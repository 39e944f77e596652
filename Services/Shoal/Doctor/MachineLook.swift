// Looks at this machine: kernel, programs, processes, folders, sockets. Judges nothing.

import Basics
import Chassis
import Messages
import Subprocess

/// The doctor's eyes on the machine it runs on.
struct MachineLook: Sendable {
    /// Small writes that are synced and timed.
    private static let syncs = 16
    private static let syncBytes = 4 << 10
    /// Written, synced and removed; removed before it is written, so that nothing can be left.
    private static let probeName = "DOCTOR"
    /// What a service keeps free unless told otherwise.
    private static let freeMiBMinUsual = 512
    private static let programs = ["shoal-registry", "shoal-ingestion", "shoal-evaluator"]
    /// Output of `--version`, with room for a complaint.
    private static let versionBytesMax = 64 << 10

    let outside: Surroundings

    /// What the kernel tells of itself.
    func machine() -> DoctorFacts.Machine {
        DoctorFacts.Machine(
            isClockSynchronised: SystemClock.isSynchronised,
            sendBufferBytesMax: number("/proc/sys/net/core/wmem_max"),
            mappingsMax: number("/proc/sys/vm/max_map_count")
        )
    }

    /// The services' programs, each started as far as `--version` needs.
    func programs() async -> [DoctorFacts.Program] {
        var programs: [DoctorFacts.Program] = []
        for name in Self.programs { programs.append(await program(name)) }
        return programs
    }

    private func program(_ name: String) async -> DoctorFacts.Program {
        var program = DoctorFacts.Program(name: name)
        do {
            let result = try await Subprocess.run(
                .path(spelled("\(outside.programFolder)/\(name)")),
                arguments: ["--version"],
                output: .string(limit: Self.versionBytesMax),
                error: .string(limit: Self.versionBytesMax)
            )
            let words = result.standardOutput.split { $0 == " " || $0 == "\n" }
            if words.first.map(String.init) == name, words.count == 2 {
                program.version = String(words[1])
            } else {
                let said = result.standardError.split(separator: "\n").first ?? ""
                program.complaint = said.isEmpty ? "\(result.terminationStatus)" : String(said)
            }
        } catch {
            program.complaint = "it is not in \(outside.programFolder)"
        }
        return program
    }

    /// A process of this machine.
    func process(_ name: String, _ processID: Int32) -> DoctorFacts.Process {
        let folder = "/proc/\(processID)"
        let limits = outside.probe.read("\(folder)/limits") ?? ""
        return DoctorFacts.Process(
            name: name,
            openFiles: outside.probe.count("\(folder)/fd"),
            openFilesMax: Self.limit("Max open files", in: limits),
            addressSpaceMax: Self.limit("Max address space", in: limits),
            mappings: outside.probe.count("\(folder)/map_files"),
            isOutdated: outside.isProgramReplaced(of: processID)
        )
    }

    /// A line of /proc/PID/limits: its soft limit; nil for none.
    static func limit(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        let words = line?.dropFirst(name.count).split(separator: " ")
        return words?.first.flatMap { Int($0) }
    }

    /// The data folder of a service's process, as its own words or variables tell it.
    func folder(_ name: String, _ processID: Int32) -> DoctorFacts.Folder? {
        let words = outside.commandLine(of: processID) ?? []
        let variables = outside.probe.read("/proc/\(processID)/environ") ?? ""
        func setting(_ key: String) -> String? { Self.setting(key, words, variables) }
        guard let path = setting("data.directory"), path.hasPrefix("/") else { return nil }
        let freeMiBMin = setting("disk.free-mib-min").flatMap { Int($0) }
        return folder(name, path, freeMiBMin: freeMiBMin ?? Self.freeMiBMinUsual)
    }

    /// A key's value from a flag, else from a variable.
    static func setting(_ key: String, _ words: [String], _ variables: String) -> String? {
        let flag = "--" + key.replacing(".", with: "-")
        if let at = words.firstIndex(of: flag), at + 1 < words.count { return words[at + 1] }
        if let word = words.first(where: { $0.hasPrefix(flag + "=") }) {
            return String(word.dropFirst(flag.count + 1))
        }
        let variable = "SHOAL_" + key.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 } + "="
        let set = variables.split(separator: "\0").first { $0.hasPrefix(variable) }
        return set.map { String($0.dropFirst(variable.count)) }
    }

    /// A folder: what it lies on, its room, and how long a synced write takes there.
    func folder(_ name: String, _ path: String, freeMiBMin: Int? = nil) -> DoctorFacts.Folder {
        var folder = DoctorFacts.Folder(
            name: name,
            path: path,
            fileSystem: PathFacts(of: path)?.fileSystem,
            freeBytesMin: (freeMiBMin ?? Self.freeMiBMinUsual) << 20
        )
        do throws(DiskError) {
            folder.freeBytes = try outside.disk.freeBytes(path)
            folder.syncNs = try timeSyncs(path)
        } catch {
            folder.refusal = "\(error.errno) at \(error.operation)"
        }
        return folder
    }

    private func timeSyncs(_ path: String) throws(DiskError) -> [UInt64] {
        let name = "\(path)/\(Self.probeName)"
        let file = try outside.disk.open(name, .create)
        try outside.disk.remove(name)
        var times: [UInt64] = []
        for _ in 0..<Self.syncs {
            let beganNs = outside.clock.monotonicNs
            try file.append([UInt8](repeating: 0, count: Self.syncBytes))
            try file.sync()
            times.append(outside.clock.monotonicNs - beganNs)
        }
        try file.close()
        return times
    }

    private func number(_ path: String) -> Int? {
        outside.probe.read(path).flatMap { text in
            text.split { $0 == "\n" || $0 == " " }.first.flatMap { Int($0) }
        }
    }
}
