// Tests of MixpanelReader over lines in the shape of Mixpanel's export, damaged ones included.

import Testing

@testable import ShoalCommand

@Suite struct MixpanelReaderTests {
    @Test("each line of the sample is its record, or refused with the reason")
    func lines() throws {
        let expected = [
            "1 91304156-cafc-4673-a237-623d1129c801 Signed up "
                + "hpuDqcvpltpCjBsebtxwadtEBDnFAdycabFb 1602611311000 "
                + "mp_processing_time_ms=1602625711874 $browser=Chrome",
            "2 $device:1234-5678 Purchase 935d87b1-00cd-41b7-be34-b9d98dd08b42 1618716477001 "
                + "Item=Coffee Amount=5.5 cart.total=11 cart.gift=false tags=[a, 2]",
            "3 13793 - $email=ada@example.com $last_seen=2020-10-13T17:00:00 without plan",
            "4 13793 1602611311000 plan=pro without ",
            "5 13793 -  without plan,age",
            "6 ✗ event: $identify makes two users one, which cannot be kept",
            "7 ✗ $add: a change that depends on what the user held cannot be kept",
            "8 ✗ properties.time: the field is missing",
            "9 ✗ time: expected seconds or milliseconds since 1970",
            "10 ✗ properties.distinct_id: the field is missing",
            "11 ✗ event: neither event nor $distinct_id is there",
            "12 ✗ : expected an object, found a list",
            "13 ✗ properties: the field stands there twice",
            "14 ✗ $sett: there is no such field",
        ]
        #expect(try sample(.mixpanel) == expected)
    }

    @Test(
        "time is seconds, also with a fraction, or milliseconds, told by its size",
        arguments: [
            ("1602611311", "1602611311000"), ("1602611311.25", "1602611311250"),
            ("1602611311025", "1602611311025"), ("99999999999", "99999999999000"),
            ("100000000000", "100000000000"),
        ]
    )
    func time(_ written: String, _ ms: String) throws {
        let line = #"{"event":"E","properties":{"distinct_id":"u","time":\#(written)}}"#
        let found = try records(line, SourceSettings(format: .mixpanel))
        #expect(found.first?.record?.event?.occurredAtMs.map { "\($0)" } == ms)
    }
}
