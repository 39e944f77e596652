// Attacks on a bound server from bare TCP: it stays alive and goes on answering others.

import Basics
import Bus
import Testing

@Suite("hostile peers", .serialized)
struct HostilePeerTests {
    /// A server with a limit of 64 KiB, and a well-behaved channel to it.
    func target() throws -> (rig: Rig, port: UInt16, server: any BusServer, channel: any BusChannel)
    {
        let rig = Rig(.tcp)
        var options = ServerOptions()
        options.receiveBytesMax = 64 << 10
        let server = try rig.serve(options) { echo($0, $1) }
        guard case .tcp(_, let port) = server.endpoint.transport else {
            throw RigError.noFreePort
        }
        return (rig, port, server, try rig.channel(to: server))
    }

    static let attacks: [(String, [UInt8])] = [
        ("nothing", []),
        ("garbage", Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
        ("half a greeting", [0, 0x53, 0x50]),
        ("PUB's greeting", HostilePeer.greeting(0x20)),
        ("SUB's greeting and a frame", HostilePeer.greeting(0x21) + HostilePeer.frame([1])),
        ("REP's greeting and a frame", HostilePeer.greeting(0x31) + HostilePeer.frame([1])),
        ("no such protocol", HostilePeer.greeting(0xffff) + HostilePeer.frame([1])),
        ("length 0", HostilePeer.greeting(0x30) + HostilePeer.length(0)),
        ("length 3", HostilePeer.greeting(0x30) + HostilePeer.length(3) + [1, 2, 3]),
        ("length 2^31", HostilePeer.greeting(0x30) + HostilePeer.length(1 << 31)),
        ("length 2^63", HostilePeer.greeting(0x30) + HostilePeer.length(1 << 63)),
        ("length -1", HostilePeer.greeting(0x30) + HostilePeer.length(.max)),
        ("one over the limit", HostilePeer.greeting(0x30) + HostilePeer.length(65_541)),
        ("half a length", HostilePeer.greeting(0x30) + [0, 0, 0]),
        ("half a frame", HostilePeer.greeting(0x30) + HostilePeer.length(1_000) + [0x80, 0, 0]),
        (
            "no bottom of the stack",
            HostilePeer.greeting(0x30) + HostilePeer.length(8) + [0, 0, 0, 1, 0, 0, 0, 2]
        ),
        (
            "20 hops",
            HostilePeer.greeting(0x30) + HostilePeer.length(84)
                + [UInt8](repeating: 0, count: 80) + [0x80, 0, 0, 1]
        ),
        (
            "two hops",
            HostilePeer.greeting(0x30) + HostilePeer.length(9)
                + [0, 0, 0, 7, 0x80, 0, 0, 1, 5]
        ),
    ]

    @Test("the server outlives every known attack, closed or reset, and answers others meanwhile")
    func knownAttacks() async throws {
        let (rig, port, server, channel) = try target()
        for (name, bytes) in Self.attacks {
            for isReset in [false, true] {
                let peer = try HostilePeer(port: port)
                peer.say(bytes)
                let answer = try await channel.ask([1, 2], deadlineNs: rig.ahead(ms: 10_000))
                #expect(answer == [1, 2], "\(name)")
                if isReset { peer.closeWithReset() }
            }
        }
        #expect(channel.connectionNumber == 1)
        await rig.until("no attack holds a place") { server.inFlight == 0 }
    }

    @Test("a cooked client's request is answered with its own routing")
    func cookedClient() throws {
        let (rig, port, server, _) = try target()
        defer { rig.bus.shutDown() }
        let peer = try HostilePeer(port: port)
        peer.say(HostilePeer.greeting(HostilePeer.request) + HostilePeer.frame([42, 43]))
        let heard = peer.hear(8 + 8 + 4 + 2)
        #expect(heard.prefix(6) == [0, 0x53, 0x50, 0, 0, 0x31])
        #expect(Array(heard.dropFirst(8)) == HostilePeer.frame([42, 43]))
        #expect(server.inFlight == 0)
    }

    @Test(
        "the server outlives a few hundred mutated conversations",
        arguments: [11, 12, 13] as [UInt64]
    )
    func mutations(_ seed: UInt64) async throws {
        let (rig, port, server, channel) = try target()
        var random = SeededRandom(seed: seed)
        for round in 0..<150 {
            var bytes =
                HostilePeer.greeting(HostilePeer.request) + HostilePeer.frame([1, 2, 3])
                + HostilePeer.frame([UInt8](repeating: 4, count: round))
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
                default: bytes.removeSubrange(at...)
                }
                if bytes.isEmpty { break }
            }
            let peer = try HostilePeer(port: port)
            peer.say(bytes)
            if Bool.random(using: &random) { peer.closeWithReset() }
            if round % 10 == 0 {
                let answer = try await channel.ask([9], deadlineNs: rig.ahead(ms: 10_000))
                #expect(answer == [9], "seed \(seed), round \(round)")
            }
        }
        #expect(try await channel.ask([9], deadlineNs: rig.ahead(ms: 10_000)) == [9])
        #expect(channel.connectionNumber == 1)
        await rig.until("no attack holds a place") { server.inFlight == 0 }
    }

    @Test("a connection broken amid unread bytes is replaced by a clean one")
    func replyOverTheLimit() async throws {
        let rig = Rig(.tcp)
        // nanomsg keeps the rest of the refused reply and would greet the next server with it.
        let server = try rig.serve { message, replier in
            replier.reply(
                OutgoingFrame(copying: [UInt8](repeating: 1, count: message.count * 1_000))
            )
        }
        var options = ChannelOptions()
        options.receiveBytesMax = 4_000
        let channel = try rig.channel(to: server, options)
        for round in 1...3 {
            let deadline = rig.ahead(ms: 10_000)
            let ended = await channel.failure([1, 2, 3, 4, 5], deadlineNs: deadline)
            #expect(ended?.code == .connectionLost)
            #expect(try await channel.ask([1], deadlineNs: deadline).count == 1_000)
            #expect(channel.connectionNumber == UInt64(round) + 1)
        }
    }
}
