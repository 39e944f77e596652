// `shoal rpc`: any method of any process, by the contract that the process itself tells.

import ArgumentParser
import Basics
import Chassis
import Messages

/// Lists, describes and calls methods by reflection.
struct RpcCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rpc",
        abstract: "List, describe and call methods, with JSON in and out.",
        discussion: """
            The contract is the server's own, so methods that this build does not know can be \
            called, too. In JSON, fields go by the contract's names (at_ms) and are read by \
            protobuf's JSON names (atMs), too; integers are numbers, exact to 64 bits, and are \
            read in quotes, too; bytes are base64; enums go by name; null is an absent field.
            """,
        subcommands: [List.self, Describe.self, Call.self]
    )

    /// `shoal rpc list`.
    struct List: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the methods, and who serves them."
        )

        @OptionGroup var target: RpcTargetOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            var servedBy: [String: String] = [:]
            var methods: [MethodShape] = []
            for target in try await target.targets(desk) {
                for service in target.services {
                    servedBy[service] =
                        servedBy[service].map { "\($0), \(target.title)" }
                        ?? target.title
                }
                methods += target.contract.methods.filter {
                    target.services.contains($0.service) && !methods.contains($0)
                }
            }
            guard desk.isJSON else {
                desk.print(ContractPage.table(methods, servedBy))
                return
            }
            for method in methods { desk.print(ContractPage.json(method)) }
        }
    }

    /// `shoal rpc describe`.
    struct Describe: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Describe a method, a service, a message or an enum.",
            discussion: "A name may be any end of the full one: Segments/Count, CountRequest."
        )

        @Argument(help: "The name.")
        var subject: String
        @OptionGroup var target: RpcTargetOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func run(_ desk: Desk) async throws {
            var refusal: CommandError?
            for target in try await target.targets(desk) {
                do throws(CommandError) {
                    let page = try ContractPage(contract: target.contract).page(subject)
                    if desk.isJSON { desk.print(page.json) } else { desk.printRaw(page.text) }
                    return
                } catch {
                    refusal = refusal ?? error
                }
            }
            if let refusal { throw refusal }
        }
    }

    /// `shoal rpc call`.
    struct Call: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Call a method: JSON in, JSON out.",
            discussion: """
                shoal rpc call Segments/Count '{"subject":{"segment":"payers"}}' --project shop
                """
        )
        /// The longest request in JSON: a frame from a client, as base64.
        static let inputBytesMax = 6 << 20

        @Argument(help: "The method, such as Segments/Count.")
        var method: String
        @Argument(help: "The request as JSON, @FILE, or - for standard input.")
        var request = "{}"
        @Option(help: "The project; else $SHOAL_PROJECT, else none.")
        var project: String?
        @Option(help: "How long to wait, in seconds.")
        var timeout: UInt32 = 30
        @OptionGroup var target: RpcTargetOptions
        @OptionGroup var output: OutputOptions

        var isJSON: Bool { output.json }

        func validate() throws {
            guard (1...600).contains(timeout) else {
                throw ValidationError("--timeout is 1 to 600 seconds")
            }
        }

        func run(_ desk: Desk) async throws {
            let json = try input(desk)
            let named = project ?? desk.outside.environment[SuitePlan.Variable.project]
            let project = try named.flatMap { $0.isEmpty ? nil : try ProjectOptions.checked($0) }
            let (target, method) = try RpcTarget.serving(
                self.method,
                among: try await target.targets(desk)
            )
            let bytes: [UInt8]
            do throws(LineProblem) {
                bytes = try MessageFromJSON.bytes(
                    json,
                    as: method.request,
                    by: target.contract
                )
            } catch {
                throw CommandError(
                    .badData,
                    "read request",
                    error.message,
                    place: error.field.isEmpty ? "request" : error.field,
                    hint: error.hint ?? "`shoal rpc describe \(method.path)` shows the fields"
                )
            }
            let description = MethodDescription(
                name: method.path,
                service: method.service,
                role: method.role,
                isIdempotent: method.isIdempotent,
                request: method.request,
                response: method.response
            )
            let options = CallOptions(
                timeoutMs: timeout * 1_000,
                maxReplyBytes: Questions.replyBytes,
                project: project
            )
            let payload = try await target.caller.call(description, RawMessage(bytes), options)
            let answer = try RawMessage.decode(payload).bytes
            desk.print(
                try MessageToJSON.json(answer, as: method.response, by: target.contract)
            )
        }

        private func input(_ desk: Desk) throws -> [UInt8] {
            if request == "-" { return try desk.read("-", bytesMax: Self.inputBytesMax) }
            guard request.hasPrefix("@") else { return Array(request.utf8) }
            return try desk.read(String(request.dropFirst()), bytesMax: Self.inputBytesMax)
        }
    }
}
