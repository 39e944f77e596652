// Which lines of an import are of a user whom nobody knows yet.

import Testing

@testable import ShoalCommand

@Suite struct AnonymousLinesTests {
    @Test(
        "each product's lines tell it their own way",
        arguments: [
            (
                FileFormat.segment,
                #"{"type":"identify","userId":"u"}"#, #"{"type":"identify","anonymousId":"d"}"#
            ),
            (
                .amplitude,
                #"{"event_type":"E","user_id":"u","device_id":"d","time":1602611311000}"#,
                #"{"event_type":"E","device_id":"d","time":1602611311000}"#
            ),
            (
                .clevertap,
                #"{"type":"event","identity":"u","evtName":"E","ts":1602611311}"#,
                #"{"type":"event","objectId":"d","evtName":"E","ts":1602611311}"#
            ),
            (
                .mixpanel,
                #"{"event":"E","properties":{"distinct_id":"u","time":1602611311}}"#,
                #"{"event":"E","properties":{"distinct_id":"$device:d","time":1602611311}}"#
            ),
        ]
    )
    func products(_ format: FileFormat, _ known: String, _ unknown: String) throws {
        let settings = SourceSettings(format: format)
        for (line, isAnonymous) in [(known, false), (unknown, true)] {
            let record = try records(line, settings).first?.record
            #expect(record?.anonymous == isAnonymous, "\(line)")
        }
    }

    @Test("our own lines have a field of it")
    func own() throws {
        for (field, isAnonymous) in [
            ("", false), (#","anonymous":true"#, true), (#","anonymous":false"#, false),
        ] {
            let line = #"{"user_id":"u","event":"E","ts":"2025-01-01T00:00:00Z"\#(field)}"#
            let record = try records(line).first?.record
            #expect(record?.anonymous == isAnonymous, "\(line)")
        }
    }
}
