// How fast messages come in: the small size of the benchmark, so that it never rots.
import Basics
import Messages
import Testing

@Suite struct DecodeSpeedTests {
    @Test("a batch of 500 events decodes and encodes in both directions")
    func smoke() throws {
        let request = Sample.batch(500, properties: 6)
        let bytes = try request.encode()
        let clock = ContinuousClock()
        var records = 0
        let rounds = 4
        let decoding = try clock.measure {
            for _ in 0..<rounds {
                records += try IngestionV1.TrackRequest.decode(bytes).records.count
            }
        }
        var size = 0
        let encoding = try clock.measure {
            for _ in 0..<rounds { size += try request.encode().count }
        }
        #expect(records == 500 * rounds)
        #expect(size == bytes.count * rounds)
        print(
            "decode \(decoding / (500 * rounds)) an event, encode \(encoding / (500 * rounds)), "
                + "\(bytes.count / 500) bytes an event"
        )
    }
}
