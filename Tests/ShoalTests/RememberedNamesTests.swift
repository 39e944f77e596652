// Names of a tail: all of a few, the used ones of many, never more than the room.

import Testing

@testable import ShoalCommand

@Suite struct RememberedNamesTests {
    private func key(_ number: UInt32) -> RememberedNames.Key {
        RememberedNames.Key(partition: 1, number: number)
    }

    @Test("as long as there is room, every name is known and none was forgotten")
    func few() {
        var names = RememberedNames(keptMin: 10)
        for number in UInt32(0)..<10 { names.learn("user-\(number)", of: key(number)) }
        #expect((UInt32(0)..<10).allSatisfy { names.name(of: key($0)) == "user-\($0)" })
        #expect(names.name(of: key(10)) == nil && !names.hasForgotten)
    }

    @Test("of more names than there is room for, those in use stay and the others go")
    func many() {
        var names = RememberedNames(keptMin: 5)
        names.learn("steady", of: key(0))
        for number in UInt32(1)..<1_000 {
            names.learn("user-\(number)", of: key(number))
            #expect(names.name(of: key(0)) == "steady", "after \(number)")
        }
        #expect(names.hasForgotten)
        let known = (UInt32(1)..<1_000).filter { names.name(of: key($0)) != nil }
        #expect(known.count < 10 && known.count >= 4 && known.last == 999, "\(known)")
    }
}
