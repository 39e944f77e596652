// The instruments: what counts, what stands, and what falls into buckets.

import Metrics
import Synchronization

/// One series of numbers with its labels.
protocol MetricSeries: AnyObject, Sendable {
    /// The lines it takes in the text.
    var lineCount: Int { get }
    /// Its lines; `labels` is `a="b",c="d"` or empty.
    func write(_ name: String, labels: String, to text: inout String)
}

/// A whole number that only grows.
final class CounterSeries: CounterHandler, MetricSeries {
    private let value = Atomic<Int64>(0)
    var lineCount: Int { 1 }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, labels: String, to text: inout String) {
        MetricText.line(name, labels, "\(value.load(ordering: .relaxed))", to: &text)
    }
}

/// A fractional number that only grows.
final class SumSeries: FloatingPointCounterHandler, MetricSeries {
    private let value = Mutex(0.0)
    var lineCount: Int { 1 }

    func increment(by amount: Double) {
        guard amount.isFinite, amount > 0 else { return }
        value.withLock { $0 += amount }
    }

    func reset() { value.withLock { $0 = 0 } }

    func write(_ name: String, labels: String, to text: inout String) {
        MetricText.line(name, labels, MetricText.number(value.withLock { $0 }), to: &text)
    }
}

/// A number that goes up and down.
final class GaugeSeries: RecorderHandler, MeterHandler, MetricSeries {
    private let value = Mutex(0.0)
    var lineCount: Int { 1 }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func write(_ name: String, labels: String, to text: inout String) {
        MetricText.line(name, labels, MetricText.number(value.withLock { $0 }), to: &text)
    }
}

/// Numbers counted in fixed buckets.
final class HistogramSeries: RecorderHandler, TimerHandler, MetricSeries {
    /// From a tenth of a millisecond to ten seconds: a call's default deadline.
    static let seconds: [Double] = [
        0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
        5, 10,
    ]
    /// Powers of four up to the largest frame in bytes, 16 MiB.
    static let sizes: [Double] = (0...12).map { Double(1 << (2 * $0)) }

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
        var total: UInt64 = 0
    }

    private let bounds: [Double]
    private let state: Mutex<State>
    var lineCount: Int { bounds.count + 3 }

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            if let bucket { state.counts[bucket] += 1 }
            state.sum += value
            state.total += 1
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(_ name: String, labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        let gap = labels.isEmpty ? "" : ","
        var below: UInt64 = 0
        for (bound, count) in zip(bounds, state.counts) {
            below += count
            let label = "\(labels)\(gap)le=\"\(MetricText.number(bound))\""
            MetricText.line(name + "_bucket", label, "\(below)", to: &text)
        }
        let label = labels + gap + "le=\"+Inf\""
        MetricText.line(name + "_bucket", label, "\(state.total)", to: &text)
        MetricText.line(name + "_sum", labels, MetricText.number(state.sum), to: &text)
        MetricText.line(name + "_count", labels, "\(state.total)", to: &text)
    }
}

/// The spelling of Prometheus text 0.0.4.
enum MetricText {
    /// Longest label value; longer ones are cut, so that a page stays below a MiB.
    static let labelCharactersMax = 64

    static func line(_ name: String, _ labels: String, _ value: String, to text: inout String) {
        text += name
        if !labels.isEmpty { text += "{" + labels + "}" }
        text += " " + value + "\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }

    /// A name of letters, digits and `_`, beginning with no digit.
    static func name(_ label: String) -> String {
        var name = String(
            label.unicodeScalars.prefix(128).map { scalar in
                let isPlain = scalar.isASCII && Character(scalar).isLetter
                let isDigit = (0x30...0x39).contains(scalar.value)
                return isPlain || isDigit ? Character(scalar) : "_"
            }
        )
        if name.first?.isNumber ?? true { name = "_" + name }
        return name
    }

    /// The labels sorted by name, values escaped.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { (name($0.0), $0.1) }.sorted { $0.0 < $1.0 }.map { name, value in
            var escaped = ""
            for scalar in value.unicodeScalars.prefix(labelCharactersMax) {
                switch scalar {
                case "\\": escaped += "\\\\"
                case "\"": escaped += "\\\""
                case "\n": escaped += "\\n"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }
}
