// Product files without a test file of their own name, by room, and what shows them instead.
struct CoveredElsewhere: Sendable {
    enum Shown: Sendable {
        /// The test file whose tests run this file's code: its name without .swift in the room's
        /// own tests, or "SuiteTests/CrashTests" in others.
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

    /// Folder and name of the test file.
    var test: String? {
        guard case .test(let name) = shown else { return nil }
        return name.contains("/") ? name : "\(RoomRule.tests(of: room))/\(name)"
    }

    var paths: [String] { files.map { "\(room)/\($0).swift" } }

    static let list = groundFloors + upperFloors + roof + live + erasure
}
