// A row of numbers as a row of little bars, to be seen at one glance.

/// Bars of eight heights; pure.
enum Sparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// One bar per number, the greatest the highest; of more than `widthMax` every bar is the
    /// greatest of its neighbours.
    static func text(_ numbers: [UInt64], widthMax: Int = 60) -> String {
        guard let top = numbers.max(), widthMax > 0 else { return "" }
        let width = min(numbers.count, widthMax)
        return String(
            (0..<width).map { place in
                let from = place * numbers.count / width
                let to = (place + 1) * numbers.count / width
                let value = numbers[from..<max(to, from + 1)].max() ?? 0
                guard top > 0 else { return bars[0] }
                let share = Double(value) / Double(top)
                return bars[min(Int(share * Double(bars.count)), bars.count - 1)]
            }
        )
    }
}
