// The suite a story is played on, seen from the command line: opened by whoever can build services.

public import Basics
public import Chassis
public import Stories

/// A whole suite in this process, whose time is the story's.
///
/// The command line knows no service; the program's `main` hands it a way to open one.
public protocol SuiteOnStage: Sendable {
    /// The given surroundings, but for the bus: the suite's own.
    var outside: Surroundings { get }
    /// The registry's address on that bus.
    var registryAddress: String { get }
    /// Everybody's addresses, in the order of their dependence.
    var addresses: [(name: String, address: String)] { get }
    /// Moves the suite's time on; to an instant that is not earlier.
    func advance(to instant: Timestamp)
    /// Ends a service's instances at once, as a crash does, and starts them over what they kept.
    func restart(_ service: Story.Service) async throws
    /// Ends the suite; its folder may be removed then.
    func close() async
}

/// Opens a suite in an empty folder, whose time begins with an instant.
public typealias OpenSuite =
    @Sendable (_ outside: Surroundings, _ folder: String, _ start: Timestamp) async throws
    -> any SuiteOnStage
