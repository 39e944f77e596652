// Which source wins, what is refused, and how a refusal names the place.

import Basics
import Kit
import Testing

@testable import Chassis

private let keys: [ConfigKey] = [
    .text("data.directory", "A folder."),
    .int("journal.commit-ms", default: 5, unit: "ms", range: 1...1_000, "A pause."),
    .flag("development", "A flag."),
    .list("registry", "Addresses."),
    .choice("log.format", of: ["json", "pretty"], default: "json", "A form."),
]

private func read(
    _ arguments: [String] = [],
    _ environment: [String: String] = [:],
    yaml: String? = nil
) throws -> ConfigReader {
    let loader = ConfigLoader(keys: keys)
    var file: ConfigFile?
    if let yaml {
        let disk = ForgetfulDisk(folder: "/etc")
        let written = try disk.open("/etc/shoal.yaml", .create)
        try written.append(Array(yaml.utf8))
        file = try ConfigFile("/etc/shoal.yaml", source: "--config", disk: disk)
    }
    let inputs = ConfigInputs(arguments: arguments, environment: environment)
    guard case .run(let reader) = try loader.load(inputs, file: file) else {
        throw ChassisError(.other, operation: "", place: "", what: "help", hint: "")
    }
    return reader
}

private func refusal(_ body: () throws -> ConfigReader) -> ChassisError? {
    do { _ = try body() } catch { return error as? ChassisError }
    return nil
}

struct ConfigLoaderTests {
    @Test("a flag wins over a variable, that over the file, that over the default")
    func precedence() throws {
        let name = "journal.commit-ms"
        let flag = ["--journal-commit-ms", "40"]
        let variable = ["SHOAL_JOURNAL_COMMIT_MS": "30"]
        let yaml = "journal:\n  commit-ms: 20\n"
        #expect(try read(flag, variable, yaml: yaml).int(name) == 40)
        #expect(try read([], variable, yaml: yaml).int(name) == 30)
        #expect(try read([], [:], yaml: yaml).int(name) == 20)
        #expect(try read().int(name) == 5)
        #expect(try read().isDefault(name))
        #expect(try !read(flag).isDefault(name))
    }

    @Test("each form of a value is read from each source")
    func forms() throws {
        let flags = try read([
            "--data-directory=/a,b c", "--development", "--registry", "tcp://a:1,tcp://b:2",
            "--registry=ipc:///c", "--log-format", "pretty",
        ])
        #expect(flags.text("data.directory") == "/a,b c")
        #expect(flags.flag("development"))
        #expect(flags.list("registry") == ["tcp://a:1", "tcp://b:2", "ipc:///c"])
        #expect(flags.text("log.format") == "pretty")
        let variables = try read(
            [],
            [
                "SHOAL_DATA_DIRECTORY": "/a,b", "SHOAL_DEVELOPMENT": "true",
                "SHOAL_REGISTRY": "tcp://a:1, tcp://b:2", "OTHER": "x",
            ]
        )
        #expect(variables.text("data.directory") == "/a,b")
        #expect(variables.flag("development"))
        #expect(variables.list("registry") == ["tcp://a:1", "tcp://b:2"])
        let file = try read(
            yaml: """
                data: {directory: "/a,b"}   # a comment
                development: true
                registry: [tcp://a:1, tcp://b:2]
                log.format: pretty
                """
        )
        #expect(file.text("data.directory") == "/a,b")
        #expect(file.flag("development"))
        #expect(file.list("registry") == ["tcp://a:1", "tcp://b:2"])
        #expect(file.text("log.format") == "pretty")
        #expect(try read(yaml: "registry: tcp://a:1\n").list("registry") == ["tcp://a:1"])
        #expect(try !read(["--development", "false"]).flag("development"))
        #expect(try read(yaml: "# nothing\n").optionalText("data.directory") == nil)
    }

    @Test("what nobody knows is refused with the nearest known name")
    func unknown() {
        let flag = refusal { try read(["--journal-comit-ms", "3"]) }
        #expect(flag?.what == "there is no flag --journal-comit-ms")
        #expect(flag?.hint == "did you mean --journal-commit-ms?")
        #expect(flag?.exitCode == .badConfiguration)
        let variable = refusal { try read([], ["SHOAL_DEVELOPMNT": "1"]) }
        #expect(variable?.hint == "did you mean SHOAL_DEVELOPMENT?")
        let entry = refusal { try read(yaml: "journal:\n  comit-ms: 3\n") }
        #expect(entry?.hint == "did you mean journal.commit-ms?")
        #expect(entry?.place == "/etc/shoal.yaml:2")
    }

