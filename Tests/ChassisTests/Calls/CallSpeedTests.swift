// How fast calls are: a smoke test, and figures when SHOAL_BENCH is set.

import Basics
import Bus
import Chassis
import Foundation
import Kit
import Messages
import Testing

@Suite("Speed of calls", .serialized)
struct CallSpeedTests {
    @Test(
        "an echo of 200 bytes comes back at 1, 16 and 256 in flight",
        arguments: CallBus.allCases,
        [1, 16, 256]
    )
    func echo(_ kind: CallBus, _ inFlight: Int) async throws {
        let isMeasured = ProcessInfo.processInfo.environment["SHOAL_BENCH"] != nil
        let total = isMeasured ? 20_000 + inFlight * 200 : inFlight * 2
        let rig = CallsRig(kind)
        try await rig.serving { _, _, endpoint in
            let client = rig.client([endpoint]) { $0.channel.inFlightMax = 256 }
            defer { client.close() }
            let catalogue = RegistryV1_CatalogueClient(client)
            let body = [UInt8](repeating: 7, count: 200)
            let options = CallOptions(timeoutMs: 30_000, maxReplyBytes: 512)
            _ = try await catalogue.put(RegistryV1.PutRequest(body: body), options)
            let startNs = rig.clock.monotonicNs
            let each = total / inFlight
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<inFlight {
                    group.addTask {
                        for _ in 0..<each {
                            let answer = try await catalogue.put(
                                RegistryV1.PutRequest(body: body),
                                options
                            )
                            guard answer.document?.body == body else { throw Wrong() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seconds = Double(rig.clock.monotonicNs - startNs) / 1e9
            if isMeasured {
                let rate = Double(each * inFlight) / seconds
                print("\(kind) \(inFlight) in flight: \(Int(rate)) calls/s")
            }
        }
    }

    struct Wrong: Error {}
}
