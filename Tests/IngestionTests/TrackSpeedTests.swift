// How fast Track is over real sockets: a smoke test, and figures when SHOAL_BENCH is set.

import Basics
import Bus
import Foundation
import Messages
import Testing

@testable import Ingestion

@Suite("Speed of Track", .serialized)
struct TrackSpeedTests {
    @Test("batches of 500 events, 8 in flight over ipc, are all taken once")
    func track() async throws {
        let isMeasured = ProcessInfo.processInfo.environment["SHOAL_BENCH"] != nil
        let (batches, size, inFlight) = isMeasured ? (400, 500, 8) : (8, 50, 8)
        let rig = try ServiceRig(over: NanomsgBus(clock: SystemClock()), partitions: 64)
        try await rig.running { client in
            let requests = (0..<batches).map { Self.request($0, size) }
            let startNs = rig.clock.monotonicNs
            try await withThrowingTaskGroup(of: UInt32.self) { group in
                for caller in 0..<inFlight {
                    group.addTask {
                        var accepted: UInt32 = 0
                        for index in stride(from: caller, to: batches, by: inFlight) {
                            let options = CallOptions(timeoutMs: 30_000, project: shop)
                            accepted += try await client.track(requests[index], options).accepted
                        }
                        return accepted
                    }
                }
                var accepted: UInt32 = 0
                for try await count in group { accepted += count }
                #expect(accepted == UInt32(batches * size))
            }
            let seconds = Double(rig.clock.monotonicNs - startNs) / 1e9
            if isMeasured {
                let rate = Int(Double(batches * size) / seconds)
                print("Track, \(size) a batch, \(inFlight) in flight: \(rate) events/s")
            }
            let again = try await client.track(requests[0], shopCall)
            #expect(again.duplicates == UInt32(size))
        }
    }

    /// Events of about 200 bytes of 20,000 users.
    private static func request(_ batch: Int, _ size: Int) -> IngestionV1.TrackRequest {
        IngestionV1.TrackRequest(
            records: (0..<size).map { index in
                let number = batch * size + index
                return Sent.event(
                    "customer-\(number &* 7_919 % 20_000)",
                    ["App Launched", "Charged", "Song Played"][number % 3],
                    id: "0123456789abcdef-\(number)",
                    at: start.ms + Int64(number),
                    [
                        Sent.property("amount", .number(Double(number % 1_000) / 10)),
                        Sent.property("city", .text(["Pune", "Berlin", "Cairo"][number % 3])),
                        Sent.property("version", .text("5.\(number % 12).0")),
                        Sent.property("premium", .flag(number % 2 == 0)),
                        Sent.property("source", .text("campaign-\(number % 50)")),
                    ]
                )
            }
        )
    }
}
