// In what two live segments differ is said part by part.

import Segments
import Testing

@Suite struct LiveDiffTests {
    private func diff(_ before: String, _ after: String) throws -> [LiveDiff.Change] {
        try LiveDiff(
            from: LiveReader.read(plain(before)).definition,
            to: LiveReader.read(plain(after)).definition
        ).changes
    }

    @Test("each part that is said otherwise, in the order of the document")
    func parts() throws {
        let changes = try diff(
            "{trigger: {action: A}, stay: 1h, limit: once}",
            "{trigger: {action: {event: A, nth: 3}}, stay: 2h}"
        )
        #expect(changes.map(\.place) == ["trigger", "stay", "limit"])
        #expect(changes[0].before == #""A" happens"#)
        #expect(changes[1].after == "stays for 2 hours")
        #expect(changes[2].before == "once" && changes[2].after == nil)
    }

    @Test("within a condition that stands in both, its leaves")
    func leaves() throws {
        let changes = try diff(
            "{trigger: {action: A}, filter: {all: [{did: {event: B}}, {did: {event: C}}]}}",
            "{trigger: {action: A}, filter: {all: [{did: {event: B}}, {did: {event: D}}]}}"
        )
        #expect(changes.count == 1)
        #expect(changes.first?.place.hasPrefix("filter.all[1]") == true, "\(changes)")
        #expect(changes.first?.before == #"did "C""# && changes.first?.after == #"did "D""#)
    }

    @Test("the same says nothing")
    func same() throws {
        let live = "{trigger: {becomes: {did: {event: A}}}, stay: {while: {did: {event: B}}}}"
        #expect(try diff(live, live).isEmpty)
    }
}
