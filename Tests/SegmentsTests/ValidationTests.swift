// What makes a well-formed definition one nobody can mean, and what is only worth a warning.

import Basics
import Segments
import Testing

@Suite struct ValidationTests {
    @Test(
        "what is refused, where, why and with which hint",
        arguments: table(
            #"""
            {did: {event: A, exactly: 0}}
                condition.did.count: `exactly: 0` never happens: who did something did it at
                least once; write `didNot` for users without such an event
            {all: [{did: {}}, {did: {event: A, exactly: 0, includeZero: true}}]}
                condition.all[1].did.count: `exactly: 0` never happens
            {did: {between: [5, 2]}}
                condition.did.count: the upper end 2 is below the lower end 5; swap them
            {did: {atLeast: -1}}
                condition.did.count: -1 is not between 0 and 1000000000
            {did: {event: ""}}
                condition.did.event: an event's name is empty
            {user: {property: "", equals: 1}}
                condition.user.property: a property's name is empty
            {did: {window: {between: [2025-07-01, 2025-05-01]}}}
                condition.did.window.between: `to` (2025-05-01T00:00:00.000Z) is before `from`
                (2025-07-01T00:00:00.000Z); swap them
            {did: {window: {between: [2025-07-01, 2025-07-01]}}}
                condition.did.window.between: `from` and `to` are the same instant
            {did: {window: {between: {}}}}
                condition.did.window.between: neither end is there; write `window: ever`
            {did: {window: {rolling: 3654d}}}
                condition.did.window.rolling: the duration is longer than 10 years
            {did: {window: {rolling: 30}}}
                condition.did.window.rolling: the duration is shorter than 1 second; a number
                alone is in milliseconds; write 30d for days
            {did: {window: {ago: {from: 30d, to: 60d}}}}
                condition.did.window.ago: `from` (30d ago) is not before `to` (60d ago); swap
                them: `from` is the farther end
            {did: {window: {calendar: {last: 0, unit: month}}}}
                condition.did.window.calendar.last: 0 is not between 1 and 1000; for the running
                month write last: 1, current: include
            {did: {window: {calendar: {unit: day, zone: "Europe/Berln"}}}}
                condition.did.window.calendar.zone: unknown zone "Europe/Berln"; did you mean
                `Europe/Berlin`?
            {user: {property: p, contains: 5}}
                condition.user.contains: `contains` takes a text, not number
            {user: {property: p, lessThan: "5"}}
                condition.user.lessThan: `lessThan` takes a number, a version or an instant, not
                text; for a number leave the quotation marks out; for a version write {version:
                "5"}
            {user: {property: p, lessThan: "5.2.1"}}
                condition.user.lessThan: `lessThan` takes a number, a version or an instant, not
                text; write {version: "5.2.1"}
            {user: {property: p, atLeast: 2025-01-01}}
                condition.user.atLeast: `atLeast` takes a number, a version or an instant, not
                text; write {instant: 2025-01-01}
            {user: {property: p, greaterThan: true}}
                condition.user.greaterThan: `greaterThan` takes a number, a version or an
                instant, not true or false
            {user: {property: p, equals: {version: v5}}}
                condition.user.equals: "v5" is not a version
            {user: {property: p, between: [5, 2]}}
                condition.user.between: the upper end is below the lower end; swap them
            {user: {property: p, between: [5, {version: "6"}]}}
                condition.user.between: the two ends are of different types
            {user: {property: p, withinLast: 5000d}}
                condition.user.withinLast: the duration is longer than 10 years
            {user: {property: p, matches: "a(b"}}
                condition.user.matches: character 4 of the expression: the group is not closed;
                write `)`
            {user: {property: p, matches: 5}}
                condition.user.matches: `matches` takes a regular expression, not number
            {user: {property: p, matches: {version: "5"}}}
                condition.user.matches: `matches` takes no version
            {user: {property: p, onDay: 12-24}}
                condition.user.onDay: no day; write 2025-05-01 or today
            {user: {property: p, onDay: 2025-02-29}}
                condition.user.onDay: no day
            {user: {property: p, sameDayOfYear: 2024-12-24}}
                condition.user.sameDayOfYear: no day of the year; write it such as 12-24, or today
            {user: {property: p, withinKm: {latitude: 91, longitude: 0, km: 5}}}
                condition.user.withinKm: no place on the globe, or no distance on it
            {user: {property: p, withinKm: {latitude: 1, longitude: 0, km: 0}}}
                condition.user.withinKm: no place on the globe, or no distance on it
            {did: {sum: {property: amount, between: [5, 2]}}}
                condition.did.sum.between: the upper end 2 is below the lower end 5; swap them
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.operation == .check)
        #expect(found.description.hasPrefix(row.expected), "\(found)")
        #expect(!found.isRetriable)
    }

