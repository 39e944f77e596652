// Numbers as people read them: thousands, bytes, rates, durations, shares.

/// Texts of quantities; pure.
enum Quantity {
    /// `1,234,567`.
    static func count(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `812 B`, `4.0 KiB`, `17 MiB`.
    static func bytes(_ bytes: some BinaryInteger) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(Int(value)) B" : "\(short(value)) \(units[unit])"
    }

    /// `950/s`, `61.2 k/s`, `1.3 M/s`.
    static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond >= 0 else { return "0/s" }
        if perSecond >= 1e6 { return "\(short(perSecond / 1e6)) M/s" }
        if perSecond >= 10_000 { return "\(short(perSecond / 1e3)) k/s" }
        return "\(count(Int(perSecond.rounded())))/s"
    }

    /// `0.8 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        if seconds < 0.9995 { return "\(short(seconds * 1000)) ms" }
        if seconds < 9.95 { return "\(short(seconds)) s" }
        let whole = Int(min(seconds, 1e12).rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// `12.5 %`; nothing of nothing is 0 %.
    static func share(_ part: some BinaryInteger, of whole: some BinaryInteger) -> String {
        guard whole > 0 else { return "0 %" }
        return "\(fixed(Double(part) * 100 / Double(whole), places: 1)) %"
    }

    /// One place below ten, none from there on.
    private static func short(_ value: Double) -> String {
        value < 99.95 ? fixed(value, places: 1) : "\(Int(min(value, 1e15).rounded()))"
    }

    /// A number with so many places, as `printf` would write it.
    static func fixed(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((min(value.magnitude, 1e12) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let rest = String(scaled % scale)
        let zeros = String(repeating: "0", count: places - rest.utf8.count)
        return "\(sign)\(scaled / scale).\(zeros)\(rest)"
    }
}
