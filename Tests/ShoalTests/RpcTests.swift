// Tests of the calls by reflection: JSON in, JSON out, against the generated codecs and bad input.

import Basics
import Messages
import Testing

@testable import ShoalCommand

@Suite struct RpcTests {
    private let contract: Descriptors

    init() throws { contract = try Descriptors(Contract.descriptorSet) }

    private func bytes(_ json: String, _ type: String) throws -> [UInt8] {
        try MessageFromJSON.bytes(Array(json.utf8), as: type, by: contract)
    }

    private func problem(_ json: String, _ type: String) -> LineProblem? {
        do throws(LineProblem) {
            _ = try MessageFromJSON.bytes(Array(json.utf8), as: type, by: contract)
            return nil
        } catch {
            return error
        }
    }

    @Test("the contract is read as the generated code has it")
    func contractIsWhole() {
        let known = Contract.methods.map { method in
            MethodShape(
                service: method.service,
                name: String(method.name.split(separator: "/").last ?? ""),
                request: method.request,
                response: method.response,
                role: method.role,
                isIdempotent: method.isIdempotent
            )
        }
        #expect(Set(contract.methods) == Set(known))
        #expect(contract.methods.map(\.path).sorted() == Contract.methods.map(\.name).sorted())
    }

    @Test("a request in JSON is the generated message, by both kinds of names")
    func requests() throws {
        let count = EvaluationV1.CountRequest(
            subject: EvaluationV1.Subject(kind: .segment("payers")),
            atMs: -5,
            freshness: .local
        )
        for json in [
            #"{"subject":{"segment":"payers"},"at_ms":-5,"freshness":"FRESHNESS_LOCAL"}"#,
            #" {"freshness":2,"atMs": "-5", "subject":{"segment":"payers","definition":null}}"#,
        ] {
            let read = try EvaluationV1.CountRequest.decode(
                bytes(json, EvaluationV1.CountRequest.fullName)
            )
            #expect(read == count)
        }
        let told = try MessageToJSON.json(
            count.encode(),
            as: EvaluationV1.CountRequest.fullName,
            by: contract
        )
        #expect(
            told.line
                == #"{"subject":{"segment":"payers"},"at_ms":-5,"freshness":"FRESHNESS_LOCAL"}"#
        )
        let header = try RpcV1.RequestHeader.decode(
            bytes(#"{"request_id":"AAEC_w","timeout_ms":1e3}"#, RpcV1.RequestHeader.fullName)
        )
        #expect(header.requestID == [0, 1, 2, 255] && header.timeoutMs == 1_000)
    }

