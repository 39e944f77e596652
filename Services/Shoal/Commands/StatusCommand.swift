// `shoal status`: who is here, who owns what, how far they are, what they use.

import ArgumentParser
import Basics
import Messages

/// Shows the running suite.
struct StatusCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show instances, partitions, log ends, memory and projects."
    )
    private static let askMs: UInt32 = 2_000

    @OptionGroup var place: SuiteOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }

    /// What is known of one instance.
    struct Line: Sendable {
        var instance: RegistryV1.Instance
        var partitions: Int
        /// Nil when it does not answer.
        var info: AdminV1.InfoResponse?
        /// What an evaluator reads along for others; nil when it does not say.
        var along: Along?
    }

    /// Partitions that an evaluator reads along as their standby.
    struct Along: Sendable {
        var partitions: Int
        /// Records that it lacks of them; nil while the ends of the logs are not known.
        var behind: UInt64?

        init(_ standbys: [LogV1.Position], _ ends: [LogV1.Position]?) {
            partitions = standbys.count
            behind = ends.map { ends in
                let next = Dictionary(ends.map { ($0.partition, $0.nextOffset) }) { $1 }
                return standbys.reduce(0) { sum, standby in
                    let end = next[standby.partition] ?? 0
                    return sum + end - min(end, standby.nextOffset)
                }
            }
        }
    }

    func run(_ desk: Desk) async throws {
        let suite = try place.suite(desk)
        let roster = try await suite.roster()
        let ends = await ends(suite)
        let records = ends.map { $0.reduce(0) { $0 &+ $1.nextOffset } }
        var lines = [try await registryLine(suite)]
        for instance in roster.instances where instance.kind != .registry {
            let owned = roster.assignments.filter { $0.instanceID == instance.instanceID }
            let info = await info(suite, at: instance.address)
            var line = Line(instance: instance, partitions: owned.count, info: info)
            if instance.kind == .evaluator, info != nil {
                line.along = await suite.standing(at: instance.address).map { Along($0, ends) }
            }
            lines.append(line)
        }
        if desk.isJSON {
            desk.print(json(lines, roster, records))
        } else {
            desk.print(table(lines))
            desk.printRaw(summary(roster, records))
            guard let known = await suite.quarantinedNow() else { return }
            let (records, segments) = (known.records, known.segments.count)
            if records > 0 || segments > 0 {
                desk.say(
                    "\(records) records are set aside and \(segments) segments quarantined: "
                        + "`shoal quarantine list`"
                )
            }
        }
    }

    /// The registry is not in its own roster.
    private func registryLine(_ suite: Suite) async throws -> Line {
        let admin = AdminV1_AdminClient(suite.registryAdmin())
        let info = try await admin.info(
            AdminV1.InfoRequest(),
            CallOptions(timeoutMs: Self.askMs)
        )
        let instance = RegistryV1.Instance(
            instanceID: info.instanceID,
            kind: .registry,
            address: suite.registryAddress,
            version: info.version,
            state: .live,
            name: "registry"
        )
        return Line(instance: instance, partitions: 0, info: info)
    }

    private func info(_ suite: Suite, at address: String) async -> AdminV1.InfoResponse? {
        do {
            let admin = AdminV1_AdminClient(try suite.caller(at: address))
            return try await admin.info(
                AdminV1.InfoRequest(),
                CallOptions(timeoutMs: Self.askMs)
            )
        } catch {
            // Shown as no answer: one dead process must not hide the others.
            return nil
        }
    }

    /// Where the logs end; nil when ingestion does not answer.
    private func ends(_ suite: Suite) async -> [LogV1.Position]? {
        do {
            let ingestion = try await suite.ingestion()
            return try await ingestion.positions(
                IngestionV1.PositionsRequest(),
                CallOptions(timeoutMs: Self.askMs, maxReplyBytes: 256 << 10)
            ).positions
        } catch {
            // Shown as unknown.
            return nil
        }
    }

    private func table(_ lines: [Line]) -> Table {
        var table = Table([
            ("NAME", .left), ("STATE", .state), ("PARTITIONS", .right), ("STANDBY", .right),
            ("PID", .right),
            ("MEMORY", .right), ("UP", .right), ("ADDRESS", .left), ("", .left),
        ])
        for line in lines {
            let info = line.info
            table.add([
                line.instance.name, info == nil ? "no answer" : "\(line.instance.state)",
                line.instance.kind == .registry ? "" : "\(line.partitions)",
                line.along?.text ?? "",
                info.map { "\($0.processID)" } ?? "",
                info.map { Quantity.bytes($0.residentBytes) } ?? "",
                info.map { Quantity.duration(seconds: Double($0.uptimeMs) / 1000) } ?? "",
                line.instance.address,
                (info?.facts ?? []).map { "\($0.name)=\($0.value)" }.joined(separator: " "),
            ])
        }
        return table
    }

    private func summary(_ roster: RegistryV1.WatchResponse, _ records: UInt64?) -> String {
        let known = records.map { Quantity.count($0) } ?? "unknown"
        let names = roster.projects.map(\.name).joined(separator: ", ")
        return """

            log records: \(known) in \(roster.partitionCount) partitions
            projects: \(names.isEmpty ? "none" : names)

            """
    }

    private func json(
        _ lines: [Line],
        _ roster: RegistryV1.WatchResponse,
        _ records: UInt64?
    ) -> JSONText {
        let instances = lines.map { line in
            let facts = (line.info?.facts ?? []).map { ($0.name, JSONText.text($0.value)) }
            return JSONText.object([
                ("name", .text(line.instance.name)), ("kind", .text("\(line.instance.kind)")),
                ("state", .text(line.info == nil ? "silent" : "\(line.instance.state)")),
                ("address", .text(line.instance.address)),
                ("pid", line.info.map { .int(Int($0.processID)) } ?? .null),
                ("version", .text(line.instance.version)),
                ("uptime_ms", line.info.map { .unsigned($0.uptimeMs) } ?? .null),
                ("resident_bytes", line.info.map { .unsigned($0.residentBytes) } ?? .null),
                ("partitions", .int(line.partitions)),
                ("standby_partitions", line.along.map { .int($0.partitions) } ?? .null),
                ("standby_records_behind", line.along?.behind.map { .unsigned($0) } ?? .null),
                ("facts", .object(facts)),
            ])
        }
        return .object([
            ("instances", .list(instances)),
            ("projects", .list(roster.projects.map { ProjectCommand.json($0) })),
            ("records", records.map { .unsigned($0) } ?? .null),
            ("partitions", .int(Int(roster.partitionCount))),
        ])
    }
}

extension StatusCommand.Along {
    /// Such as "32, 5 records behind"; nothing where it reads nothing along.
    var text: String {
        guard partitions > 0 else { return "" }
        guard let behind else { return "\(partitions)" }
        return behind == 0 ? "\(partitions)" : "\(partitions), \(Quantity.count(behind)) behind"
    }
}
