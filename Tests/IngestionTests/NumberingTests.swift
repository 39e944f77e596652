// Numbers dense per project and partition, the first event id wins: held against a naive model.

import Basics
import Testing

@testable import Ingestion

@Suite("Numbering")
struct NumberingTests {
    /// Keeps everything ever written in lists, and looks through them.
    struct Model {
        var users: [(project: ProjectName, partition: Partition, user: String)] = []
        var records:
            [(project: ProjectName, user: String, id: String?, line: String?, place: LogPlace)] = []

        func number(_ project: ProjectName, _ record: CheckedRecord) -> Int? {
            users.filter { $0.project == project && $0.partition == record.partition }
                .firstIndex { $0.user.utf8.elementsEqual(record.user.text.utf8) }
        }

        func repeated(_ project: ProjectName, _ record: CheckedRecord, line: String?) -> LogPlace? {
            let byID = records.first {
                $0.project == project && $0.user.utf8.elementsEqual(record.user.text.utf8)
                    && $0.id != nil && $0.id == record.eventID
            }
            let byLine = records.first { $0.project == project && line != nil && $0.line == line }
            return (byID ?? byLine)?.place
        }
    }

    /// What an index would say, kept in memory.
    struct Index {
        var numbers: [ProjectUser: UserNumber] = [:]
        var next: [Numbering.ProjectPartition: UInt32] = [:]
        var events: [[UInt8]: LogPlace] = [:]
        var lines: [[UInt8]: LogPlace] = [:]

        func sighting(_ project: ProjectName, _ record: CheckedRecord, _ importID: String?)
            -> Sighting
        {
            var sighting = Sighting(
                number: numbers[ProjectUser(project: project, user: record.user)]
            )
            if let number = sighting.number, let id = record.eventID {
                sighting.keys.event = IndexKey.event(project, record.partition, number, id)
            }
            if let importID, let line = record.line {
                sighting.keys.line = IndexKey.line(project, importID, line)
            }
            sighting.eventPlace = sighting.keys.event.flatMap { events[$0] }
            sighting.linePlace = sighting.keys.line.flatMap { lines[$0] }
            return sighting
        }
    }

    private func record(_ user: String, id: String? = nil, line: UInt64? = nil) throws
        -> CheckedRecord
    {
        try checking().check(Sent.event(user, id: id), line: line)
    }

    @Test("users get dense numbers per project and partition in the order they come")
    func dense() throws {
        var numbering = Numbering(next: [:])
        var counts: [Partition: UInt32] = [:]
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let record = try record(name)
            var sighting = Sighting()
            #expect(numbering.repeated(record, of: shop, &sighting) == nil)
            let taken = numbering.taken(record, of: shop, &sighting)
            #expect(taken.isNew)
            #expect(taken.number == UserNumber(counts[record.partition, default: 0]))
            counts[record.partition, default: 0] += 1
            // The same user again, and in another project anew.
            var again = Sighting()
            _ = numbering.repeated(record, of: shop, &again)
            #expect(numbering.taken(record, of: shop, &again) == (taken.number, false))
            var elsewhere = Sighting()
            _ = numbering.repeated(record, of: music, &elsewhere)
            #expect(numbering.taken(record, of: music, &elsewhere).isNew)
        }
    }

    @Test("a user is new once, though texts look alike: identifiers are their bytes")
    func bytes() throws {
        var numbering = Numbering(next: [:])
        for name in ["caf\u{E9}", "cafe\u{301}"] {
            var sighting = Sighting()
            let record = try record(name)
            _ = numbering.repeated(record, of: shop, &sighting)
            #expect(numbering.taken(record, of: shop, &sighting).isNew)
        }
    }

    @Test("a record that is not taken gives no number away")
    func untaken() throws {
        let numbering = Numbering(next: [:])
        var sighting = Sighting()
        #expect(numbering.repeated(try record("a", id: "1"), of: shop, &sighting) == nil)
        #expect(numbering.given.isEmpty && numbering.next.isEmpty)
    }

    @Test("agrees with a naive model over random groups", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func model(_ seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var (model, index, ends) = (Model(), Index(), [Partition: UInt64]())
        for _ in 0..<60 {
            var numbering = Numbering(next: index.next)
            var remembered: [(SeenKeys, LogPlace)] = []
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let project = Bool.random(using: &random) ? shop : music
                let importID = Int.random(in: 0..<3, using: &random) == 0 ? "i" : nil
                let line = importID == nil ? nil : UInt64.random(in: 1...30, using: &random)
                let record = try checking(project).check(
                    Sent.event(
                        "user-\(Int.random(in: 0..<12, using: &random))",
                        id: Bool.random(using: &random)
                            ? nil : "id-\(Int.random(in: 0..<8, using: &random))"
                    ),
                    line: line
                )
                var sighting = index.sighting(project, record, importID)
                let expected = model.repeated(project, record, line: line.map { "i\($0)" })
                let found = numbering.repeated(record, of: project, &sighting)
                #expect(found == expected)
                guard found == nil else { continue }
                let known = model.number(project, record)
                let taken = numbering.taken(record, of: project, &sighting)
                #expect(taken.isNew == (known == nil))
                if known == nil {
                    model.users.append((project, record.partition, record.user.text))
                }
                #expect(Int(taken.number.value) == model.number(project, record))
                let place = LogPlace(
                    partition: record.partition,
                    offset: LogOffset(ends[record.partition, default: 0])
                )
                ends[record.partition, default: 0] += 1
                numbering.remembered(sighting.keys, at: place)
                remembered.append((sighting.keys, place))
                model.records.append(
                    (project, record.user.text, record.eventID, line.map { "i\($0)" }, place)
                )
            }
            index.next.merge(numbering.next) { $1 }
            index.numbers.merge(numbering.given.mapValues(\.number)) { $1 }
            for (keys, place) in remembered {
                if let key = keys.event { index.events[key] = place }
                if let key = keys.line { index.lines[key] = place }
            }
        }
        #expect(model.users.count > 15 && model.records.count > 200)
    }
}
