// What goes wrong in a run, and when: drawn from the seed before it happens.

import Basics

/// Plans faults until the stage heals.
struct Faults {
    private unowned let stage: Simulation
    private var random: SeededRandom

    init(of stage: Simulation) {
        self.stage = stage
        random = stage.chance()
    }

    /// Processes that can be hurt, by how much they have to lose.
    private var victims: [Node] { stage.processes.filter { $0.isServer } }

    /// Plans all faults of the run.
    mutating func begin() {
        var atMs: UInt64 = 300
        while atMs < Simulation.activeMs {
            plan(atMs)
            atMs += 150 + UInt64(random.below(2_500))
        }
    }

    private mutating func plan(_ atMs: UInt64) {
        let node = victims[random.below(victims.count)]
        let lastsMs = 200 + UInt64(random.below(3_000))
        let stage = stage
        switch random.below(12) {
        case 0, 1: fell(node, .killed, atMs, lastsMs)
        case 2, 3: fell(node, .powerCut, atMs, lastsMs)
        case 4:
            stage.plan(afterMs: atMs) { node.cutShort() }
        case 5:
            stage.plan(afterMs: atMs) {
                stage.note("\(node.name) stands still for \(lastsMs) ms")
                node.pausedUntilNs = stage.nowNs + lastsMs * 1_000_000
            }
        case 6:
            let stepMs = Int64(random.below(2 * 3_600_000)) - 3_600_000
            let isSmall = random.chance(0.5)
            stage.plan(afterMs: atMs) {
                let by = isSmall ? stepMs / 100 : stepMs
                stage.note("the clock of \(node.name) steps by \(by) ms")
                node.clock.stepWall(to: node.clock.now + by)
            }
        case 7, 8:
            var weather = Weather(
                lost: random.unit() * 0.4,
                doubled: random.unit() * 0.4,
                late: random.unit() * 0.4,
                spoilt: random.chance(0.3) ? random.unit() * 0.1 : 0
            )
            if random.chance(0.3) { weather.lost = 0 }
            stage.plan(afterMs: atMs) {
                stage.note("bad weather for \(lastsMs) ms")
                weather.closed = stage.network.weather.closed
                stage.network.weather = weather
            }
            stage.plan(afterMs: atMs + lastsMs) {
                stage.network.weather = Weather(closed: stage.network.weather.closed)
            }
        case 9: close(node, atMs, lastsMs)
        case 10:
            let slowUs = UInt64(random.below(900_000))
            stage.plan(afterMs: atMs) { node.slowDown(us: slowUs) }
            stage.plan(afterMs: atMs + lastsMs) { node.slowDown(us: 500) }
        default:
            let bytes = random.below(4_096)
            stage.plan(afterMs: atMs) { node.fillDisk(but: bytes) }
            stage.plan(afterMs: atMs + lastsMs) { node.fillDisk(but: nil) }
        }
    }

    private func fell(_ node: Node, _ death: Node.Death, _ atMs: UInt64, _ lastsMs: UInt64) {
        stage.plan(afterMs: atMs) { node.fall(death) }
        stage.plan(afterMs: atMs + lastsMs) { try await node.rise() }
    }

    /// Nothing passes from one process to another, in one direction or both.
    private mutating func close(_ node: Node, _ atMs: UInt64, _ lastsMs: UInt64) {
        let others = stage.processes.filter { $0 !== node }
        let other = others[random.below(others.count)]
        var ways: Set = [Weather.Way(from: node.name, to: other.name)]
        if random.chance(0.5) { ways.insert(Weather.Way(from: other.name, to: node.name)) }
        let (stage, closed) = (stage, ways)
        stage.plan(afterMs: atMs) {
            stage.note("no way between \(node.name) and \(other.name): \(closed.count)")
            stage.network.weather.closed.formUnion(closed)
        }
        stage.plan(afterMs: atMs + lastsMs) { stage.network.weather.closed.subtract(closed) }
    }

    /// Everything is well again.
    func heal() async throws {
        stage.network.weather = .fine
        for node in stage.processes {
            node.pausedUntilNs = 0
            node.slowDown(us: 500)
            node.fillDisk(but: nil)
            try await node.rise()
        }
    }
}
