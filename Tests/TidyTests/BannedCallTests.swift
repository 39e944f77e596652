// Time, chance, disk and tasks come in through doors; the rule can fail.
import Testing

struct BannedCallTests {
    @Test("no banned call stands outside its place, and no place is listed in vain")
    func tree() {
        expectNone(BannedCalls.findings(in: Tree.product + Tree.generated))
        expectNone(BannedCalls.stale(in: Tree.product))
    }

    @Test("a random choice names its generator, so that a seed repeats it")
    func chance() {
        expectNone(BannedCalls.chance(in: Tree.product + Tree.tests))
        for line in ["let a = Int.random(in: 0..<9)", "b.shuffled()", "Bool.random()"] {
            #expect(BannedCalls.chance(in: [SourceFile("Shared/Log/A.swift", line)]).count == 1)
        }
        for line in ["Int.random(\n    in: a,\n    using: &chance)", "b.shuffled(using: &chance)"] {
            #expect(BannedCalls.chance(in: [SourceFile("Shared/Log/A.swift", line)]) == [])
        }
    }

    @Test("what must run to completion does not await")
    func suspensions() {
        expectNone(BannedCalls.suspensions(in: Tree.product))
        for place in BannedCalls.neverSuspends {
            #expect(Tree.product.contains { $0.isUnder(place) }, "\(place) is gone: take it out")
        }
        let file = SourceFile("Shared/Log/A.swift", "func f() async {\n    await g()\n}")
        #expect(BannedCalls.suspensions(in: [file]).map(\.line) == [2])
        #expect(BannedCalls.suspensions(in: [SourceFile("Shared/Wire/A.swift", "await g()")]) == [])
    }

    @Test("no test sleeps")
    func tests() {
        expectNone(BannedCalls.findings(in: Tree.tests, calls: BannedCalls.tests))
        let file = SourceFile("Tests/ATests/A.swift", "try await Task.sleep(for: .seconds(1))")
        #expect(BannedCalls.findings(in: [file], calls: BannedCalls.tests).count == 1)
    }

    @Test(
        "each banned call is found, and told what to say instead",
        arguments: [
            ("let a = Date()", "Clock"), ("let a = ContinuousClock().now", "Clock"),
            ("let a = SuspendingClock.now", "Clock"), ("DispatchTime.now()", "Clock"),
            ("var a = SystemRandomNumberGenerator()", "SeededRandom"), ("UUID()", "SeededRandom"),
            ("ProcessInfo.processInfo", "configuration"), ("FileManager.default", "Disk"),
            ("getenv(\"A\")", "configuration"), ("setenv(\"A\", \"b\", 1)", "configuration"),
            ("try await Task.sleep(nanoseconds: 1)", "Clock"), ("Thread.sleep(1)", "Clock"),
            ("usleep(1)", "Clock"), ("AsyncStream<Int> { a in }", "limit"),
            ("let a = try! b()", "handle"), ("let a = try? b()", "handle"),
            ("let a = b as! C", "as?"), ("fatalError(\"a\")", "precondition"),
            ("print(a)", "logger"), ("Task { await a() }", "owner"),
            ("Task.detached { a() }", "owner"), ("DispatchQueue.main", "OwnThread"),
        ]
    )
    func found(line: String, instead: String) {
        let findings = BannedCalls.findings(in: [SourceFile("Shared/Log/A.swift", line)])
        #expect(findings.count == 1)
        #expect(findings.first?.message.contains(instead) == true)
    }

    @Test(
        "what only looks like one passes",
        arguments: [
            "let a = CivilDate()", "let a = Date(timeIntervalSince1970: b)", "group.addTask { a }",
            "let a = Int.random(in: 0..<9, using: &chance)", "// Date()", "let a = \"print(\"",
            "let a = b as? C", "fingerprint(a)",
        ]
    )
    func passes(line: String) {
        #expect(BannedCalls.findings(in: [SourceFile("Shared/Log/A.swift", line)]) == [])
    }

    @Test("a permission that nothing uses is found")
    func stale() {
        let call = BannedCall(["print("], instead: "a", places: ["Services/Shoal": "b"])
        let using = SourceFile("Services/Shoal/A.swift", "print(a)")
        #expect(BannedCalls.stale(in: [using], calls: [call]) == [])
        #expect(BannedCalls.stale(in: [], calls: [call]).count == 1)
    }
}
