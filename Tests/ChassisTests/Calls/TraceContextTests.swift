// Which traceparents are taken, and what a child of one is.

import Chassis
import Testing

@Suite("The trace context")
struct TraceContextTests {
    private static let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("reads what it writes")
    func roundTrip() throws {
        let trace = try #require(TraceContext(Self.good))
        #expect(trace.description == Self.good)
        let child = trace.child(span: 255)
        #expect(child.description == "00-0af7651916cd43dd8448eb211c80319c-00000000000000ff-01")
        #expect(TraceContext(child.description) == child)
        #expect(trace.child(span: 0).span == "0000000000000001")
    }

    @Test("reads a later version as far as it understands it")
    func later() throws {
        let later = try #require(TraceContext("01" + Self.good.dropFirst(2) + "-more"))
        #expect(later.description == Self.good)
    }

    @Test(
        "ignores what is none",
        arguments: [
            "", "00", "00---", String(good.dropLast()), good + "0", good + "-more",
            good.uppercased(), "ff" + good.dropFirst(2),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        ]
    )
    func bad(_ text: String) {
        #expect(TraceContext(text) == nil)
    }
}