    @Test(
        "what the wire may bring and no document can",
        arguments: [
            (PropertyFilter("p", .equals, []), "`equals` takes 1 operands, not 0"),
            (PropertyFilter("p", .exists, [.bool(true)]), "`exists` takes 0 operands, not 1"),
            (PropertyFilter("p", .in, []), "`in` takes 1 to 1000 operands, not 0"),
            (PropertyFilter("p", .equals, [.value(.list([]))]), "an operand cannot be a list"),
            (PropertyFilter("p", .equals, [.duration(ms: 5)]), "a duration is no value"),
            (PropertyFilter("p", .withinLast, [.text("30d")]), "`withinLast` takes a duration"),
            (PropertyFilter("p", .before, [.version("5")]), "`before` takes no version"),
            (PropertyFilter("p", .before, [.number(.zero)]), "`before` takes an instant"),
            (
                PropertyFilter("p", .equals, [.instant(Timestamp(ms: .max))]),
                "the instant is outside"
            ),
            (
                PropertyFilter("p", .equals, [.text(String(repeating: "x", count: 1025))]),
                "the text is longer than 1024 bytes"
            ),
        ]
    )
    func operandsOfTheWire(_ row: (filter: PropertyFilter, text: String)) throws {
        let validation = Validation(Definition(.user(UserProperty(row.filter))))
        let problem = try #require(validation.errors.first)
        #expect(problem.code == .operand)
        #expect(problem.message.hasPrefix(row.text), "\(problem)")
        #expect(throws: DefinitionProblem.self) {
            try Plan(Definition(.user(UserProperty(row.filter))))
        }
    }

    @Test("nodes that are no tree are refused, whatever their size, without recursion")
    func notATree() {
        let leaf = Condition.did(Did(EventMatch()))
        func code(_ nodes: [Condition]) -> DefinitionProblem.Code? {
            Validation(Definition(nodes: nodes)).errors.first?.code
        }
        #expect(code([]) == .missingField)
        #expect(code([.all(AllOf([0]))]) == .notATree)
        #expect(code([.all(AllOf([1])), .all(AllOf([0]))]) == .notATree)
        #expect(code([.all(AllOf([1, 1])), leaf]) == .notATree)
        #expect(code([.all(AllOf([1, 2])), .not(Not(2)), leaf]) == .notATree)
        #expect(code([leaf, leaf]) == .notATree)
        #expect(code([.not(Not(7))]) == .notATree)
        #expect(code([.not(Not(-1))]) == .notATree)
        #expect(code([.not(Not(children: []))]) == .shape)
        #expect(code([.not(Not(children: [1, 2])), leaf, leaf]) == .shape)
        let chain = (1...1_000).map { Condition.not(Not($0)) } + [leaf]
        #expect(code(Array(chain.suffix(1_000))) == .notATree)
        let thousandDeep = (1..<1_000).map { Condition.not(Not($0)) } + [leaf]
        #expect(code(thousandDeep) == .tooDeep)
        let hugeChain = (1..<100_000).map { Condition.not(Not($0)) } + [leaf]
        #expect(code(hugeChain) == .tooMany)
        let wide =
            [Condition.any(AnyOf(Array(1..<100_000)))]
            + Array(repeating: leaf, count: 99_999)
        #expect(code(wide) == .tooMany)
        #expect(code([.any(AnyOf(Array(1..<1_000)))] + Array(repeating: leaf, count: 999)) == nil)
    }

    @Test("too many names, filters, sums and operands are refused")
    func tooMany() {
        let filter = PropertyFilter("p", .exists)
        let wide = [
            Did(EventMatch((0..<65).map { ExactName("e\($0)") })),
            Did(EventMatch(where: Array(repeating: filter, count: 65))),
            Did(EventMatch(), sums: Array(repeating: SumTest("p", .atLeast(.zero)), count: 9)),
        ]
        for did in wide {
            #expect(Validation(Definition(.did(did))).errors.first?.code == .tooMany)
        }
        let operands = (0...1_000).map { Operand.number(Number($0)) }
        let many = PropertyFilter("p", .in, operands)
        #expect(
            Validation(Definition(.user(UserProperty(many)))).errors.first?.code == .operand
        )
    }

    @Test("a name longer than 128 bytes is refused, by bytes and not by characters")
    func longNames() {
        let names = [String(repeating: "x", count: 129), String(repeating: "é", count: 65)]
        for name in names {
            let found = problem(of: "{did: {event: [A, \(name)]}}")
            #expect(found?.code == .name)
            #expect(found?.place == "condition.did.event[1]")
        }
        #expect(problem(of: "{did: {event: \(String(repeating: "é", count: 64))}}") == nil)
    }

    @Test("problems are bounded however many there are")
    func bounded() {
        let bad = Condition.user(UserProperty(PropertyFilter("", .equals, [])))
        let nodes = [Condition.all(AllOf(Array(1..<1_000)))] + Array(repeating: bad, count: 999)
        #expect(Validation(Definition(nodes: nodes)).errors.count == DefinitionLimits.problems)
    }
}

