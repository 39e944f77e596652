// What headers say, and which of it is refused.
import Basics
import Messages
import Testing

@testable import Wire

@Suite struct HeaderTests {
    private func context(
        _ change: (inout RpcV1.RequestHeader) -> Void,
        arrivedNs: UInt64 = 1_000
    ) throws -> CallContext {
        var header = FrameTests.header
        change(&header)
        let frame = try RequestFrame.decode(RequestFrame.encode(header, FrameTests.batch(1)))
        return try frame.context(arrivedNs: arrivedNs)
    }

    @Test("a call's context says what its header says, with a deadline of our own clock")
    func context() throws {
        let call = try context { $0.attempt = 2 }
        #expect(call.deadlineNs == 500_001_000)
        #expect(call.project == ProjectName("shop"))
        #expect(call.requestID == Array(1...16))
        #expect(call.method == "/shoal.ingestion.v1.Ingestion/Track")
        #expect(call.attempt == 2)
        #expect(try context({ _ in }, arrivedNs: .max - 5).deadlineNs == .max)
        #expect(try context { $0.project = nil }.project == nil)
    }

    @Test("headers that break a rule are refused with the field's name")
    func rules() throws {
        func place(_ change: (inout RpcV1.RequestHeader) -> Void) -> String? {
            do {
                _ = try context(change)
                return nil
            } catch {
                return (error as? WireError)?.place
            }
        }
        #expect(place { $0.requestID = nil } == "header.request_id")
        #expect(place { $0.requestID = [1] } == "header.request_id")
        #expect(place { $0.method = "Track" } == "header.method")
        #expect(place { $0.timeoutMs = 0 } == "header.timeout_ms")
        #expect(place { $0.timeoutMs = 600_001 } == "header.timeout_ms")
        #expect(place { $0.attempt = 101 } == "header.attempt")
        #expect(place { $0.project = "Shop!" } == "header.project")
    }

    @Test("the header of an attempt is made from the caller's wishes")
    func made() {
        let options = CallOptions(
            maxReplyBytes: 9,
            project: ProjectName("shop"),
            traceparent: "00-"
        )
        let header = RpcV1.RequestHeader(
            IngestionV1_IngestionMethods.track,
            options,
            requestID: Array(0..<16),
            timeoutMs: 7,
            attempt: 1,
            caller: "test"
        )
        #expect(header.method == "/shoal.ingestion.v1.Ingestion/Track")
        #expect(header.maxReplyBytes == 9)
        #expect(header.project == "shop")
        #expect(header.timeoutMs == 7)
    }

    @Test("accept: zstd is said once, and can be taken back")
    func accepts() {
        var header = RpcV1.RequestHeader()
        #expect(!header.acceptsZstd)
        header.acceptsZstd = true
        header.acceptsZstd = true
        #expect(header.metadata == [RpcV1.Metadata(name: "accept", value: "zstd")])
        header.acceptsZstd = false
        #expect(header.metadata.isEmpty)
    }
}
