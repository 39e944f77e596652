// Values go into bytes and come back the same.
import Basics
import CArena
import Messages
import Testing

@Suite struct RoundTripTests {
    @Test("every kind of field comes back as it went in")
    func everyKind() throws {
        let request = Sample.batch(3)
        #expect(try IngestionV1.TrackRequest.decode(request.encode()) == request)
        let header = RpcV1.RequestHeader(
            requestID: Array(0..<16),
            method: "/a/B",
            timeoutMs: 7,
            maxReplyBytes: 1,
            attempt: 2,
            traceparent: "00-",
            caller: "test",
            project: "shop",
            metadata: [RpcV1.Metadata(name: "accept", value: "zstd"), RpcV1.Metadata()]
        )
        #expect(try RpcV1.RequestHeader.decode(header.encode()) == header)
        let definition = SegmentV1.Definition(
            nodes: [
                SegmentV1.Node(kind: .all(SegmentV1.Group(children: [1, 2, 300]))),
                SegmentV1.Node(
                    kind: .did(
                        SegmentV1.Did(
                            events: ["a", "", "ß"],
                            where: [SegmentV1.Filter(property: "p", operator: .between)],
                            window: SegmentV1.Window(kind: .ever(SegmentV1.EverWindow())),
                            count: SegmentV1.Count(comparison: .exactly, low: 0)
                        )
                    )
                ),
            ],
            zone: "Europe/Berlin"
        )
        #expect(try SegmentV1.Definition.decode(definition.encode()) == definition)
    }

    @Test("a default is not sent, and an absent field takes it")
    func defaults() throws {
        #expect(try RpcV1.RequestHeader().encode().isEmpty)
        let header = try RpcV1.RequestHeader.decode([UInt8]())
        #expect(header.timeoutMs == 10_000)
        #expect(header.requestID == nil)
        #expect(try RegistryV1.Project.decode([UInt8]()).zone == "UTC")
    }

    @Test("an optional field tells empty from absent")
    func presence() throws {
        var header = RpcV1.ReplyHeader()
        header.message = ""
        header.requestID = []
        header.epoch = 0
        let back = try RpcV1.ReplyHeader.decode(header.encode())
        #expect(back.message == "")
        #expect(back.requestID == [])
        #expect(back.epoch == 0)
        #expect(back.place == nil)
    }

    @Test("a number an enum does not know becomes unspecified, or unknown for a status")
    func unknownNumbers() throws {
        let status = Bytes().number(2, 99)
        #expect(try RpcV1.ReplyHeader.decode(status.bytes).status == .unknown)
        let negative = Bytes().number(2, .max)
        #expect(try RpcV1.ReplyHeader.decode(negative.bytes).status == .unknown)
        let kind = Bytes().number(2, 77)
        #expect(try RegistryV1.Instance.decode(kind.bytes).kind == .unspecified)
    }

    @Test("fields of a newer contract are skipped")
    func newerFields() throws {
        let bytes = Bytes().text(1, "ann").number(99, 5).text(100, "x").tag(101, 5).raw([
            0, 0, 0, 0,
        ])
        .tag(102, 1).raw([0, 0, 0, 0, 0, 0, 0, 0])
        let record = try IngestionV1.TrackRecord.decode(bytes.bytes)
        #expect(record == IngestionV1.TrackRecord(userID: "ann"))
    }

    @Test("packed and unpacked numbers are both read")
    func packedNumbers() throws {
        let mixed = Bytes().number(1, 1).block(1, [2, 3]).number(1, 300)
        #expect(try SegmentV1.Group.decode(mixed.bytes).children == [1, 2, 3, 300])
    }

    @Test("what breaks the contract's limits is refused by the encoder, with the field's name")
    func encoderLimits() throws {
        func error(_ message: some ProtoMessage) -> MessageError? {
            do {
                _ = try message.encode()
                return nil
            } catch {
                return error
            }
        }
        let long = error(LogV1.Property(name: String(repeating: "n", count: 129)))
        #expect(long?.code == .tooLong)
        #expect(long?.place == "shoal.log.v1.Property.name")
        #expect(error(LogV1.Property(name: "a\0b"))?.code == .zeroByte)
        #expect(
            error(RpcV1.RequestHeader(requestID: [UInt8](repeating: 1, count: 17)))?.code
                == .tooLong
        )
        let many = [RpcV1.Metadata](repeating: RpcV1.Metadata(), count: 33)
        #expect(error(RpcV1.RequestHeader(metadata: many))?.code == .tooManyItems)
    }

    @Test("the encoder tells its size before it writes, and writes into any memory")
    func encoderMemory() throws {
        let request = Sample.batch(2)
        let bytes = try request.encode()
        let other = try request.withEncoder { (encoder) throws(MessageError) in
            [UInt8](capacity: encoder.byteCount + 8) { (output: inout OutputSpan<UInt8>) in
                output.append(repeating: 7, count: encoder.byteCount + 8)
                output.withUnsafeMutableBufferPointer { (buffer, count) in
                    encoder.write(
                        to: UnsafeMutableRawBufferPointer(
                            rebasing: UnsafeMutableRawBufferPointer(buffer)[8...]
                        )
                    )
                }
            }
        }
        #expect(Array(other[8...]) == bytes)
        #expect(Array(other[..<8]) == [UInt8](repeating: 7, count: 8))
    }

    @Test("an arena that fails at its n-th allocation gives an error, for each n, and no crash")
    func failingArena() throws {
        let request = Sample.batch(4)
        let bytes = try request.encode()
        var limits = DecodeLimits()
        var failures: UInt32 = 0
        while failures < 10_000 {
            limits.failAllocation = failures + 1
            do {
                let back = try IngestionV1.TrackRequest.decode(bytes, limits: limits)
                #expect(back == request)
                break
            } catch {
                #expect(error.code == .memory)
                #expect(error.isRetriable)
            }
            failures += 1
        }
        #expect(failures > 50)
        #expect(try IngestionV1.TrackRequest.decode(bytes) == request)
    }

    @Test("a message that would outgrow the arena is refused")
    func arenaLimit() throws {
        let bytes = try Sample.batch(1_000).encode()
        #expect(throws: MessageError.self) {
            try IngestionV1.TrackRequest.decode(bytes, limits: DecodeLimits(arenaBytes: 100_000))
        }
        #expect(try IngestionV1.TrackRequest.decode(bytes).records.count == 1_000)
    }

    @Test("a decoder that may not go down the stack refuses, and the next one goes on")
    func stackGuard() throws {
        let bytes = try Sample.batch(1).encode()
        do {
            _ = try IngestionV1.TrackRequest.decode(bytes, limits: DecodeLimits(stackBytes: 64))
            Issue.record("the message was taken")
        } catch {
            #expect(error.code == .memory)
        }
        #expect(try IngestionV1.TrackRequest.decode(bytes).records.count == 1)
    }

    @Test("a message larger than the limit is refused before it is read")
    func sizeLimit() throws {
        let bytes = try Sample.batch(2).encode()
        do {
            _ = try IngestionV1.TrackRequest.decode(
                bytes,
                limits: DecodeLimits(bytes: bytes.count - 1)
            )
            Issue.record("the message was taken")
        } catch {
            #expect(error.code == .tooLarge)
        }
    }

    @Test("the contract knows its methods and carries its own description")
    func contract() {
        #expect(Contract.descriptorSet.count > 1_000)
        let names = Contract.methods.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("/shoal.ingestion.v1.Ingestion/Track"))
        #expect(Contract.methods.allSatisfy { !$0.role.isEmpty })
    }
}
