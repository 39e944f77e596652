// Where log lines go and what they share: clock, level, service, allowed keys, limits.

import Basics
import Logging

/// What the handlers of one process share.
struct LogOutput: Sendable {
    let service: String
    let clock: any Clock
    let level: LogLevelSwitch
    /// Takes one whole line with its end; called from any thread.
    let write: @Sendable (String) -> Void

    /// The metadata of an event over a handler's own, allowed keys only, sorted.
    func metadata(
        _ event: LogEvent,
        over own: Logger.Metadata,
        _ provider: Logger.MetadataProvider?
    ) -> [(key: String, value: Logger.MetadataValue)] {
        var merged = own
        if let provider { merged.merge(provider.get()) { $1 } }
        if let more = event.metadata { merged.merge(more) { $1 } }
        guard !merged.isEmpty else { return [] }
        let allowed = merged.filter { LogKeys.all.contains($0.key) }
        var sorted = allowed.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
        if allowed.count < merged.count {
            sorted.append((LogText.droppedKey, .stringConvertible(merged.count - allowed.count)))
        }
        return sorted
    }

    /// A logger of this process.
    func logger(pretty: Bool) -> Logger {
        if pretty {
            Logger(label: service) { _ in PrettyLogHandler(output: self) }
        } else {
            Logger(label: service) { _ in JSONLogHandler(output: self) }
        }
    }
}

/// How texts stand in a log line: cut, escaped, on one line.
enum LogText {
    /// Longest message: a line stays below a pipe's atomic 64 KiB with its metadata.
    static let messageCharactersMax = 4_096
    /// Longest metadata value.
    static let valueCharactersMax = 1_024
    static let droppedKey = "dropped_keys"

    /// A JSON string with its quotes, cut at so many characters.
    static func quoted(_ text: String, max: Int) -> String {
        var result = "\""
        result.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars.prefix(max) {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isControl(scalar): result += "\\u" + hex4(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        if text.unicodeScalars.count > max { result += "…" }
        return result + "\""
    }

    /// The text without line ends and control characters, so that it can steer no terminal.
    static func oneLine(_ text: String, max: Int = messageCharactersMax) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(max) {
            if scalar == "\n" || scalar == "\r" || scalar == "\t" {
                result += " "
            } else if isControl(scalar) {
                result += "\\u" + hex4(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > max ? result + "…" : result
    }

    /// The text without blanks at either end.
    static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || (0x2028...0x202E).contains(scalar.value)
    }

    private static func hex4(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
