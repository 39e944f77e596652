// A configuration as it is shown: every setting with its origin, every mistake at once.

import Basics
import Kit
import Testing

@testable import Chassis

@Suite("what --show-config tells")
struct ConfigSurveyTests {
    private let keys: [ConfigKey] = [
        .text("data.directory", "A folder."), .text("seal.key", "A secret."),
        .int("stop.timeout-ms", default: 500, unit: "ms", range: 1...100_000, "A time."),
        .int("chunk.mib", default: 8, unit: "MiB", range: 1...1_024, "A size."),
        .int("lanes", default: 2, range: 1...8, "Lanes."), .flag("development", "A flag."),
    ]

    private func survey(
        _ arguments: [String] = [],
        _ environment: [String: String] = [:],
        yaml: String = "# nothing\n"
    ) throws -> ConfigSurvey {
        let disk = ForgetfulDisk(folder: "/etc")
        try disk.open("/etc/x.yaml", .create).append(Array(yaml.utf8))
        let file = try ConfigFile("/etc/x.yaml", source: "--config", disk: disk)
        let inputs = ConfigInputs(
            arguments: ["--show-config"] + arguments,
            environment: environment
        )
        guard case .show(let survey) = try ConfigLoader(keys: keys).load(inputs, file: file) else {
            throw ChassisError(.other, operation: "", place: "", what: "no survey", hint: "")
        }
        return survey
    }

    @Test("each setting is told with value, unit and origin, a file's with its line")
    func origins() throws {
        let lines = try survey(
            ["--lanes", "3"],
            ["SHOAL_CHUNK_MIB": "16"],
            yaml: "data:\n  directory: /d\nlanes: 4\nchunk.mib: 32\n"
        ).text.split(separator: "\n").map(String.init)
        let begins = [
            #"{"key":"chunk.mib","origin":"SHOAL_CHUNK_MIB","value":"16","default":"8","unit":"M"#,
            #"{"key":"data.directory","origin":"/etc/x.yaml:2","value":"/d","takes":"TEXT""#,
            #"{"key":"development","origin":"default","takes":"true|false""#,
            #"{"key":"lanes","origin":"--lanes","value":"3","default":"2","takes":"1…8""#,
            #"{"key":"seal.key","origin":"default","takes":"TEXT""#,
            #"{"key":"stop.timeout-ms","origin":"default","value":"500","default":"500""#,
        ]
        #expect(lines.count == begins.count)
        for (line, begin) in zip(lines, begins) { #expect(line.hasPrefix(begin), "\(line)") }
        #expect(lines[0].hasSuffix(#""overrides":"/etc/x.yaml:4"}"#), "\(lines[0])")
        #expect(lines[3].hasSuffix(#""overrides":"/etc/x.yaml:3"}"#), "\(lines[3])")
    }

    @Test("a secret is told as one, wherever it comes from")
    func secrets() throws {
        for found in [
            try survey(["--seal-key", "hunter2"]), try survey([], ["SHOAL_SEAL_KEY": "hunter2"]),
            try survey(yaml: "seal: {key: hunter2}\n"),
        ] {
            #expect(found.text.contains(#""value":"***""#) && !found.text.contains("hunter2"))
        }
    }

    @Test("every mistake of every source is told at once, each at its place")
    func mistakes() throws {
        let found = try survey(
            ["--stop-timeout-ms", "0"],
            ["SHOAL_LANE": "1", "SHOAL_CHUNK_MIB": "many"],
            yaml: "lanes: 9\nchunk:\n  mb: 4\n"
        )
        #expect(
            found.refusals.map(\.place) == [
                "environment", "/etc/x.yaml:3", "--stop-timeout-ms", "SHOAL_CHUNK_MIB",
                "/etc/x.yaml:1",
            ]
        )
        #expect(found.refusals[0].hint == "did you mean SHOAL_LANES?")
        #expect(found.refusals[1].hint == "did you mean chunk.mib?")
        #expect(found.text.split(separator: "\n").count == keys.count + 5)
    }

    @Test(
        "a number with a unit is refused with the number that is meant",
        arguments: [
            ("--stop-timeout-ms=30s", "stop.timeout-ms is 30s, but is counted in ms", "give 30000"),
            ("--stop-timeout-ms=1.5 min", "is 1.5 min, but is counted in ms", "give 90000"),
            ("--chunk-mib=1GiB", "is 1GiB, but is counted in MiB", "give 1024"),
            ("--chunk-mib=3s", "is 3s, but is counted in MiB", "give 1…1024 MiB"),
            ("--lanes=3x", "is 3x, but takes a plain number", "give 1…8"),
        ]
    )
    func units(_ flag: String, _ what: String, _ hint: String) throws {
        let refusal = try #require(try survey([flag]).refusals.first)
        #expect(refusal.what.hasSuffix(what) && refusal.hint == hint, "\(refusal)")
    }
}
