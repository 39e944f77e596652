// A call ended by somebody else: its caller hears it at once, others go on.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Testing

@Suite("Ending calls")
struct CallEnderTests {
    @Test("a call that is ended is answered CANCELLED, also when its handler does not return")
    func ends() async throws {
        let rig = CallsRig()
        let gate = Gate(clock: rig.clock)
        let ender = CallEnder()
        var options = RPCServerOptions()
        options.ender = ender
        let parrot = Parrot(put: { (_, _) async throws(Fault) in
            await gate.pass()
            return RegistryV1.PutResponse(document: RegistryV1.Document(name: "done"))
        })
        try await rig.serving(parrot, options: options) { server, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let (one, other) = (
                Array(repeating: UInt8(1), count: 16), Array(repeating: UInt8(2), count: 16)
            )
            func put(_ id: [UInt8]) async -> Fault? {
                await fault { () async throws(Fault) in
                    try await catalogue.put(
                        RegistryV1.PutRequest(),
                        CallOptions(maxReplyBytes: 2_000, requestID: id)
                    )
                }
            }
            async let ended = put(one)
            async let left = put(other)
            await rig.until("the calls did not begin") { gate.waitingCount == 2 }
            #expect(ender.end(requestID: Array(repeating: 9, count: 16)) == 0)
            #expect(ender.end(requestID: one) == 1)
            let refusal = await ended
            #expect(refusal?.code == .cancelled)
            gate.open()
            #expect(await left == nil)
            await rig.until("a call stays") { server.inFlight == 0 }
            #expect(ender.end(requestID: one) == 0)
        }
        #expect(CallEnder().end(requestID: []) == 0)
    }
}
