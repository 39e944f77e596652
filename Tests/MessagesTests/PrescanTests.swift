// Bytes that were made to harm: each is refused, with the place, before protobuf-c sees it.
import Basics
import Messages
import Testing

@Suite struct PrescanTests {
    typealias Track = IngestionV1.TrackRequest
    typealias Record = IngestionV1.TrackRecord

    @Test("sub-messages nested by the thousand are refused where the contract ends")
    func deepNesting() {
        var nested = Bytes()
        for _ in 0..<15_000 { nested = Bytes().block(1, Array(nested.bytes.prefix(40_000))) }
        #expect(refusal(SegmentV1.Definition.self, nested.bytes) != nil)
        #expect(refusal(Track.self, nested.bytes) != nil)
        let groups = [UInt8](repeating: 0x0b, count: 30_000)
        #expect(
            refusal(Track.self, groups)?.code == .wrongType
                || refusal(Track.self, groups)?.code == .group
        )
        let unknownGroups = [UInt8](repeating: 0xa3, count: 1) + [0x06]
        #expect(refusal(Track.self, unknownGroups)?.code == .group)
    }

    @Test("a depth limit of less than the contract's is kept")
    func depthLimit() throws {
        let bytes = try Sample.batch(1).encode()
        #expect(throws: MessageError.self) {
            try Track.decode(bytes, limits: DecodeLimits(depth: 3))
        }
    }

    @Test("a mebibyte of empty sub-messages is refused at the field's limit")
    func emptyMessages() {
        let bomb = [[UInt8]](repeating: [0x0a, 0x00], count: 1 << 19).flatMap { $0 }
        let error = refusal(Track.self, bomb)
        #expect(error?.code == .tooManyItems)
        #expect(error?.place == "records[10000]")
        let nodes = refusal(SegmentV1.Definition.self, bomb)
        #expect(nodes?.code == .tooManyItems)
        #expect(nodes?.place == "nodes[1000]")
    }

    @Test("a single sub-message given over and over is refused at the second")
    func repeatedSingular() {
        let value = Bytes().text(1, "x")
        let property = Bytes().text(1, "p").block(2, value).block(2, value)
        #expect(refusal(LogV1.Property.self, property.bytes)?.code == .givenTwice)
        #expect(refusal(LogV1.Property.self, property.bytes)?.place == "value")
        var many = Bytes()
        for _ in 0..<20_000 { many.bytes += Bytes().block(3, Bytes().block(1, [])).bytes }
        #expect(refusal(EvaluationV1.CreateRequest.self, many.bytes)?.code == .givenTwice)
    }

    @Test("a choice given twice is refused")
    func repeatedChoice() {
        let twice = Bytes().block(2, Bytes().text(1, "a")).block(3, Bytes())
        #expect(refusal(Record.self, twice.bytes)?.code == .givenTwice)
        #expect(
            refusal(LogV1.Value.self, Bytes().text(1, "a").text(1, "b").bytes)?.code == .givenTwice
        )
    }

    @Test("64 unknown fields are skipped, 65 are refused")
    func unknownFields() throws {
        var bytes = Bytes().text(1, "ann")
        for _ in 0..<64 { bytes = bytes.number(500, 1) }
        #expect(try Record.decode(bytes.bytes).userID == "ann")
        #expect(refusal(Record.self, bytes.number(500, 1).bytes)?.code == .unknownFields)
    }

    @Test(
        "a text that is not UTF-8 is refused",
        arguments: [
            [0xff], [0xc0, 0x80], [0xc1, 0xbf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xe0, 0x80, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x80],
            [0xf5, 0x80, 0x80, 0x80],
            [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0xc3], [0xc3, 0x41], [0xe2, 0x82, 0x41],
        ] as [[UInt8]]
    )
    func badText(_ text: [UInt8]) {
        let padded = Array("12345678".utf8) + text
        for candidate in [text, padded] {
            let error = refusal(Record.self, Bytes().block(1, candidate).bytes)
            #expect(error?.code == .notUTF8)
            #expect(error?.place == "user_id")
        }
    }

    @Test("a text with a zero byte is refused wherever it stands", arguments: 0..<20)
    func zeroBytes(_ at: Int) {
        var text = [UInt8](repeating: 0x61, count: 20)
        text[at] = 0
        #expect(refusal(Record.self, Bytes().block(1, text).bytes)?.code == .zeroByte)
    }

    @Test("texts of every script pass")
    func goodTexts() throws {
        for text in [
            "", "\u{7f}\u{80}", "\u{7ff}\u{800}", "\u{d7ff}\u{e000}\u{ffff}", "\u{10000}\u{10ffff}",
            "añ日本🐟z",
        ] {
            #expect(try Record.decode(Bytes().text(1, text).bytes).userID == text)
        }
    }

    @Test("numbers of more than 64 bits are refused")
    func badVarints() {
        let eleven = [UInt8](repeating: 0x80, count: 10) + [0x01]
        #expect(refusal(LogV1.Value.self, Bytes().tag(3, 0).raw(eleven).bytes)?.code == .badVarint)
        let tooLarge = [UInt8](repeating: 0xff, count: 9) + [0x02]
        #expect(
            refusal(LogV1.Value.self, Bytes().tag(3, 0).raw(tooLarge).bytes)?.code == .badVarint
        )
        #expect(refusal(LogV1.Value.self, [0x00])?.code == .badTag)
        #expect(refusal(LogV1.Value.self, [0x80, 0x80, 0x80, 0x80, 0x80, 0x01])?.code == .badTag)
    }

    @Test("a length beyond the end is refused, however large")
    func badLengths() {
        for length in [1, 127, UInt64(UInt32.max), UInt64(Int64.max), UInt64.max] {
            let bytes = Bytes().tag(1, 2).raw(Bytes.varint(length))
            #expect(refusal(Record.self, bytes.bytes)?.code == .truncated)
            #expect(refusal(Track.self, bytes.bytes)?.code == .truncated)
        }
    }

    @Test("a field of another type is refused, with its path")
    func wrongTypes() {
        #expect(refusal(Record.self, Bytes().number(1, 5).bytes)?.code == .wrongType)
        #expect(refusal(LogV1.Value.self, Bytes().number(2, 5).bytes)?.code == .wrongType)
        let record = Bytes().text(1, "u").block(2, Bytes().number(1, 1))
        let error = refusal(Track.self, Bytes().block(1, record).bytes)
        #expect(error?.place == "records[0].event.name")
    }

    @Test("too long a text, too many values of a packed field")
    func fieldLimits() {
        let long = Bytes().block(1, [UInt8](repeating: 0x61, count: 257))
        #expect(refusal(Record.self, long.bytes)?.code == .tooLong)
        let packed = Bytes().block(1, [UInt8](repeating: 1, count: 1_001))
        #expect(refusal(SegmentV1.Group.self, packed.bytes)?.code == .tooManyItems)
        let unfinished = Bytes().block(1, [1, 2, 0x80])
        #expect(refusal(SegmentV1.Group.self, unfinished.bytes)?.code == .truncated)
    }

    @Test("the budget of elements counts across the whole message")
    func elementBudget() throws {
        let bytes = try Sample.batch(100).encode()
        do {
            _ = try Track.decode(bytes, limits: DecodeLimits(elements: 500))
            Issue.record("the message was taken")
        } catch {
            #expect(error.code == .tooManyElements)
        }
    }

    @Test("one bad record of a batch is told and left out; the others stand")
    func isolation() throws {
        let good = try Sample.record("good").encode()
        let bad = Bytes().text(1, "bad").block(2, Bytes().block(1, [0xff, 0x41]))
        let cut = [UInt8](good.dropLast(3))
        let bytes = Bytes().block(1, good).block(1, bad).block(1, good).block(1, cut).block(1, good)
        var faults: [IsolatedFault] = []
        let request = try bytes.bytes.withBytes { (span) throws(MessageError) in
            try Track.decode(span, limits: DecodeLimits(), isolated: &faults)
        }
        #expect(request.records.count == 3)
        #expect(Set(request.records).count == 1)
        #expect(faults.map(\.index) == [1, 3])
        #expect(faults[0].place == "records[1].event.name")
        #expect(faults[0].placeInElement == "event.name")
        #expect(faults[0].message.contains("not UTF-8"))
        #expect(
            IsolatedFault.originalIndices(kept: 3, without: faults, field: "records") == [0, 2, 4]
        )
        #expect(refusal(Track.self, bytes.bytes)?.place == "records[1].event.name")
    }

    @Test("a batch of nothing but bad records is an empty batch with a fault for each")
    func allBad() throws {
        let bytes = [[UInt8]](repeating: [0x0a, 0x01, 0xff], count: 10_000).flatMap { $0 }
        var faults: [IsolatedFault] = []
        let request = try bytes.withBytes { (span) throws(MessageError) in
            try Track.decode(span, limits: DecodeLimits(), isolated: &faults)
        }
        #expect(request.records.isEmpty)
        #expect(faults.count == 10_000)
    }

    @Test("a batch with a record too many fails as a whole")
    func tooManyRecords() {
        let bytes = [[UInt8]](repeating: [0x0a, 0x01, 0xff], count: 10_001).flatMap { $0 }
        #expect(refusal(Track.self, bytes)?.code == .tooManyItems)
    }

    @Test("an error says place, fault and hint, and becomes a fault for the caller")
    func errorText() {
        let record = Bytes().block(2, Bytes().block(1, [0xff]))
        let error = refusal(Track.self, Bytes().block(1, record).bytes)
        #expect(
            error?.description
                == "records[0].event.name: not UTF-8 at byte 0 (encode texts as UTF-8)"
        )
        #expect(error?.fault.code == .invalidArgument)
        #expect(error?.fault.place == "records[0].event.name")
    }
}
