// Log lines for people at a terminal.

import Basics
public import Logging

/// Writes `03:12:01.123 info  evaluator: message  key=value`; times are UTC.
public struct PrettyLogHandler: LogHandler {
    /// What every line of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// What adds metadata per task.
    public var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?
    private let output: LogOutput

    init(output: LogOutput) { self.output = output }

    /// The process's level, unless this logger has been given its own.
    public var logLevel: Logger.Level {
        get { ownLevel ?? output.level.level }
        set { ownLevel = newValue }
    }

    /// One value of what every line carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        let instant = output.clock.now.rfc3339
        // From `2025-01-02T03:12:01.123Z` the time of day.
        let time = instant.dropFirst(11).dropLast()
        let level = event.level.rawValue
        let gap = String(repeating: " ", count: max(0, 8 - level.count))
        var line = "\(time) \(level)\(gap) \(output.service): "
        line += LogText.oneLine(event.message.description)
        if let error = event.error {
            line += "  error=" + LogText.oneLine("\(error)", max: LogText.valueCharactersMax)
        }
        for (key, value) in output.metadata(event, over: metadata, metadataProvider) {
            line += "  \(key)="
            line += LogText.oneLine(value.description, max: LogText.valueCharactersMax)
        }
        output.write(line + "\n")
    }
}
