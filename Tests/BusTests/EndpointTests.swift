// Endpoints and errors: what is read, what is refused, and what each error says.

import Glibc
import Testing

@testable import Bus

@Suite("endpoints")
struct EndpointTests {
    @Test(
        "good endpoints read and print the same",
        arguments: [
            "tcp://127.0.0.1:4001", "tcp://db-7.internal:1", "tcp://0.0.0.0:65535",
            "tcp://[::1]:4001", "ipc:///run/shoal/x.sock", "ipc:///x", "memory://registry",
        ]
    )
    func reads(_ text: String) throws {
        #expect(try Endpoint(text).description == text)
    }

    @Test(
        "bad endpoints are refused with a hint",
        arguments: [
            "", "tcp", "tcp://", "tcp://host", "tcp://:80", "tcp://host:", "tcp://host:0",
            "tcp://host:65536", "tcp://host:-1", "tcp://host:+80", "tcp://host:80x",
            "tcp://ho st:80", "tcp://h\u{f6}st:80", "tcp://eth0;host:80", "tcp://*:80",
            "tcp://::1:80", "tcp://[host]:80", "tcp://[::1]", "ws://127.0.0.1:80",
            "wss://127.0.0.1:80", "inproc://a", "ipc://", "ipc://relative", "ipc:///folder/",
            "memory://", "TCP://127.0.0.1:80", "tcp://a:1\u{0}",
            "ipc:///" + String(repeating: "a", count: 107),
            "tcp://" + String(repeating: "a", count: 200) + ":80",
        ]
    )
    func refuses(_ text: String) {
        #expect {
            try Endpoint(text)
        } throws: { error in
            guard let error = error as? BusError else { return false }
            return error.code == .invalidEndpoint && !error.hint.isEmpty && !error.isRetriable
        }
    }

    @Test("an ipc socket is bound only in a folder of mode 0700")
    func privateFolder() throws {
        let rig = Rig(.ipc)
        let endpoint = try rig.freeEndpoint()
        let folder = try #require(endpoint.ipcFolder)
        for mode in [0o755, 0o770, 0o701] as [mode_t] {
            #expect(chmod(folder, mode) == 0)
            #expect {
                try rig.bus.serve(endpoint, options: ServerOptions(), handler: { _, _ in })
            } throws: { error in
                (error as? BusError)?.code == .folderNotPrivate
            }
        }
        #expect(chmod(folder, 0o700) == 0)
        try rig.bus.serve(endpoint, options: ServerOptions(), handler: { _, _ in }).stop()
        #expect {
            try rig.bus.serve(
                try Endpoint("ipc://\(folder)/none/x"),
                options: ServerOptions(),
                handler: { _, _ in }
            )
        } throws: { error in
            (error as? BusError)?.code == .system
        }
    }

    @Test("a server refuses addresses that are not this machine's, and memory names")
    func unbindable() throws {
        let rig = Rig(.tcp)
        let cases: [(String, BusError.Code)] = [
            ("tcp://192.0.2.1:4001", .addressUnavailable), ("memory://x", .invalidEndpoint),
        ]
        for (text, code) in cases {
            #expect {
                try rig.bus.serve(
                    try Endpoint(text),
                    options: ServerOptions(),
                    handler: { _, _ in }
                )
            } throws: { error in
                (error as? BusError)?.code == code
            }
        }
    }

    @Test("the advertised reply budget is within the kernel's ceiling")
    func replyBudget() throws {
        let rig = Rig(.tcp)
        var options = ServerOptions()
        options.sendBufferBytes = 64 << 10
        #expect(try rig.serve(options) { _, _ in }.replyBudgetBytes == 64 << 10)
        options.sendBufferBytes = 1 << 30
        let budget = try rig.serve(options) { _, _ in }.replyBudgetBytes
        #expect(budget < 1 << 30)
        #expect(budget > 0)
    }

    @Test("every error code says what to do")
    func hints() {
        for code in BusError.Code.allCases {
            let error = BusError(code, operation: "call", place: "tcp://h:1")
            #expect(!error.hint.isEmpty)
            #expect(error.description.contains("tcp://h:1"))
            #expect(error.description.contains(code.rawValue))
        }
    }
}
