// A service's program beside this one, asked about itself.

import Basics
import Chassis
import Subprocess

/// The program of a service.
struct ServiceProgram: Sendable {
    /// Some twenty settings with their sentences, and as many refusals.
    private static let outputBytesMax = 1 << 20

    let path: String

    /// Its settings, started with these arguments, this shell's variables and those of a file.
    func show(
        _ arguments: [String],
        _ file: EnvironmentFile?,
        _ desk: Desk
    ) async throws -> EffectiveConfig {
        guard try desk.disk.exists(path) else {
            throw CommandError(
                .notFound,
                "ask the service",
                "the service's program is not beside this one",
                place: path,
                hint: "install it there: swift build, or Deploy/package"
            )
        }
        let result = try await Subprocess.run(
            .path(spelled(path)),
            arguments: Arguments(arguments),
            environment: Self.environment(file, desk),
            output: .string(limit: Self.outputBytesMax),
            error: .string(limit: Self.outputBytesMax)
        )
        return try EffectiveConfig(
            output: result.standardOutput,
            lastWords: result.standardError,
            isRefused: !result.terminationStatus.isSuccess,
            file: file
        )
    }

    /// This shell's variables but the command line's own, which no service knows, and the file's.
    private static func environment(_ file: EnvironmentFile?, _ desk: Desk) -> Environment {
        var values = desk.outside.environment
        for name in SuitePlan.ownVariables { values[name] = nil }
        values.merge(file?.values ?? [:]) { $1 }
        let pairs = values.compactMap { name, value in
            Environment.Key(rawValue: name).map { ($0, value) }
        }
        return .custom(Dictionary(uniqueKeysWithValues: pairs))
    }
}
