// The way in: arguments to a command, a command's end to an exit code.

import ArgumentParser
import Subprocess
import Yams

/// The command line.
public enum Entry {
    /// Runs the command the process was started with, and ends the process.
    public static func run() async {
    }
}
