// Who is known and who is anonymous: read, said, answered and explained.

import Basics
import Segments
import Testing

@Suite struct KnownTests {
    private static let at = Timestamp(ms: 1_746_144_000_000)

    /// A user's history by words on who it is, each in a later record.
    private func history(_ words: PropertyValue?...) -> UserHistory {
        UserHistory(
            versions: words.enumerated().map { place, value in
                UserHistory.PropertyVersion(
                    Known.anonymity,
                    value,
                    since: nil,
                    position: LogOffset(UInt64(place))
                )
            }
        )
    }

    @Test("a universe of known users bounds the whole and what its negations are taken against")
    func universe() throws {
        let text = "{universe: known, condition: {not: {did: {event: A}}}}"
        let definition = try DefinitionReader.read(plain(text)).definition
        #expect(definition.universe == .known)
        let said = "not (did \"A\"), among those who are known"
        #expect(try Sentence.say(definition) == said && Sentence.read(said) == definition)
        let plan = try Plan(definition)
        let (nobody, visitor) = (history(), history(Known.anonymous))
        let identified = history(Known.anonymous, nil)
        #expect(plan.isMember(nobody, at: Self.at) && plan.isMember(identified, at: Self.at))
        #expect(!plan.isMember(visitor, at: Self.at))
        // Who is known is so as of every instant.
        #expect(plan.isMember(identified, at: .earliest))
        let told = plan.explain(visitor, at: Self.at)
        #expect(
            told.lines[0] == "not a member: outside the universe of those who are known: anonymous"
        )
        #expect(told.flip == .never)
    }

    @Test("as a condition it goes with others, and under `not` it finds anonymous users")
    func asCondition() throws {
        let definition = try condition("{not: {known: true}}")
        #expect(try Sentence.say(definition) == "not (is known)")
        #expect(try Sentence.read("not (is known)") == definition)
        let plan = try Plan(definition)
        #expect(plan.isMember(history(Known.anonymous), at: Self.at))
        #expect(!plan.isMember(history(), at: Self.at))
        #expect(!plan.isMember(history(Known.anonymous, nil), at: Self.at))
        let found = try Plan(Definition(.known(Known()))).explain(history(), at: Self.at)
        #expect(found.lines[0] == "a member: known")
        #expect(throws: DefinitionProblem.self) {
            try condition("{known: false}")
        }
    }
}
