// A bare TCP client that says whatever a test wants, for attacks on a nanomsg server.

import Basics
import Glibc

/// One TCP connection to 127.0.0.1.
struct HostilePeer: ~Copyable {
    /// The greeting of SP over TCP: "\0SP\0", the protocol, two zero bytes.
    static func greeting(_ proto: UInt16) -> [UInt8] {
        [0, 0x53, 0x50, 0, UInt8(proto >> 8), UInt8(proto & 255), 0, 0]
    }
    static let request: UInt16 = 0x30

    /// A frame's length as SP writes it: eight bytes, big-endian.
    static func length(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - $0 * 8)) }
    }

    /// A whole request: length, request id with its top bit, body.
    static func frame(_ body: [UInt8]) -> [UInt8] {
        length(UInt64(body.count + 4)) + [0x80, 0, 0, 1] + body
    }

    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        if result != 0 {
            Glibc.close(descriptor)
            throw RigError.refused
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Sends what the peer still takes.
    func say(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Waits for so many bytes, or fewer when the peer closes or is silent for a second.
    func hear(_ count: Int) -> [UInt8] {
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var heard = [UInt8](repeating: 0, count: count)
        let got = heard.withUnsafeMutableBytes {
            recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_WAITALL))
        }
        return Array(heard.prefix(max(got, 0)))
    }

    /// Makes the close at the end a reset instead of a farewell.
    func closeWithReset() {
        var abrupt = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_LINGER,
            &abrupt,
            socklen_t(MemoryLayout<linger>.size)
        )
    }
}
