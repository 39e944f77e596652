// A Python of its own for these tests, below the build folder: pinned wheels, our package.

import Foundation
import Testing

/// A virtual environment with the Python client, installed as a user installs it.
struct PythonHouse {
    /// Pinned, so that a run tomorrow tests what a run today tests.
    static let wheels = ["pynng==0.9.0", "protobuf==5.29.5", "google-crc32c==1.7.1"]
    static let tools = ["hatchling==1.27.0", "mypy==1.18.2", "types-protobuf==6.32.1.20250918"]
    /// A finished environment has it; one that was interrupted is made anew.
    private static let mark = "complete"

    static let sources = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "Python")
    private static let root = sources.deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private let python: URL

    /// Makes the environment, or takes the one of an earlier run, and installs the package anew.
    init() throws {
        let pins = (Self.wheels + Self.tools).joined(separator: "-")
            .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
        let folder = try ProgramFolder.find("shoal").appending(path: "python-\(pins)")
        python = folder.appending(path: "bin/python")
        let mark = folder.appending(path: Self.mark).path()
        if !FileManager.default.fileExists(atPath: mark) { try make(folder, mark) }
        let package = Self.root.appending(path: "Shared/Client/Python").path()
        try install(
            ["--no-deps", "--no-build-isolation", "--force-reinstall", package],
            hint: "see what pip says about Shared/Client/Python/pyproject.toml"
        )
    }

    /// Holds the installed package's types against each other; what is wrong when something is.
    func checkTypes() throws -> String {
        let cache = python.deletingLastPathComponent().appending(path: "mypy").path()
        let command = ["-m", "mypy", "--ignore-missing-imports", "--cache-dir", cache]
        let (status, text) = try Self.run(python, command + ["-p", "shoal"], seconds: 240)
        guard status == 0 else { throw InteropError("the types do not hold:\n\(text)") }
        return text
    }

    /// Runs a script of `Tests/Interop/Python`; what it said when it fails.
    func run(_ script: String, _ arguments: [String] = []) throws -> String {
        let path = Self.sources.appending(path: script).path()
        let (status, text) = try Self.run(python, ["-u", path] + arguments, seconds: 240)
        guard status == 0 else { throw InteropError("\(script) failed:\n\(text)") }
        return text
    }

    private func make(_ folder: URL, _ mark: String) throws {
        if FileManager.default.fileExists(atPath: folder.path()) {
            try FileManager.default.removeItem(at: folder)
        }
        let env = URL(filePath: "/usr/bin/env")
        let command = ["python3", "-m", "venv", folder.path()]
        let (status, text) = try Self.run(env, command, seconds: 120)
        guard status == 0 else {
            throw InteropError("no virtual environment; Deploy/install adds python3-venv:\n\(text)")
        }
        try install(
            Self.wheels + Self.tools,
            hint: "the tests of the Python client need PyPI, or a mirror named by PIP_INDEX_URL"
        )
        guard FileManager.default.createFile(atPath: mark, contents: nil) else {
            throw InteropError("cannot write \(mark)")
        }
    }

    private func install(_ what: [String], hint: String) throws {
        let command = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + what
        let (status, text) = try Self.run(python, command, seconds: 300)
        guard status == 0 else { throw InteropError("pip install failed (\(hint)):\n\(text)") }
    }

    /// Runs a program to its end, at most so long.
    private static func run(
        _ program: URL,
        _ arguments: [String],
        seconds: Int
    ) throws -> (status: Int32, text: String) {
        let process = Process()
        // The system's own watch over the time: reading its output would wait for ever.
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["--kill-after=5", "\(seconds)", program.path()] + arguments
        process.environment = ProgramFolder.environment()
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
