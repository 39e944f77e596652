// The settings every service shares: defaults, addresses, help.

import Testing

@testable import Chassis

private func common(_ values: [String: String]) throws -> CommonConfig {
    try CommonConfig(
        reader: ConfigReader(keys: CommonConfig.keys, values: values),
        service: "registry",
        workingDirectory: "/home/me"
    )
}

struct CommonConfigTests {
    @Test("with a folder alone a service listens privately in it")
    func defaults() throws {
        let config = try common(["data.directory": "data/registry/"])
        #expect(config.dataDirectory == "/home/me/data/registry")
        #expect(config.listen == "ipc:///home/me/data/registry/registry.sock")
        #expect(config.advertise == config.listen)
        #expect(config.name == "registry")
        #expect(config.httpPort == 0 && !config.development && config.registry.isEmpty)
        #expect(config.freeBytesMin == 512 << 20)
        #expect(config.logLevel == .info && config.stopTimeoutMs == 30_000)
    }

    @Test("a service without a folder does not start")
    func noFolder() {
        let error = #expect(throws: ChassisError.self) { _ = try common([:]) }
        #expect(error?.place == "--data-directory")
        #expect(error?.exitCode == .badConfiguration)
    }

    @Test("unsealed TCP is for development only, and the refusal says how")
    func sealed() throws {
        let tcp = ["data.directory": "/d", "listen": "tcp://127.0.0.1:7101"]
        let error = #expect(throws: ChassisError.self) { _ = try common(tcp) }
        #expect(error?.place == "--listen")
        #expect(error?.hint.contains("--development") == true)
        let config = try common(tcp.merging(["development": "true"]) { $1 })
        #expect(config.listen == "tcp://127.0.0.1:7101")
    }

    @Test("what is no address is refused", arguments: ["listen", "advertise", "registry"])
    func addresses(_ key: String) {
        let error = #expect(throws: ChassisError.self) {
            _ = try common(["data.directory": "/d", key: "ws://127.0.0.1:1"])
        }
        #expect(error?.place == "--\(key)")
    }

    @Test("help names every flag, variable and default, and the exit codes")
    func help() {
        let own: [ConfigKey] = [
            .int("lanes", default: 2, unit: "threads", range: 1...8, "How many lanes.")
        ]
        let text = ConfigHelp.text(
            program: "shoal-x",
            common: CommonConfig.keys,
            own: own
        )
        for key in CommonConfig.keys + own {
            #expect(text.contains(key.flag + " "))
            #expect(text.contains(key.variable))
            #expect(text.contains(key.sentence))
        }
        #expect(text.contains("--lanes 1…8 threads"))
        #expect(text.contains("default 2"))
        #expect(text.contains("  75  the data folder is of a newer version"))
    }

    @Test("a key's names follow from its one name")
    func names() {
        let key = ConfigKey.flag("disk.free-mib-min", "")
        #expect(key.flag == "--disk-free-mib-min")
        #expect(key.variable == "SHOAL_DISK_FREE_MIB_MIN")
    }
}
