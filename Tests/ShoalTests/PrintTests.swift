// Tests of what is printed: quantities, tables, JSON, progress.

import Testing

@testable import ShoalCommand

@Suite struct PrintTests {
    @Test("a row of numbers is a row of bars, as wide as it may be")
    func sparklines() {
        #expect(Sparkline.text([]) == "")
        #expect(Sparkline.text([0, 0]) == "▁▁")
        #expect(Sparkline.text([0, 1, 4, 8]) == "▁▂▅█")
        #expect(Sparkline.text([1, 8, 0, 0], widthMax: 2) == "█▁")
        #expect(Sparkline.text(Array(repeating: .max, count: 1_000)).count == 60)
    }

    @Test("quantities read as people write them")
    func quantities() {
        #expect(
            [0, 999, 1_000, -1_234_567].map { Quantity.count($0) } == [
                "0", "999", "1,000", "-1,234,567",
            ]
        )
        #expect(
            [0, 1_023, 1_024, 4 << 20, 300 << 20].map { Quantity.bytes($0) } == [
                "0 B", "1023 B", "1.0 KiB", "4.0 MiB", "300 MiB",
            ]
        )
        #expect(
            [0, 950.4, 61_234, 1_300_000, .infinity].map(Quantity.rate) == [
                "0/s", "950/s", "61.2 k/s", "1.3 M/s", "0/s",
            ]
        )
        #expect(
            [0.0008, 0.5, 1.25, 12, 185, 7_800, -1].map { Quantity.duration(seconds: $0) } == [
                "0.8 ms", "500 ms", "1.3 s", "12 s", "3 min 5 s", "2 h 10 min", "?",
            ]
        )
        #expect(Quantity.share(1, of: 8) == "12.5 %" && Quantity.share(0, of: 0) == "0 %")
        #expect(
            Quantity.fixed(-0.04, places: 1) == "0.0" && Quantity.fixed(2.345, places: 2) == "2.35"
        )
    }

    @Test("columns are as wide as their widest cell, line breaks are gone")
    func table() {
        var table = Table([("NAME", .left), ("N", .right)])
        table.add(["a\nb", "1"])
        table.add(["x", "1,000", "dropped"])
        table.add(["y"])
        #expect(table.text == "NAME      N\na b       1\nx     1,000\ny\n")
    }

    @Test("what users sent does nothing to a terminal: control characters are written out")
    func plain() {
        #expect(PlainText.line("é\u{1B}[2J\u{2028}") == #"é\u{1b}[2J\u{2028}"#)
        var table = Table([("NAME", .left)])
        table.add(["\u{1B}c"])
        #expect(table.text == "NAME\n\\u{1b}c\n")
    }

    @Test("at a terminal headings and states are coloured, widths and line ends stay as they are")
    func colours() {
        let ink = Ink(isTerminal: true, environment: ["TERM": "xterm"])
        var table = Table([("NAME", .left), ("STATE", .state)])
        table.add(["ok", "live"])
        table.add(["evaluator-1", "lost"])
        table.add(["x", "asleep"])
        #expect(
            table.text(ink) == """
                \u{1B}[1mNAME\u{1B}[0m         \u{1B}[1mSTATE\u{1B}[0m
                ok           \u{1B}[32mlive\u{1B}[0m
                evaluator-1  \u{1B}[31mlost\u{1B}[0m
                x            asleep

                """
        )
        let error = CommandError(.notFound, "ask", "there is none", hint: "make one")
        #expect(error.text(ink).hasPrefix("\u{1B}[31mshoal:\u{1B}[0m there is none\n"))
        #expect(error.text(.none) == "shoal: there is none\n  hint:  make one\n")
    }

    @Test(
        "there are no colours in pipes, at dumb terminals, and where nobody wants any",
        arguments: [
            (false, ["TERM": "xterm"]), (true, ["TERM": "dumb"]), (true, [:]),
            (true, ["TERM": "xterm", "NO_COLOR": "1"]),
        ] as [(Bool, [String: String])]
    )
    func plain(_ isTerminal: Bool, _ environment: [String: String]) {
        let ink = Ink(isTerminal: isTerminal, environment: environment)
        #expect(ink.paint("yes", .good) == "yes" && ink == .none)
        // An empty NO_COLOR is none.
        let wanted = Ink(isTerminal: true, environment: ["TERM": "xterm", "NO_COLOR": ""])
        #expect(wanted.paint("yes", .good) == "\u{1B}[32myes\u{1B}[0m")
    }

    @Test("JSON keeps order and integers, and escapes what must be")
    func json() {
        let value = JSONText.object([
            ("z", .unsigned(.max)), ("a", "q\"\\\n\u{1}é"), ("l", .list([.null, true, 1])),
            ("d", .double(.nan)),
        ])
        #expect(
            value.line
                == #"{"z":18446744073709551615,"a":"q\"\\\n\u0001é","l":[null,true,1],"d":null}"#
        )
    }

    @Test("progress tells share, count, rate and time left, and only what can be known")
    func progress() {
        var line = ProgressLine(
            title: "f",
            done: 25,
            whole: 100,
            count: 2_000,
            countedHere: 1_000,
            seconds: 2
        )
        #expect(line.text == "f  [######..................] 25 %  2,000  500/s  6.0 s left")
        line.whole = 0
        #expect(line.secondsLeft == nil && line.text == "f  2,000  500/s")
        line.whole = 20
        #expect(line.secondsLeft == nil && line.text.contains("100 %"))
        line.seconds = 0
        #expect(line.perSecond == 0)
    }

    @Test("exit codes are the documented ones, each with its meaning")
    func exitCodes() {
        let codes = CommandExit.allCases.map(\.rawValue)
        #expect(codes == [0, 2, 64, 65, 66, 69, 70, 73, 74, 75, 77, 130])
        for code in CommandExit.allCases {
            #expect(CommandExit.help.contains("\(code.rawValue)") && !code.meaning.isEmpty)
        }
    }
}
