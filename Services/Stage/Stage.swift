// The whole suite in one process, for stories: real services, a bus in memory, the story's time.

public import Basics
import Bus
public import Chassis
public import ShoalCommand
import Stories

/// Opens suites; the program's `main` hands it to the command line.
public enum Stage {
    /// Few partitions: a story has a handful of users, and a suite is opened for each story.
    static let registry = ["partitions": "4", "lease-ms": "600000"]
    /// Two evaluators with one lane each, so that answers are gathered as in a real suite.
    static let evaluator = ["lanes": "1"]
    static let evaluators = 2

    /// Starts a registry, ingestion and two evaluators over an empty folder.
    ///
    /// They are being made ready when this returns.
    ///
    /// - Parameter start: what the clocks show at first; later than it is any line of the story.
    public static func open(
        _ outside: Surroundings,
        folder: String,
        start: Timestamp
    ) async throws -> any SuiteOnStage {
        let staged = try StagedSuite(outside, folder: folder, start: start)
        do {
            try staged.start()
        } catch {
            await staged.close()
            throw error
        }
        return staged
    }
}

/// A suite on stage.
private final class StagedSuite: SuiteOnStage {
    let outside: Surroundings
    let registryAddress = "memory://registry"
    private let clock: StoryClock
    private let bus: MemoryBus
    /// In the order of their dependence.
    private let players: [Player]

    init(_ given: Surroundings, folder: String, start: Timestamp) throws {
        clock = StoryClock(start)
        bus = MemoryBus(clock: SystemClock())
        var outside = given
        outside.bus = bus
        self.outside = outside
        try given.disk.createDirectory(folder)
        let house = Player.House(
            folder: folder,
            clock: clock,
            disk: given.disk,
            bus: bus,
            registryAddress: registryAddress,
            seed: given.seed
        )
        players =
            [
                Player(.registry, name: "registry", in: house),
                Player(.ingestion, name: "ingestion", in: house),
            ]
            + (1...Stage.evaluators).map {
                Player(.evaluator, name: "evaluator-\($0)", in: house)
            }
    }

    func start() throws {
        for player in players { try player.start() }
    }

    var addresses: [(name: String, address: String)] { players.map { ($0.name, $0.address) } }

    func advance(to instant: Timestamp) { clock.advance(to: instant) }

    func restart(_ service: Story.Service) async throws {
        for player in players where player.service == service {
            await player.crash()
            try player.start()
        }
    }

    func close() async {
        for player in players.reversed() { await player.crash() }
        bus.shutDown()
    }
}
