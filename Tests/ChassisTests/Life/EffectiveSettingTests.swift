// What a process tells of its configuration: only what differs, and no secret.

import Testing

@testable import Chassis

@Suite("effective settings")
struct EffectiveSettingTests {
    private let keys: [ConfigKey] = [
        .text("zone", default: "UTC", "A zone."), .text("path", "A path."),
        .int("lanes", default: 2, range: 1...9, "Lanes."), .flag("fast", "Fast."),
        .list("registry", "Addresses."), .choice("level", of: ["a", "b"], default: "a", "Level."),
        .text("seal.key", "A secret."),
    ]

    private func told(_ values: [String: String]) throws -> [String: String] {
        let reader = try ConfigReader(keys: keys, values: values)
        return Dictionary(
            uniqueKeysWithValues: reader.changedSettings.map { ($0.name, $0.value) }
        )
    }

    @Test("defaults are not told, whether left out or given by hand")
    func defaults() throws {
        #expect(try told([:]).isEmpty)
        #expect(
            try told(["zone": "UTC", "lanes": "2", "fast": "false", "level": "a"]).isEmpty
        )
    }

    @Test("what differs is told as text, by name")
    func changes() throws {
        let values = [
            "zone": "Europe/Berlin", "path": "/x", "lanes": "3", "fast": "true",
            "registry": "ipc:///a,ipc:///b", "level": "b",
        ]
        #expect(try told(values) == values)
        let reader = try ConfigReader(keys: keys, values: values)
        #expect(reader.changedSettings.map(\.name) == values.keys.sorted())
    }

    @Test("a secret is told as one, whatever it is")
    func secrets() throws {
        #expect(try told(["seal.key": "hunter2"]) == ["seal.key": "***"])
        for name in ["token", "db.password", "hook-secret"] {
            #expect(EffectiveSetting(name, "hunter2").value == EffectiveSetting.mask)
        }
        #expect(EffectiveSetting("monkey", "hunter2").value == "hunter2")
    }

    @Test("a long value is cut within the contract's limit, between characters")
    func longValues() {
        let whole = String(repeating: "x", count: 1_024)
        #expect(EffectiveSetting("path", whole).value == whole)
        let cut = EffectiveSetting("path", String(repeating: "é", count: 600)).value
        #expect(cut.utf8.count <= 1_024 && cut.hasSuffix("é…"))
    }
}
