// Tests of SegmentReader over calls in the shape of Segment's spec, damaged ones included.

import Testing

@testable import ShoalCommand

@Suite struct SegmentReaderTests {
    @Test("each call of the sample is its record, or refused with the reason")
    func calls() throws {
        let expected = [
            "1 97980cfea0067 Order Completed ajs-f8ca1e4de5024d9430b3928bd8ac6b96 1424730535111 "
                + "revenue=39.95 shipping.method=2-day shipping.cost=4.5 skus=[a, b] "
                + "context.app.name=InitechGlobal context.app.version=545 context.ip=8.8.8.8",
            "2 97980cfea0067 1424730540000 name=Peter Gibbons plan=premium logins=5 "
                + "address.city=Austin without address.state",
            "3 507f191e810c19729de860ea Page m3 1424728860250 title=Plans category=Shop "
                + "name=Pricing",
            "4 42 Screen m4 1424728870000 name=Home",
            "5 ✗ type: a group call is about a group, and there are users only",
            "6 ✗ type: an alias call makes two users one, which cannot be kept",
            "7 blank",
            "8 ✗ type: \"trak\" is no call",
            "9 ✗ properties.items: the list holds an object, a list or null",
            "10 ✗ userId: neither userId nor anonymousId is there",
            "11 ✗ timestamp: the field is missing",
            "12 ✗ timestamp: \"23.02.2015\" is no instant",
            "13 ✗ : the text has no end",
        ]
        #expect(try sample(.segment) == expected)
    }

    @Test("an alias says what to do about it")
    func alias() throws {
        let line = #"{"type":"alias","previousId":"a","userId":"b"}"#
        guard
            case .problem(let problem)? = try records(line, SourceSettings(format: .segment))
                .first?.content
        else {
            Issue.record("an alias must be refused")
            return
        }
        #expect(problem.hint == "replace previousId by userId in the file before the import")
    }
}
