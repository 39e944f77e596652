// Tests of AmplitudeReader over events in the shape of Amplitude's export and uploads, damaged ones
// included.

import Testing

@testable import ShoalCommand

@Suite struct AmplitudeReaderTests {
    @Test("each event of the sample is its records, or refused with the reason")
    func events() throws {
        let device =
            "amplitude.city=San Francisco amplitude.country=United States "
            + "amplitude.device_type=Apple iPhone amplitude.language=English "
            + "amplitude.library=amplitude-ios/8.0 amplitude.paying=true amplitude.platform=iOS "
            + "amplitude.session_id=1672574390000"
        let expected = [
            "1 ada@example.com 1672574400123 plan=pro logins=3 without trial",
            "1 ada@example.com Purchase 88a4a2f6-8a3c 1672574400123 item=Coffee price=5.5 "
                + "cart.total=11 \(device)",
            "2 device-2 Opened 7c1a1c1e-0001 1672574401000 ",
            "3 ada@example.com 1672574402000 plan=free without ",
            "4 blank",
            "5 42 1396381378123 age=25 without trial",
            "5 42 watch_tutorial up-1 1396381378123 load_time=0.8371 dates=[monday, tuesday] "
                + "amplitude.revenue=4.99 amplitude.groups.company=[Initech]",
            "6 ✗ user_properties.$add: a change that depends on what the user held cannot be kept",
            "7 ✗ merged_amplitude_id: the line makes two users one, which cannot be kept",
            "8 ✗ event_type: $groupidentify is about a group, and there are users only",
            "9 ✗ user_id: neither user_id nor device_id is there",
            "10 ✗ event_time: \"01.01.2023\" is no instant",
            "11 ✗ time: expected milliseconds since 1970",
            "12 ✗ event_time: the field is missing",
            "13 ✗ event_type: the field is missing",
            "14 ✗ properties.items: the list holds an object, a list or null",
            "15 device-3 1672567203000  without ",
            "16 ✗ : the text has no end",
        ]
        #expect(try sample(.amplitude) == expected)
    }

    @Test("records of an event have numbers of their own, the same wherever reading begins")
    func numbers() throws {
        let event =
            #"{"event_type":"E","user_id":"u","time":1,"user_properties":{"a":1}}"# + "\n"
        let text = event + "rubbish\n" + event
        let all = try records(text, SourceSettings(format: .amplitude))
        #expect(all.map(\.number) == [1, 2, 3, 4, 5])
        #expect(all.map(\.place.line) == [1, 1, 2, 3, 3])
        for through in 0...5 {
            var settings = SourceSettings(format: .amplitude)
            settings.skipThrough = UInt64(through)
            let rest = try records(text, settings)
            #expect(rest.map(\.number) == all.dropFirst(through).map(\.number))
            #expect(rest.map(\.record) == all.dropFirst(through).map(\.record))
        }
    }
}
