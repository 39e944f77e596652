// The way in: arguments to a command, a command's end to an exit code.

import ArgumentParser
public import Chassis
import Glibc

/// A command that does something.
protocol DeskCommand: ParsableCommand {
    /// Whether data and errors are told as JSON.
    var isJSON: Bool { get }
    /// Does it; an error ends the program with its code.
    mutating func run(_ desk: Desk) async throws
}

/// The command line.
public enum Entry {
    /// Runs the command the process was started with, and ends the process.
    public static func run() async -> Never {
        let outside = Surroundings.real("shoal")
        let code = await answer(outside)
        outside.close()
        exit(code)
    }

    /// Runs a command in given surroundings.
    ///
    /// - Returns: the exit code, one of those in `shoal --help`.
    public static func answer(_ outside: Surroundings) async -> Int32 {
        let command: any ParsableCommand
        do {
            command = try Shoal.parseAsRoot(outside.arguments)
        } catch {
            return told(error, outside)
        }
        guard var work = command as? any DeskCommand else {
            // Help and version come as commands of the parser's own; so does a bare `shoal`.
            do {
                var other = command
                try other.run()
                return CommandExit.done.rawValue
            } catch {
                return told(error, outside)
            }
        }
        let desk = Desk(outside, isJSON: work.isJSON)
        do {
            try await work.run(desk)
            desk.flush()
            return CommandExit.done.rawValue
        } catch let end as Ending {
            desk.flush()
            return end.code.rawValue
        } catch {
            desk.flush()
            let known = CommandError(error, "\(type(of: work))")
            outside.writeError(desk.isJSON ? known.json.line + "\n" : known.text)
            return known.code.rawValue
        }
    }

    /// Help, version or a wrong use, as the parser tells them.
    private static func told(_ error: any Error, _ outside: Surroundings) -> Int32 {
        let code = Shoal.exitCode(for: error).rawValue
        let text = Shoal.fullMessage(for: error)
        if code == 0 {
            outside.writeOut(text + "\n")
        } else {
            outside.writeError(text + "\n")
        }
        return code
    }
}

/// An end that is no error but has an exit code other than 0.
struct Ending: Error, Sendable {
    let code: CommandExit
}
