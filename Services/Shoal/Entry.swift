// The way in: arguments to a command, a command's end to an exit code.

import ArgumentParser
public import Chassis
import Glibc

/// A command that does something.
protocol DeskCommand: ParsableCommand {
    /// Whether data and errors are told as JSON.
    var isJSON: Bool { get }
    /// Whether it takes Ctrl-C itself, since it has something to put in order first.
    var stopsInOrder: Bool { get }
    /// Does it; an error ends the program with its code.
    mutating func run(_ desk: Desk) async throws
}

extension DeskCommand {
    var stopsInOrder: Bool { false }
}

/// The command line.
public enum Entry {
    /// Runs the command the process was started with, and ends the process.
    ///
    /// - Parameter openSuite: how `shoal play` gets a suite in this process.
    public static func run(openSuite: OpenSuite? = nil) async -> Never {
        let outside = Surroundings.real("shoal")
        let code = await answer(outside, openSuite, endsAtCtrlC: true)
        outside.close()
        exit(code)
    }

    /// Runs a command in given surroundings.
    ///
    /// - Returns: the exit code, one of those in `shoal --help`.
    public static func answer(
        _ outside: Surroundings,
        openSuite: OpenSuite? = nil
    ) async -> Int32 {
        await answer(outside, openSuite, endsAtCtrlC: false)
    }

    private static func answer(
        _ outside: Surroundings,
        _ openSuite: OpenSuite?,
        endsAtCtrlC: Bool
    ) async -> Int32 {
        let command: any ParsableCommand
        do {
            command = try Shoal.parseAsRoot(outside.arguments)
        } catch {
            return told(error, outside)
        }
        guard let work = command as? any DeskCommand else {
            // Help and version come as commands of the parser's own; so does a bare `shoal`.
            do {
                var other = command
                try other.run()
                return CommandExit.done.rawValue
            } catch {
                return told(error, outside)
            }
        }
        let desk = Desk(outside, isJSON: work.isJSON, openSuite: openSuite)
        guard endsAtCtrlC, !work.stopsInOrder else { return await perform(work, desk) }
        return await withTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                // At once: what the command waits for may never come.
                guard await outside.interrupt() else { return }
                await desk.questions.cancelAll()
                _exit(CommandExit.interrupted.rawValue)
            }
            return await perform(work, desk)
        }
    }

    /// Runs a command and delivers what it printed.
    private static func perform(_ command: any DeskCommand, _ desk: Desk) async -> Int32 {
        var command = command
        var code = CommandExit.done
        do {
            do {
                try await command.run(desk)
            } catch let end as Ending {
                code = end.code
            }
            // A reader that has gone has had enough; the answer stays what it is.
            do { try desk.deliver() } catch is Ending {}
            return code.rawValue
        } catch {
            desk.flush()
            let known = CommandError(error, "\(type(of: command))")
            let text = known.text(desk.messageInk)
            desk.outside.writeError(desk.isJSON ? known.json.line + "\n" : text)
            return known.code.rawValue
        }
    }

    /// Help, version or a wrong use, as the parser tells them.
    private static func told(_ error: any Error, _ outside: Surroundings) -> Int32 {
        let code = Shoal.exitCode(for: error).rawValue
        let text = Shoal.fullMessage(for: error)
        if code == 0 {
            do {
                try outside.writeOut(text + "\n")
            } catch {
                return CommandExit.cannotWrite.rawValue
            }
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
