// What every command works with: its surroundings, its two streams, the running suite.

import Basics
import Chassis
import Synchronization

/// The place a command runs at.
struct Desk: Sendable {
    let outside: Surroundings
    /// Whether data and errors are told as JSON.
    let isJSON: Bool
    /// Opens a whole suite in this process; nil in a program that has none.
    let openSuite: OpenSuite?
    /// The questions that the command waits for.
    let questions: OpenQuestions
    private let out: OutputBuffer

    init(_ outside: Surroundings, isJSON: Bool, openSuite: OpenSuite? = nil) {
        self.outside = outside
        self.isJSON = isJSON
        self.openSuite = openSuite
        questions = OpenQuestions(seed: outside.seed)
        out = OutputBuffer(outside.writeOut)
    }

    /// The time.
    var clock: any Clock { outside.clock }
    /// The colours of data.
    var ink: Ink {
        Ink(isTerminal: outside.isOutputTerminal, environment: outside.environment)
    }
    /// The colours of messages.
    var messageInk: Ink {
        Ink(isTerminal: outside.isTerminal, environment: outside.environment)
    }
    /// The disk.
    var disk: any Disk { outside.disk }

    /// Prints data.
    func print(_ text: String) { out.add(text + "\n") }

    /// Prints a table.
    func print(_ table: Table) { printRaw(table.text(ink)) }

    /// Prints an object on a line of its own.
    func print(_ json: JSONText) { out.add(json.line + "\n") }

    /// Prints data already ended by a line break.
    func printRaw(_ text: String) { out.add(text) }

    /// Hands what was printed to the system.
    func flush() { out.flush() }

    /// Hands what was printed to the system, and ends the command when nobody takes it.
    ///
    /// - Throws: an `Ending` when the reader has had enough, an error when the output is refused.
    func deliver() throws {
        out.flush()
        if let refusal = out.refusal { throw refusal }
        if outside.isOutputGone() { throw Ending(code: .done) }
    }

    /// Tells people something that is no data.
    func say(_ text: String) {
        out.flush()
        outside.writeError(text + "\n")
    }

    /// A path as the system understands it.
    func absolute(_ path: String) -> String {
        var path = path
        if path.hasPrefix("~/"), let home = outside.environment["HOME"] {
            path = home + path.dropFirst()
        }
        while path.hasPrefix("./") { path.removeFirst(2) }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if path == "." || path.isEmpty { return outside.workingDirectory }
        return path.hasPrefix("/") ? path : "\(outside.workingDirectory)/\(path)"
    }

    /// A whole small file, or standard input for `-`.
    func read(_ path: String, bytesMax: Int) throws -> [UInt8] {
        func tooLong() -> CommandError {
            CommandError(
                .badData,
                "read",
                "the document is longer than \(Quantity.bytes(bytesMax))",
                place: path
            )
        }
        if path == "-" {
            guard let bytes = try outside.readInput(bytesMax) else { throw tooLong() }
            return bytes
        }
        let file = try disk.open(absolute(path), .read)
        let bytes = try file.read(at: 0, count: bytesMax + 1)
        guard bytes.count <= bytesMax else { throw tooLong() }
        return bytes
    }
}

/// Standard output in pieces of some size: a write per line would cost more than the answer.
private final class OutputBuffer: Sendable {
    private static let pieceBytes = 64 << 10
    private let text = Mutex("")
    private let refused = Mutex<CommandError?>(nil)
    private let write: @Sendable (String) throws -> Void

    init(_ write: @escaping @Sendable (String) throws -> Void) { self.write = write }

    /// Why output is lost; nil as long as none is.
    var refusal: CommandError? { refused.withLock { $0 } }

    func add(_ more: String) {
        let full: String? = text.withLock { text in
            text += more
            guard text.utf8.count >= Self.pieceBytes else { return nil }
            defer { text = "" }
            return text
        }
        if let full { give(full) }
    }

    func flush() {
        let rest = text.withLock { text in
            defer { text = "" }
            return text
        }
        if !rest.isEmpty { give(rest) }
    }

    private func give(_ piece: String) {
        guard refusal == nil else { return }
        do {
            try write(piece)
        } catch {
            var refusal = CommandError(error, "print")
            refusal.code = .cannotWrite
            refused.withLock { $0 = refusal }
        }
    }
}

/// A moving line on a terminal; elsewhere silent but for its end.
struct ProgressPrinter: Sendable {
    private static let everyNs: UInt64 = 100_000_000
    private let desk: Desk
    private var lastNs: UInt64 = 0
    private var width = 0

    init(_ desk: Desk) { self.desk = desk }

    /// Shows the line, at most ten times a second.
    mutating func show(_ line: ProgressLine) {
        guard desk.outside.isTerminal, !desk.isJSON else { return }
        let now = desk.clock.monotonicNs
        guard now - lastNs >= Self.everyNs else { return }
        lastNs = now
        let text = line.text
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        width = text.count
        desk.outside.writeError("\r\(text)\(blanks)")
    }

    /// Takes the line away.
    mutating func end() {
        guard width > 0 else { return }
        desk.outside.writeError("\r" + String(repeating: " ", count: width) + "\r")
        width = 0
    }
}
