// `shoal doctor`: what is wrong with this machine and the suite, and what to do about it.

import ArgumentParser
import Basics
import Chassis
import Messages

/// Looks at everything, judges it, and prints the findings with their fixes.
struct DoctorCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check clocks, limits, disks, sockets, versions, leases, partitions and the log.",
        discussion: """
            Exits with 0 when nothing is to be put right, with 2 when something is, and with 69 \
            when the suite cannot be reached; this machine is looked at in any case. Of services \
            on other machines only what they tell is seen: run it there, too. It writes and syncs \
            64 KiB in each data folder, in a file that is removed before.
            """
    )

    @Flag(help: "Only this machine, as before a suite is started.")
    var machine = false
    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    func run(_ desk: Desk) async throws {
        let look = MachineLook(outside: desk.outside)
        var facts = DoctorFacts(
            build: DoctorFacts.Build(
                version: Chassis.version,
                contract: SuiteLook.digest(Contract.descriptorSet)
            ),
            machine: look.machine(),
            programs: await look.programs()
        )
        if !machine { await seeSuite(&facts, desk) }
        if facts.folders.isEmpty { seeFolder(&facts, look, desk) }
        let diagnosis = Diagnosis(facts)
        tell(diagnosis, desk)
        if facts.absence != nil { throw Ending(code: .unreachable) }
        if diagnosis.hasFindings { throw Ending(code: .no) }
    }

    private func seeSuite(_ facts: inout DoctorFacts, _ desk: Desk) async {
        do {
            let suite = try place.suite(desk)
            do {
                try await DoctorLook(suite).see(&facts)
            } catch {
                facts.absence = Self.absence(error)
                try await seeRemains(suite, &facts, desk)
            }
        } catch {
            facts.absence = Self.absence(error)
        }
    }

    private static func absence(_ error: any Error) -> DoctorFacts.Absence {
        let known = CommandError(error, "doctor")
        let at = known.place.isEmpty ? "" : " (\(known.place))"
        return DoctorFacts.Absence(
            found: "the suite cannot be reached: \(known.what)\(at)",
            fix: "start it with `shoal up`, or name it by --data or --address; --machine looks at "
                + "this machine alone"
        )
    }

    /// A suite that left its shoal.json was killed, or only its registry is away.
    private func seeRemains(_ suite: Suite, _ facts: inout DoctorFacts, _ desk: Desk) async throws {
        guard let data = suite.data, let file = try SuiteFile.load(data, disk: desk.disk) else {
            return
        }
        if desk.outside.commandLine(of: file.supervisor) == nil {
            facts.absence = DoctorFacts.Absence(
                found: "the suite in \(data) was killed: process \(file.supervisor), which watched "
                    + "it, is gone",
                fix: "`shoal up --data \(data)` ends what is left of it and starts it again"
            )
        }
        await DoctorLook(suite).seeRemains(file, &facts)
    }

    /// Without a process that tells its folder: the suite's folder, or where it would be made.
    private func seeFolder(_ facts: inout DoctorFacts, _ look: MachineLook, _ desk: Desk) {
        let named = place.data ?? desk.outside.environment[SuitePlan.Variable.data]
        let path = desk.absolute(named.flatMap { $0.isEmpty ? nil : $0 } ?? ".")
        facts.folders.append(look.folder("data folder", path))
    }

    private func tell(_ diagnosis: Diagnosis, _ desk: Desk) {
        guard !desk.isJSON else {
            for check in diagnosis.checks { desk.print(check.json) }
            return
        }
        var table = Table([
            ("AREA", .left), ("OF", .left), ("STATE", .state), ("FOUND", .left),
        ])
        for check in diagnosis.checks {
            table.add([check.area.rawValue, check.of, check.state.rawValue, check.found])
        }
        desk.print(table)
        for check in diagnosis.checks where !check.fix.isEmpty {
            let word = check.state.rawValue
            let mark = desk.ink.paint("\(word):", Ink.mark(ofState: word))
            desk.print("\n\(mark) \(check.of): \(check.found)\n  fix: \(check.fix)")
        }
        let count = diagnosis.checks.count { $0.state == .finding }
        desk.print(count == 0 ? "\nNothing to put right." : "\n\(count) to put right.")
    }
}