    @Test("variables of our own tests are nobody's settings")
    func foreign() throws {
        #expect(
            try read([], ["SHOAL_BENCH": "1", "SHOAL_TEST_SEED": "7"]).int("journal.commit-ms") == 5
        )
    }

    @Test(
        "a wrong type or range is refused at its source",
        arguments: [
            (["--journal-commit-ms", "soon"], [:], nil, "--journal-commit-ms"),
            (["--journal-commit-ms", "0"], [:], nil, "--journal-commit-ms"),
            (["--journal-commit-ms=99999999999999999999"], [:], nil, "--journal-commit-ms"),
            ([], ["SHOAL_JOURNAL_COMMIT_MS": "1.5"], nil, "SHOAL_JOURNAL_COMMIT_MS"),
            ([], ["SHOAL_DEVELOPMENT": "perhaps"], nil, "SHOAL_DEVELOPMENT"),
            ([], ["SHOAL_DATA_DIRECTORY": ""], nil, "SHOAL_DATA_DIRECTORY"),
            ([], [:], "journal: {commit-ms: soon}", "/etc/shoal.yaml:1"),
            ([], [:], "data: {directory: [a, b]}", "/etc/shoal.yaml:1"),
            ([], [:], "log: {format: xml}", "/etc/shoal.yaml:1"),
            ([], [:], "data: {directory: }", "/etc/shoal.yaml:1"),
        ] as [([String], [String: String], String?, String)]
    )
    func wrong(
        _ arguments: [String],
        _ environment: [String: String],
        _ yaml: String?,
        _ place: String
    ) {
        let error = refusal { try read(arguments, environment, yaml: yaml) }
        #expect(error?.code == .badConfiguration)
        #expect(error?.place == place)
        #expect(error?.hint.isEmpty == false)
    }

    @Test(
        "a command line that is none is refused",
        arguments: [
            ["start"], ["-d", "x"], ["--"], ["--data-directory"],
            ["--data-directory", "--development"], ["--development", "--development"],
            ["--data-directory", "a", "b"], [String](repeating: "--development", count: 2_000),
        ]
    )
    func commandLine(_ arguments: [String]) {
        #expect(refusal { try read(arguments) }?.code == .badConfiguration)
    }

    @Test(
        "a file that is none is refused",
        arguments: [
            "- a\n- b\n", "just words\n", "a: [1\n",
            "journal: {commit-ms: 1}\njournal.commit-ms: 2",
            "registry: [{a: 1}]", "a: &a [x]\n? [1]\n: 2\n",
            "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: 1}}}}}}}}}",
        ]
    )
    func brokenFile(_ yaml: String) {
        #expect(refusal { try read(yaml: yaml) }?.code == .badConfiguration)
    }

    @Test("aliases that multiply are refused before they do")
    func aliases() {
        var yaml = "a0: &a0 {x: 1, y: 2}\n"
        for level in 1..<8 {
            yaml += "a\(level): &a\(level) {x: *a\(level - 1), y: *a\(level - 1)}\n"
        }
        yaml += (0..<40).map { "b\($0): *a6\n" }.joined()
        #expect(refusal { try read(yaml: yaml) }?.what.contains("too many") == true)
    }

    @Test("a missing file is named with who named it")
    func missingFile() {
        let error = #expect(throws: ChassisError.self) {
            _ = try ConfigFile("/etc/x.yaml", source: "SHOAL_CONFIG", disk: ForgetfulDisk())
        }
        #expect(error?.place == "SHOAL_CONFIG: /etc/x.yaml")
    }

    @Test("help and version are asked for by flags, the file by flag before variable")
    func outcomes() throws {
        let loader = ConfigLoader(keys: keys)
        func load(_ arguments: [String]) throws -> ConfigOutcome {
            try loader.load(ConfigInputs(arguments: arguments, environment: [:]), file: nil)
        }
        guard case .help = try load(["--help"]), case .help = try load(["-h"]),
            case .version = try load(["--version"])
        else {
            Issue.record("help and version were not understood")
            return
        }
        let environment = ["SHOAL_CONFIG": "/b"]
        let both = ConfigInputs(arguments: ["--config", "/a"], environment: environment)
        let one = ConfigInputs(arguments: [], environment: environment)
        #expect(try loader.filePath(both)?.path == "/a")
        #expect(try loader.filePath(one)?.path == "/b")
    }
}
