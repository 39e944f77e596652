// One JSON object per line, for machines.

import Basics
public import Logging

/// Writes `{"time":…,"level":…,"service":…,"message":…,"metadata":{…}}`; times are RFC 3339, UTC.
public struct JSONLogHandler: LogHandler {
    /// How deep metadata may nest; deeper parts are described as texts.
    private static let depthMax = 3

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
        var line = "{\"time\":\"" + output.clock.now.rfc3339
        line += "\",\"level\":\"" + event.level.rawValue + "\",\"service\":"
        line += LogText.quoted(output.service, max: LogText.valueCharactersMax)
        line += ",\"message\":"
        line += LogText.quoted(event.message.description, max: LogText.messageCharactersMax)
        if let error = event.error {
            line += ",\"error\":" + LogText.quoted("\(error)", max: LogText.valueCharactersMax)
        }
        let pairs = output.metadata(event, over: metadata, metadataProvider)
        if !pairs.isEmpty {
            line += ",\"metadata\":{"
            line += pairs.map { pair in
                LogText.quoted(pair.key, max: LogText.valueCharactersMax) + ":"
                    + Self.json(pair.value, depth: 1)
            }.joined(separator: ",")
            line += "}"
        }
        output.write(line + "}\n")
    }

    private static func json(_ value: Logger.MetadataValue, depth: Int) -> String {
        switch value {
        case .array(let items) where depth < depthMax:
            return "[" + items.map { json($0, depth: depth + 1) }.joined(separator: ",") + "]"
        case .dictionary(let items) where depth < depthMax:
            let pairs = items.sorted { $0.key < $1.key }.map { key, value in
                LogText.quoted(key, max: LogText.valueCharactersMax) + ":"
                    + json(value, depth: depth + 1)
            }
            return "{" + pairs.joined(separator: ",") + "}"
        default:
            return LogText.quoted(value.description, max: LogText.valueCharactersMax)
        }
    }
}
