// Which user a number of a partition stands for: as many names as a tail may hold.

/// Names by partition and number, bounded.
///
/// Two generations: a name that is used moves into the younger one; when that is full, the older
/// one goes and the younger takes its place. So the latest `keptMin` names in use are known, and
/// never are more than twice as many held.
struct RememberedNames: Sendable {
    /// A user of one partition's log.
    struct Key: Sendable, Hashable {
        let partition: UInt32
        let number: UInt32
    }

    /// Twice as many are about 100 MB of usual identifiers, 400 MB of the longest.
    static let usualMin = 500_000

    private let keptMin: Int
    private var younger: [Key: String] = [:]
    private var older: [Key: String] = [:]
    /// Whether a name had to go, so that one not found may have been told.
    private(set) var hasForgotten = false

    /// Remembers at least so many.
    init(keptMin: Int = RememberedNames.usualMin) { self.keptMin = max(1, keptMin) }

    /// Takes down who it is.
    mutating func learn(_ name: String, of key: Key) {
        if younger.count >= keptMin {
            hasForgotten = hasForgotten || !older.isEmpty
            older = younger
            younger = [:]
        }
        younger[key] = name
    }

    /// Who it is; nil when it was never told, or forgotten.
    mutating func name(of key: Key) -> String? {
        if let name = younger[key] { return name }
        guard let name = older.removeValue(forKey: key) else { return nil }
        learn(name, of: key)
        return name
    }
}
