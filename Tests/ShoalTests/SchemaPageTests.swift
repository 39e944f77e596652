// Tests of SchemaPage: counts, conflicts of type and limits, as a table and as JSON.

import Messages
import Testing

@testable import ShoalCommand

@Suite struct SchemaPageTests {
    private static let schema = IngestionV1.SchemaResponse(
        events: [
            IngestionV1.EventSchema(
                name: "Charged",
                properties: [
                    IngestionV1.PropertySchema(
                        name: "amount",
                        types: [.text, .number],
                        seen: [
                            IngestionV1.TypeSeen(
                                type: .text,
                                count: 1,
                                firstAtMs: 2_000,
                                lastAtMs: 2_000
                            ),
                            IngestionV1.TypeSeen(
                                type: .number,
                                count: 1_203,
                                firstAtMs: 1_000,
                                lastAtMs: 3_000
                            ),
                        ]
                    )
                ],
                count: 1_300,
                firstAtMs: 1_000,
                lastAtMs: 3_000
            )
        ],
        userProperties: [
            IngestionV1.PropertySchema(
                name: "city",
                types: [.text],
                seen: [IngestionV1.TypeSeen(type: .text, count: 7)]
            )
        ],
        knownEvents: 1,
        knownUserProperties: 1,
        limits: IngestionV1.SchemaLimits(
            eventNames: 1_024,
            propertiesPerEvent: 256,
            userProperties: 1_024
        )
    )

    @Test("the table has a row per type, then the conflicts, then how much of the limits is used")
    func table() {
        let expected = """
            EVENT    PROPERTY  TYPE    RECORDS  FIRST                     LAST
            Charged                      1,300  1970-01-01T00:00:01.000Z  1970-01-01T00:00:03.000Z
            Charged  amount    text          1  1970-01-01T00:00:02.000Z  1970-01-01T00:00:02.000Z
            Charged  amount    number    1,203  1970-01-01T00:00:01.000Z  1970-01-01T00:00:03.000Z
            (users)  city      text          7  –                         –

            conflict: amount of Charged came as text in 1, as number in 1,203
            names: 1 of 1,024 events; Charged has 1 of 256 properties; users have 1 of 1,024 \
            properties

            """
        #expect(SchemaPage(Self.schema).text() == expected)
    }

    @Test("JSON is an object per event, one for the users and one for the limits")
    func json() {
        let amount =
            #"{"name":"amount","conflict":true,"types":[{"type":"text","records":1,"#
            + #""first":"1970-01-01T00:00:02.000Z","last":"1970-01-01T00:00:02.000Z"},"#
            + #"{"type":"number","records":1203,"first":"1970-01-01T00:00:01.000Z","#
            + #""last":"1970-01-01T00:00:03.000Z"}]}"#
        let expected = [
            #"{"event":"Charged","records":1300,"first":"1970-01-01T00:00:01.000Z","#
                + #""last":"1970-01-01T00:00:03.000Z","properties":[\#(amount)]}"#,
            #"{"user_properties":[{"name":"city","conflict":false,"types":[{"type":"text","#
                + #""records":7,"first":null,"last":null}]}]}"#,
            #"{"events":1,"events_max":1024,"properties_per_event_max":256,"#
                + #""user_properties":1,"user_properties_max":1024}"#,
        ]
        #expect(SchemaPage(Self.schema).json.map(\.line) == expected)
    }
}
