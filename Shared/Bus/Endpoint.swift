// Where a server listens and a channel connects: tcp, private ipc, or a name in memory.

/// An address of the bus: `tcp://HOST:PORT`, `ipc:///FOLDER/NAME` or `memory://NAME`.
///
/// Nothing else is taken; `ws://` in particular is refused, since one malformed upgrade request
/// aborts a process that serves it.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The ways to get there.
    public enum Transport: Sendable, Hashable {
        /// A host name or numeric address (IPv6 without brackets) and a port above 0.
        case tcp(host: String, port: UInt16)
        /// The absolute path of a UNIX socket.
        case ipc(path: String)
        /// A name inside one `MemoryBus`.
        case memory(name: String)
    }

    /// nanomsg's own limit of an address, its end mark included, in bytes.
    private static let textBytesMax = 127
    /// The kernel's limit of a UNIX socket's path, in bytes.
    private static let pathBytesMax = 107

    /// The way to get there.
    public let transport: Transport

    /// Reads an endpoint's text; throws `.invalidEndpoint` with a hint.
    public init(_ text: String) throws(BusError) {
        guard text.utf8.count <= Self.textBytesMax else {
            throw Self.refusal(of: text, "an endpoint has at most \(Self.textBytesMax) bytes")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Self.refusal(of: text, "an endpoint is plain ASCII without blanks")
        }
        let rest = { (scheme: String) in text.dropFirst(scheme.count) }
        if text.hasPrefix("tcp://") {
            transport = try Self.tcp(rest("tcp://"), text)
        } else if text.hasPrefix("ipc://") {
            transport = try Self.ipc(rest("ipc://"), text)
        } else if text.hasPrefix("memory://") {
            guard !rest("memory://").isEmpty else {
                throw Self.refusal(of: text, "memory:// needs a name")
            }
            transport = .memory(name: String(rest("memory://")))
        } else {
            throw Self.refusal(of: text, nil)
        }
    }

    /// The endpoint's text, as `init` reads it.
    public var description: String {
        switch transport {
        case .tcp(let host, let port):
            host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        case .ipc(let path): "ipc://\(path)"
        case .memory(let name): "memory://\(name)"
        }
    }

    /// The folder of an ipc socket.
    var ipcFolder: String? {
        guard case .ipc(let path) = transport, let slash = path.lastIndex(of: "/") else {
            return nil
        }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether nanomsg must be told to look beyond IPv4.
    var isIPv6: Bool {
        if case .tcp(let host, _) = transport { host.contains(":") } else { false }
    }

    private static func tcp(_ rest: Substring, _ text: String) throws(BusError) -> Transport {
        guard let colon = rest.lastIndex(of: ":") else {
            throw refusal(of: text, "tcp:// needs a port")
        }
        let digits = rest[rest.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            port > 0
        else {
            throw refusal(of: text, "a port is a number from 1 to 65535")
        }
        var host = rest[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            let isNumeric = host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
            guard host.contains(":"), isNumeric else {
                throw refusal(of: text, "brackets hold a numeric IPv6 address")
            }
        } else {
            let isName = host.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
            guard !host.isEmpty, isName else {
                throw refusal(of: text, "a host is a name, an IPv4 address or [an IPv6 address]")
            }
        }
        return .tcp(host: String(host), port: port)
    }

    private static func ipc(_ rest: Substring, _ text: String) throws(BusError) -> Transport {
        guard rest.hasPrefix("/"), !rest.hasSuffix("/") else {
            throw refusal(of: text, "ipc:// needs an absolute path: ipc:///FOLDER/NAME")
        }
        guard rest.utf8.count <= pathBytesMax else {
            throw refusal(of: text, "a socket's path has at most \(pathBytesMax) bytes")
        }
        return .ipc(path: String(rest))
    }

    private static func refusal(of text: String, _ hint: String?) -> BusError {
        BusError(
            .invalidEndpoint,
            operation: "parse",
            place: String(text.prefix(textBytesMax)),
            hint: hint
        )
    }
}
