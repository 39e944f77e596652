// Product files without a test file of their own name, by room, and what shows them instead.
struct CoveredElsewhere: Sendable {
    enum Shown: Sendable {
        /// The test file (its name without .swift) whose tests run this file's code.
        case test(String)
        /// Nothing runs by itself here, and why that is enough.
        case nothing(String)
    }

    let room: String
    let shown: Shown
    let files: [String]

    init(_ room: String, _ shown: Shown, _ files: [String]) {
        self.room = room
        self.shown = shown
        self.files = files
    }

    var paths: [String] { files.map { "\(room)/\($0).swift" } }

    static let list: [CoveredElsewhere] = []
}
