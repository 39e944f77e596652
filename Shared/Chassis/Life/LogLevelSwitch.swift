// The log level of a process, which an operator may change while it runs.

public import Logging
import Synchronization

/// The level that every handler of a process reads at each line.
///
/// May be read and set from any thread; reading takes no lock.
public final class LogLevelSwitch: Sendable {
    private static let levels = Logger.Level.allCases
    private let index: Atomic<Int>

    /// A switch at this level.
    public init(_ level: Logger.Level = .info) { index = Atomic(Self.index(of: level)) }

    /// The level now.
    public var level: Logger.Level { Self.levels[index.load(ordering: .relaxed)] }

    /// Sets the level and gives the one before.
    @discardableResult
    public func set(_ level: Logger.Level) -> Logger.Level {
        Self.levels[index.exchange(Self.index(of: level), ordering: .relaxed)]
    }

    private static func index(of level: Logger.Level) -> Int {
        levels.firstIndex(of: level) ?? 0
    }
}
