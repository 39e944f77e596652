// Colours at a terminal and none elsewhere: the one place that knows a terminal's escapes.

/// What a stream may be written in.
struct Ink: Sendable, Hashable {
    /// What a piece of text means; each has one look everywhere.
    enum Mark: String, Sendable {
        case heading = "1"
        case good = "32"
        case caution = "33"
        case bad = "31"
    }

    /// For files, pipes and programs.
    static let none = Ink(isTerminal: false, environment: [:])

    private let isOn: Bool

    /// Colours where the stream is a terminal that has them and nobody wants none: $NO_COLOR is
    /// not set (https://no-color.org), $TERM is, and not to `dumb`.
    init(isTerminal: Bool, environment: [String: String]) {
        let term = environment["TERM"] ?? ""
        isOn =
            isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && !["", "dumb"].contains(term)
    }

    /// The text in the look of its mark.
    func paint(_ text: String, _ mark: Mark?) -> String {
        guard isOn, let mark, !text.isEmpty else { return text }
        return "\u{1B}[\(mark.rawValue)m\(text)\u{1B}[0m"
    }

    /// What the words of a state mean, whoever says them.
    static func mark(ofState word: String) -> Mark? {
        switch word {
        case "ok", "yes", "live": .good
        case "note", "draining": .caution
        case "finding", "no", "no answer", "lost": .bad
        default: nil
        }
    }
}
