// A file of variables is read as systemd reads it, and each variable has its line.

import Testing

@testable import ShoalCommand

@Suite struct EnvironmentFileTests {
    @Test("comments and blank lines are passed over, quotes taken away, the later setting holds")
    func reading() throws {
        let text = """
            # Settings

            ; more
            SHOAL_LANES=2
              SHOAL_NAME = no
            """
        #expect(throws: CommandError.self) { try EnvironmentFile(text, path: "/e") }
        let file = try EnvironmentFile(
            "# a\n\nSHOAL_LANES=2\n SHOAL_NAME=\"a b\" \nSHOAL_LANES='4'\nEMPTY=\n",
            path: "/etc/shoal/e.env"
        )
        #expect(file.values == ["SHOAL_LANES": "4", "SHOAL_NAME": "a b", "EMPTY": ""])
        #expect(file.place(of: "SHOAL_LANES") == "/etc/shoal/e.env:5")
        #expect(file.place(of: "HOME") == nil)
    }

    @Test(
        "a line that is no variable is refused with its place",
        arguments: ["=1", "export A=1", "A"]
    )
    func refused(_ line: String) throws {
        do {
            _ = try EnvironmentFile("B=1\n\(line)\n", path: "/e")
            Issue.record("\(line) is no variable")
        } catch {
            #expect(error.code == .badData && error.place == "/e:2")
        }
    }
}

@Suite struct EffectiveConfigTests {
    private let output = """
        {"key":"lanes","origin":"SHOAL_LANES","value":"4","unit":"threads","overrides":"/c.yaml:3"}
        {"key":"listen","origin":"default"}
        {"refused":"there is no variable SHOAL_LANE","where":"environment","hint":"like it?"}

        """

    @Test("a variable's origin is the line of the file that sets it, also of one nobody knows")
    func origins() throws {
        let file = try EnvironmentFile("SHOAL_LANES=4\nSHOAL_LANE=4\n", path: "/e.env")
        let found = try EffectiveConfig(
            output: output,
            lastWords: "",
            isRefused: true,
            file: file
        )
        #expect(found.settings.map(\.origin) == ["/e.env:1", "default"])
        #expect(found.settings[0].overrides == ["/c.yaml:3"] && found.settings[1].value == nil)
        #expect(found.refusals.map(\.place) == ["/e.env:2"])
    }

    @Test("a program that ended before it could tell more is quoted with its last words")
    func lastWords() throws {
        let words = "shoal-evaluator: there is no flag --lane\n  where: command line\n  hint:  x\n"
        let found = try EffectiveConfig(output: "", lastWords: words, isRefused: true, file: nil)
        let refusal = EffectiveConfig.Refusal(
            what: "there is no flag --lane",
            place: "command line",
            hint: "x"
        )
        #expect(found.refusals == [refusal])
        let silent = try EffectiveConfig(output: "", lastWords: "", isRefused: true, file: nil)
        #expect(silent.refusals.map(\.what) == ["it ended without a word"])
    }
}
