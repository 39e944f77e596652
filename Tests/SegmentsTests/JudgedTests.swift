// What was judged last is kept for the next who asks about the same.

import Testing

@testable import Segments

@Suite struct JudgedTests {
    private final class Codes: Sendable {
        let passes: [Bool]
        init(_ passes: [Bool]) { self.passes = passes }
    }

    private final class Other: Sendable {}

    @Test("the last judgement is told to whoever asks for its kind, and to nobody else")
    func last() {
        let judged = Judged()
        #expect(judged.last(as: Codes.self) == nil)
        judged.keep(Codes([true]))
        judged.keep(Codes([false, true]))
        #expect(judged.last(as: Codes.self)?.passes == [false, true])
        #expect(judged.last(as: Other.self) == nil)
    }
}
