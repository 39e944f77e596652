// Limits: the protocol's table, and the relations between its rows.

import Basics
import Testing

struct LimitsTests {
    @Test("the limits hang together")
    func relations() {
        Limits.checkRelations()
    }

    @Test("the numbers are the protocol's")
    func table() {
        #expect(Limits.clientFrameBytes == 4_259_840)
        #expect(Limits.serviceFrameBytes == 16_777_216)
        #expect(Limits.headerBytes == 65_536)
        #expect(Limits.batchRecords == 10_000)
        #expect(Limits.eventBytes == 32_768)
        #expect(Limits.eventProperties == 256)
        #expect(Limits.definitionNodes == 1_000)
        #expect(Limits.definitionDepth == 32)
        #expect(Limits.callsPerClient == 64)
        #expect(Limits.callsPerServer == 1_024)
        #expect(Limits.dictionaryValues == 1_000_000)
    }
}