@Suite struct VocabularyTests {
    private static func vocabulary() -> Vocabulary {
        var vocabulary = Vocabulary()
        vocabulary.note(
            event: "Charged",
            [("amount", .number(Number(5))), ("city", .text("Pune")), ("tags", .list([]))]
        )
        vocabulary.note(event: "App Launched", [("appVersion", .text("5.2"))])
        vocabulary.note(userProperty: "age", .number(Number(30)))
        vocabulary.note(userProperty: "zip", .text("10115"))
        return vocabulary
    }

    @Test(
        "what is probably not meant",
        arguments: table(
            #"""
            {did: {event: Chargd}}
                condition.did.event: no event "Chargd" has been seen; did you mean "Charged"?
            {did: {event: Charged, where: [{property: ammount, atLeast: 1}]}}
                condition.did.where[0].property: no property "ammount" of "Charged" has been
                seen; did you mean "amount"?
            {did: {where: [{property: appversion, equals: "5"}]}}
                condition.did.where[0].property: no property "appversion" of "events" has been
                seen; did you mean "appVersion"?
            {user: {property: agee, atLeast: 3}}
                condition.user.property: no property "agee" of "users" has been seen; did you
                mean "age"?
            {user: {property: age, equals: "30"}}
                condition.user: "age" is compared as text, but all its values are number; types
                do not mix; write the value without quotation marks
            {user: {property: zip, equals: 10115}}
                condition.user: "zip" is compared as number, but all its values are text
            {did: {event: Charged, where: [{property: tags, contains: x}]}}
                condition.did.where[0]: "tags" is compared as text, but all its values are list;
                types do not mix; for lists write hasAny, hasAll or hasNone
            {did: {event: Charged, sum: {property: city, atLeast: 1}}}
                condition.did.sum: "city" is compared as number, but all its values are text
            {did: {event: Charged, atMost: 0}}
                condition.did.count: no user can match
            {did: {atLeast: 0, includeZero: true}}
                condition.did.count: every user matches; leave the condition out
            {any: []}
                condition.any: no user can match
            {user: {property: zip, startsWith: ""}}
                condition.user.startsWith: every text passes; write `exists: true`
            {user: {property: zip, matches: "a*"}}
                condition.user.matches: every text has such a part, the empty one; write ^ and $
            {user: {property: age, matches: "^3"}}
                condition.user: "age" is compared as text, but all its values are number; types
                do not mix
            {user: {property: age, onDay: today}}
                condition.user: "age" is compared as text or instant, but all its values are
                number
            {bucket: {salt: a, from: 0, to: 100}}
                condition.bucket: every user is in it
            {rfm: {event: Charged}}
                condition.rfm: every cell is meant; write `did`
            {user: {property: age, exists: true, ignoreCase: true}}
                condition.user.ignoreCase: `exists` does not compare texts; leave it out
            """#
        )
    )
    func warnings(_ row: (document: String, expected: String)) throws {
        let validation = Validation(
            try condition(row.document),
            vocabulary: Self.vocabulary()
        )
        #expect(validation.isValid)
        #expect(validation.warnings.count == 1, "\(validation.warnings)")
        #expect(
            validation.warnings.first?.description.hasPrefix(row.expected) == true,
            "\(validation.warnings)"
        )
    }

    @Test(
        "what fits is not warned of",
        arguments: [
            "{did: {event: Charged, where: [{property: amount, atLeast: 1}]}}",
            #"{did: {where: [{property: appVersion, atLeast: {version: "5"}}]}}"#,
            "{did: {event: Charged, where: [{property: tags, hasAny: [x]}]}}",
            "{user: {property: zip, before: 2025-01-01}}",
            "{user: {property: age, exists: true}}",
        ]
    )
    func noWarnings(_ document: String) throws {
        #expect(
            Validation(try condition(document), vocabulary: Self.vocabulary()).warnings.isEmpty
        )
    }
}
