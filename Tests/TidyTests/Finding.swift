// One place that breaks a rule, with the sentence that says what to do instead.
import Testing

struct Finding: Hashable, Comparable, CustomStringConvertible {
    var path: String
    var line: Int
    var message: String

    /// About a file as a whole.
    init(_ path: String, _ message: String) {
        self.init(path, 1, message)
    }

    init(_ path: String, _ line: Int, _ message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    var description: String { "\(path):\(line): \(message)" }

    static func < (left: Finding, right: Finding) -> Bool {
        (left.path, left.line, left.message) < (right.path, right.line, right.message)
    }
}

/// Fails the test once per finding, so that each stands on its own line of the output.
func expectNone(_ findings: [Finding]) {
    for finding in Set(findings).sorted() {
        Issue.record(Comment(rawValue: finding.description))
    }
}
