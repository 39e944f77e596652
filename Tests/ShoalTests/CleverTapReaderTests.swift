// Tests of CleverTapReader over records in the shape of CleverTap's uploads and exports, damaged
// ones included.

import Segments
import Testing

@testable import ShoalCommand

@Suite struct CleverTapReaderTests {
    @Test("each record of the sample is its record, or refused with the reason")
    func lines() throws {
        let expected = [
            "1 6264372124 Product viewed - 1445601856000 Product name=Casio Chronograph Watch "
                + "Price=59.99 Delivered=2015-10-24T12:04:16.000Z Tags=[a, b]",
            "2 FBID:34322423 Product viewed - 1445601857000 ",
            "3 -2ce3cca260664f70b82b1c6bb505f462 Opened - 1445601858000 ",
            "4 6264372124 1445601859000 Name=Jack Montana Customer Type=Platinum "
                + "DOB=1981-02-03T00:00:00.000Z Address.City=Pune without Old",
            "5 ✗ profileData.Coins: a change that depends on what the user held cannot be kept",
            "6 blank",
            "7 dqsndckfk234 App Launched - 1644626491000 CT Source=Mobile CT SDK Version=40300 "
                + "deviceInfo.make=samsung deviceInfo.dpi=480 deviceInfo.dimensions.width=47 "
                + "deviceInfo.dimensions.unit=mm session.utm_source=google-play",
            "8 ✗ eventName: the line does not name its event",
            "9 ✗ profile.identity: neither identity nor objectId is there",
            "10 ✗ properties.Items: the list holds an object, a list or null",
            "11 ✗ ts: the field is missing",
            "12 ✗ ts: expected seconds since 1970",
            "13 ✗ identity: none of identity, objectId, FBID and GPID is there",
            "14 ✗ evtName: the field is missing",
            "15 ✗ type: \"events\" is neither event nor profile",
            "16 ✗ type: neither type, of an upload, nor profile, of an export",
            "17 ✗ ts: expected the digits of year to second",
            "18 ✗ ts: expected the digits of year to second",
            "19 ✗ ts: expected the digits of year to second",
            "20 ✗ ts: the field is missing",
            "21 ✗ : expected an object, found a text",
        ]
        #expect(try sample(.clevertap) == expected)
    }

    @Test("an event of Get Events has the name it was asked by, at the clock of the account's zone")
    func getEvents() throws {
        let line =
            #"{"profile":{"identity":"u"},"ts":20151023140416,"event_props":{"value":"pizza"}}"#
        var settings = SourceSettings(format: .clevertap)
        settings.event = "choseNewFavoriteFood"
        settings.zone = try #require(Zone("Asia/Kolkata"))
        let event = try #require(try records(line, settings).first?.record?.event)
        #expect(event.name == "choseNewFavoriteFood")
        // 14:04:16 in India is 08:34:16 in UTC.
        #expect(event.occurredAtMs == 1_445_589_256_000)
    }
}
