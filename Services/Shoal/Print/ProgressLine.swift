// How far a long work is: share, bar, rate, time left. Pure; printing is for the caller.

/// The numbers of a progress line.
struct ProgressLine: Sendable, Hashable {
    private static let barCells = 24

    /// What is being done, such as the file's name.
    var title: String
    /// How much is done, and of how much; a whole of 0 is unknown.
    var done: Int
    var whole: Int
    /// Things counted, such as records.
    var count: Int
    /// Things counted in this run: those passed over at a resumed import cost no time.
    var countedHere: Int
    /// Seconds since the start.
    var seconds: Double

    /// Things per second.
    var perSecond: Double { seconds > 0 ? Double(countedHere) / seconds : 0 }

    /// Seconds that the rest will take at the present pace; nil while nobody can know.
    var secondsLeft: Double? {
        guard whole > 0, done > 0, seconds >= 0.5, done <= whole else { return nil }
        return seconds * Double(whole - done) / Double(done)
    }

    /// The line without its end.
    var text: String {
        var parts = [title]
        if whole > 0 {
            let share = Double(min(max(done, 0), whole)) / Double(whole)
            let cells = Int(share * Double(Self.barCells))
            let bar =
                String(repeating: "#", count: cells)
                + String(repeating: ".", count: Self.barCells - cells)
            parts.append("[\(bar)] \(Int(share * 100)) %")
        }
        parts.append(Quantity.count(count))
        parts.append(Quantity.rate(perSecond))
        if let secondsLeft { parts.append("\(Quantity.duration(seconds: secondsLeft)) left") }
        return parts.joined(separator: "  ")
    }
}
