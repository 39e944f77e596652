// Readiness as the sum of its parts, and liveness that is lost once.

import Kit
import Testing

@testable import Chassis

struct HealthTests {
    private let health = Health(clock: ManualClock())

    @Test("ready is who nobody waits for")
    func parts() {
        #expect(health.isReady)
        health.wait(for: "lane 2", because: "replaying")
        health.wait(for: "lane 1", because: "replaying")
        #expect(!health.isReady && health.isAlive)
        #expect(health.reason == "lane 1: replaying (and 1 more)")
        health.ready("lane 1")
        health.wait(for: "lane 2", because: "nearly there")
        #expect(health.reason == "lane 2: nearly there")
        health.ready("lane 2")
        #expect(health.isReady)
    }

    @Test("a stop and a death are for ever, the first reason stays")
    func ends() {
        health.stopping()
        health.ready("all")
        #expect(health.reason == "stopping" && health.isAlive)
        health.dead("the journal's disk failed")
        health.dead("another")
        #expect(!health.isAlive && health.deathReason == "the journal's disk failed")
        #expect(health.reason == "the journal's disk failed")
    }

    @Test("every change is seen by who watches")
    func watched() async {
        let mark = health.changes.value
        health.wait(for: "x", because: "y")
        #expect(await health.changes.wait(above: mark, untilNs: .max) > mark)
    }
}
