// The configuration of the real programs, checked and shown without starting one.

import Foundation
import Testing

@Suite(.serialized)
struct ConfigTests {
    private func write(_ text: String, _ name: String, _ suite: RealSuite) throws {
        try text.write(toFile: "\(suite.folder)/\(name)", atomically: true, encoding: .utf8)
    }

    @Test("each service's settings under systemd are shown, with the lines they come from")
    func systemd() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        for service in ["registry", "ingestion", "evaluator"] {
            let text = "SHOAL_DATA_DIRECTORY=/srv/x\n\n# more\nSHOAL_HTTP_PORT=9100\n"
            try write(text, "\(service).env", suite)
            let file = ["config", "show", service, "--env-file", "\(service).env"]
            let shown = try await suite.run(file + ["--origin"], isOfSuite: false)
            #expect(shown.code == 0, "\(shown.out)")
            let rows = shown.out.split(separator: "\n").map { line in
                line.split(separator: " ").map(String.init)
            }
            #expect(rows.contains(["http.port", "9100", "\(service).env:4"]), "\(shown.out)")
            #expect(rows.contains(["data.directory", "/srv/x", "\(service).env:1"]))
            #expect(rows.contains(["stop.timeout-ms", "30000", "ms", "default"]))
            let checked = try await suite.run(
                ["config", "check"] + file.dropFirst(2),
                isOfSuite: false
            )
            #expect(checked.code == 0 && checked.out.contains("\(service) would start"))
        }
    }

    @Test("every mistake is told with its line and the way to put it right, and exits with 65")
    func mistakes() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try write("stop:\n  timeout-ms: 30s\nlog.levl: info\n", "c.yaml", suite)
        try write("SHOAL_DATA_DIRECTORY=/d\nSHOAL_JOURNAL_FILE_MB=64\n", "i.env", suite)
        let arguments = [
            "config", "check", "ingestion", "--config", "c.yaml", "--env-file", "i.env",
        ]
        let checked = try await suite.run(arguments, isOfSuite: false)
        #expect(checked.code == 65, "\(checked.out)")
        for words in [
            "give 30000", "\(suite.folder)/c.yaml:2", "did you mean log.level?", "c.yaml:3",
            "did you mean SHOAL_JOURNAL_FILE_MIB?", "where: i.env:2",
        ] {
            #expect(checked.out.contains(words), "\(words) in \(checked.out)")
        }
        let json = try await suite.run(arguments + ["--json"], isOfSuite: false)
        #expect(json.out.split(separator: "\n").count == 3, "\(json.out)")
        let flag = try await suite.run(
            ["config", "check", "evaluator", "--", "--lane", "4"],
            isOfSuite: false
        )
        #expect(flag.code == 65 && flag.out.contains("did you mean --lanes?"), "\(flag.out)")
        let tcp = try await suite.run(
            [
                "config", "check", "registry", "--", "--data-directory", "/d", "--listen",
                "tcp://127.0.0.1:7100",
            ],
            isOfSuite: false
        )
        #expect(tcp.code == 65 && tcp.out.contains("--development"), "\(tcp.out)")
        #expect(!FileManager.default.fileExists(atPath: "/d"))
    }
}