    @Test("what is wrong in a request is told with its place and the nearest name")
    func refusals() {
        let count = EvaluationV1.CountRequest.fullName
        let cases: [(json: String, field: String, says: String)] = [
            (#"{"subjet":{}}"#, "subjet", "did you mean subject?"),
            (#"{"subject":{"segmnt":"a"}}"#, "subject.segmnt", "did you mean segment?"),
            (#"{"subject":{"segment":"a","definition":{}}}"#, "subject.definition", "only one"),
            (#"{"freshness":"FRESHNESS_LOCALE"}"#, "freshness", "did you mean FRESHNESS_LOCAL?"),
            (#"{"at_ms":1.5}"#, "at_ms", "no whole number"),
            (#"{"at_ms":9223372036854775808}"#, "at_ms", "no whole number"),
            (#"{"at_ms":1,"atMs":2}"#, "at_ms", "twice"),
            (#"{"subject":[]}"#, "subject", "expected an object, found a list"),
            (#"{"at_ms":1"#, "", "expected `,` or `}`"),
            (#"{} {}"#, "", "nothing behind"),
            ("", "", "expected an object"),
        ]
        for (json, field, says) in cases {
            let problem = problem(json, count)
            #expect(problem?.field == field, "\(json)")
            let text = "\(problem?.message ?? "") \(problem?.hint ?? "")"
            #expect(text.contains(says), "\(json): \(text)")
        }
        let header = RpcV1.RequestHeader.fullName
        #expect(problem(#"{"request_id":"A"}"#, header)?.message == "this is no base64")
        #expect(problem(#"{"timeout_ms":-1}"#, header)?.field == "timeout_ms")
        #expect(problem(#"{"metadata":[{"name":1}]}"#, header)?.field == "metadata[0].name")
    }

    @Test("random messages mean the same to these codecs and to the generated ones")
    func randomMessages() throws {
        for seed in UInt64(7_100)..<7_160 {
            var random = RandomJSON(contract: contract, random: SeededRandom(seed: seed))
            try compare(IngestionV1.TrackRequest.self, &random, seed)
            try compare(IngestionV1.TrackResponse.self, &random, seed)
            try compare(LogV1.LogRecord.self, &random, seed)
            try compare(SegmentV1.Definition.self, &random, seed)
            try compare(EvaluationV1.EvaluateRequest.self, &random, seed)
            try compare(EvaluationV1.EvaluateResponse.self, &random, seed)
            try compare(EvaluationV1.PreviewResponse.self, &random, seed)
            try compare(RegistryV1.WatchResponse.self, &random, seed)
            try compare(AdminV1.InfoResponse.self, &random, seed)
            try compare(RpcV1.ReplyHeader.self, &random, seed)
        }
    }

    /// JSON to bytes is what the generated code encodes, and back it is the same JSON.
    private func compare<M: ProtoMessage>(
        _ type: M.Type,
        _ random: inout RandomJSON,
        _ seed: UInt64
    ) throws {
        let json = random.message(M.fullName, depth: 0).line
        let mine = try bytes(json, M.fullName)
        let message = try M.decode(mine)
        #expect(try message.encode() == mine, "seed \(seed), \(M.fullName): \(json)")
        let back = try MessageToJSON.json(mine, as: M.fullName, by: contract).line
        #expect(back == json, "seed \(seed), \(M.fullName)")
        #expect(try RawMessage(mine).encode() == mine, "seed \(seed), \(M.fullName)")
    }

    @Test("cut, flipped and random bytes are refused or read, and never trap")
    func hostile() throws {
        var random = SeededRandom(seed: 7_200)
        let whole = Contract.descriptorSet
        for _ in 0..<60 {
            var bytes = whole
            for _ in 0..<4 { bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8)) }
            let cut = Array(bytes.prefix(random.below(bytes.count)))
            for damaged in [bytes, cut] { _ = try? Descriptors(damaged) }
        }
        for _ in 0..<3_000 {
            let noise = (0..<random.below(60)).map { _ in UInt8(random.below(256)) }
            _ = try? MessageToJSON.json(noise, as: "shoal.log.v1.LogRecord", by: contract)
            _ = try? MessageFromJSON.bytes(noise, as: "shoal.log.v1.LogRecord", by: contract)
            _ = try? RawMessage(noise).encode()
        }
        let json = Array(#"{"subject":{"segment":"pé"},"at_ms":-5,"freshness":"A"}"#.utf8)
        for cut in json.indices {
            _ = try? MessageFromJSON.bytes(
                Array(json[..<cut]),
                as: EvaluationV1.CountRequest.fullName,
                by: contract
            )
        }
    }

    @Test("a message that lies in itself is read to a depth, and no deeper")
    func depth() throws {
        // message A { optional A a = 1; }, as no contract of ours has it.
        var field = ByteWriter()
        field.raw([0x0A, 1, 0x61, 0x18, 1, 0x20, 1, 0x28, 11, 0x32, 2] + Array(".A".utf8))
        var message = ByteWriter()
        message.raw([0x0A, 1, 0x41, 0x12])
        message.prefixedBytes(field.bytes)
        var file = ByteWriter()
        file.raw([0x22])
        file.prefixedBytes(message.bytes)
        var set = ByteWriter()
        set.raw([0x0A])
        set.prefixedBytes(file.bytes)
        let contract = try Descriptors(set.bytes)
        func json(_ depth: Int) -> [UInt8] {
            Array(String(repeating: #"{"a":"#, count: depth).utf8) + Array("{}".utf8)
                + Array(repeating: UInt8(ascii: "}"), count: depth)
        }
        let bytes = try MessageFromJSON.bytes(json(63), as: "A", by: contract)
        #expect(try MessageToJSON.json(bytes, as: "A", by: contract).line.utf8.count == 63 * 6 + 2)
        #expect(throws: LineProblem.self) {
            try MessageFromJSON.bytes(json(64), as: "A", by: contract)
        }
        #expect(throws: LineProblem.self) {
            try MessageFromJSON.bytes(json(100_000), as: "A", by: contract)
        }
        var deeper = ByteWriter()
        deeper.raw([0x0A])
        deeper.prefixedBytes(bytes)
        #expect(throws: CommandError.self) {
            try MessageToJSON.json(deeper.bytes, as: "A", by: contract)
        }
    }

    @Test("a field that the contract does not tell is shown by its number")
    func unknownFields() throws {
        let bytes = try bytes(#"{"at_ms":1}"#, EvaluationV1.CountRequest.fullName) + [0x98, 6, 7]
        let told = try MessageToJSON.json(
            bytes,
            as: EvaluationV1.CountRequest.fullName,
            by: contract
        )
        #expect(told.line == ##"{"at_ms":1,"#99":[7]}"##)
    }

    @Test("methods are found by any end of their names; others are told the nearest")
    func names() throws {
        for name in [
            "/shoal.evaluation.v1.Segments/Count", "evaluation.v1.Segments/Count", "Segments/Count",
            "Count",
        ] {
            #expect(try contract.method(name).path == "/shoal.evaluation.v1.Segments/Count")
        }
        let unclear = #expect(throws: CommandError.self) { try contract.method("Watch") }
        #expect(unclear?.code == .usage)
        let unknown = #expect(throws: CommandError.self) { try contract.method("Segments/Cuont") }
        #expect(unknown?.code == .notFound)
        #expect(unknown?.hint == "did you mean Segments/Count?")
    }

    @Test("a page tells fields with types, limits and what absence means")
    func pages() throws {
        let pages = ContractPage(contract: contract)
        let method = try pages.page("Segments/Count").text
        for part in [
            "role segment.read, may be repeated", "asks shoal.evaluation.v1.CountRequest",
            "freshness  shoal.evaluation.v1.Freshness", "FRESHNESS_LATEST",
        ] {
            #expect(method.contains(part), "\(part) in \(method)")
        }
        let header = try pages.page("RequestHeader").text
        #expect(header.contains("list of shoal.rpc.v1.Metadata"))
        #expect(try pages.page("Freshness").text.contains("FRESHNESS_LOCAL"))
        #expect(try pages.page("evaluation.v1.Sets").text.contains("Sets/Evaluate"))
        #expect(try pages.page("Segments/Count").json.line.contains(#""json_name":"atMs""#))
    }

    @Test("base64 is read in both alphabets and written in one")
    func base64() {
        for (bytes, text) in [
            ([], ""), ([0], "AA=="), ([255, 254], "//4="), ([1, 2, 3], "AQID"),
        ] as [([UInt8], String)] {
            #expect(Base64.text(bytes) == text)
            #expect(Base64.bytes(text) == bytes)
        }
        #expect(Base64.bytes("__4") == [255, 254])
        for text in ["A", "AB==", "A===", "====", "AA=A", "A B", "é"] {
            #expect(Base64.bytes(text) == nil, "\(text)")
        }
    }
}

/// Random messages as JSON, as the command line would print them, without a value that is the
/// default: the generated code does not send those.
private struct RandomJSON {
    let contract: Descriptors
    var random: SeededRandom

    mutating func message(_ type: String, depth: Int) -> JSONText {
        var fields: [(String, JSONText)] = []
        var chosen: Set<Int> = []
        for field in contract.messages[type]?.fields ?? [] {
            guard random.chance(depth < 4 ? 0.6 : 0.2), depth < 8 else { continue }
            if let oneof = field.oneof, !chosen.insert(oneof).inserted { continue }
            if field.isRepeated {
                let list = (0...random.below(3)).map { _ in value(field, depth) }
                fields.append((field.name, .list(list)))
            } else {
                fields.append((field.name, value(field, depth)))
            }
        }
        return .object(fields)
    }

    private mutating func value(_ field: FieldShape, _ depth: Int) -> JSONText {
        switch field.type {
        case .message, .group: return message(field.typeName, depth: depth + 1)
        case .string:
            let isShort = (field.bytesMax ?? 100) < 16
            return .text(isShort ? "z" : ["ä€𝄞\"\\\n", "shop", "z"][random.below(3)])
        case .bytes:
            return .text(
                Base64.text(
                    (0...random.below(min(Int(field.bytesMax ?? 20), 20))).map { _ in
                        UInt8(random.below(256))
                    }
                )
            )
        case .bool: return .bool(field.defaultText != "true")
        case .enum:
            let values = contract.enums[field.typeName]?.values ?? []
            let others = values.filter { $0.number != 0 && $0.name != field.defaultText }
            return .text(others.isEmpty ? "" : others[random.below(others.count)].name)
        case .double, .float: return .double(Double(random.below(1_000)) + 1.5)
        case .int32, .sint32, .sfixed32:
            return .int(Int(Int32(truncatingIfNeeded: Int(random.next() >> 1))) | 1)
        case .uint32, .fixed32: return .unsigned(random.next() >> 32 | 1 << 31)
        case .int64, .sint64, .sfixed64:
            return .int(
                Int(truncatingIfNeeded: random.next() >> UInt64(random.below(50))) | 1 << 40
            )
        case .uint64, .fixed64: return .unsigned(random.next() | 1 << 63)
        }
    }
}
