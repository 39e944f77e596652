// The process's metrics: swift-metrics' instruments told as Prometheus text 0.0.4.

import Basics
public import Metrics
import Synchronization

/// A metrics backend with a bounded number of series.
///
/// Counters get `_total`, timers become histograms `_seconds`, recorders histograms or gauges.
/// A series too many, or one whose name is taken by another kind, is refused: its numbers go
/// nowhere and `shoal_metrics_refused_total` counts it. Any thread may use it.
public final class PrometheusMetrics: MetricsFactory, Sendable {
    /// Most lines of a page: at most 128 bytes each keep it below the 1 MiB of `Admin.Metrics`.
    public static let linesMax = 8_192

    private enum Kind: String { case counter, gauge, histogram }

    private struct Family {
        let kind: Kind
        var series: [String: any MetricSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var lines = 0
        var refused: Int64 = 0
    }

    private let state = Mutex(State())
    private let facts: Mutex<ProcessFacts?>

    /// No series yet; `facts` adds the process's own.
    public init(facts: ProcessFacts? = nil) { self.facts = Mutex(facts) }

    /// The page, sorted by name and labels.
    public func text() -> String {
        let (families, refused) = state.withLock { ($0.families, $0.refused) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(name, labels: labels, to: &text)
            }
        }
        text += "# TYPE shoal_metrics_refused_total counter\n"
        text += "shoal_metrics_refused_total \(refused)\n"
        if let facts = facts.withLock({ $0 }) { Self.write(facts.now(), to: &text) }
        return text
    }

    /// A counter `NAME_total`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let series = series(.counter, Self.total(label), dimensions) { CounterSeries() }
        return series ?? NOOPMetricsHandler.instance
    }

    /// A fractional counter `NAME_total`.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        let series = series(.counter, Self.total(label), dimensions) { SumSeries() }
        return series ?? NOOPMetricsHandler.instance
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, MetricText.name(label), dimensions) { GaugeSeries() }
            ?? NOOPMetricsHandler.instance
    }

    /// A histogram by powers of four, or a gauge when nothing is to be aggregated.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        let name = MetricText.name(label)
        if aggregate {
            return series(.histogram, name, dimensions) {
                HistogramSeries(bounds: HistogramSeries.sizes)
            } ?? NOOPMetricsHandler.instance
        }
        return series(.gauge, name, dimensions) { GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    /// A histogram `NAME_seconds`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = Self.suffixed(MetricText.name(label), "_seconds")
        return series(.histogram, name, dimensions) {
            HistogramSeries(bounds: HistogramSeries.seconds)
        } ?? NOOPMetricsHandler.instance
    }

    /// Forgets the series.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    /// Forgets the series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        forget(handler)
    }
    /// Forgets the series.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    /// Forgets the series.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    /// Forgets the series.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    private func series<Series: MetricSeries>(
        _ kind: Kind,
        _ name: String,
        _ dimensions: [(String, String)],
        make: () -> Series
    ) -> Series? {
        let labels = MetricText.labels(dimensions)
        return state.withLock { state in
            if let known = state.families[name]?.series[labels] {
                if let same = known as? Series { return same }
                state.refused += 1
                return nil
            }
            let series = make()
            let present = state.families[name]?.kind
            // The family's TYPE line is counted with its first series.
            let lines = series.lineCount + (present == nil ? 1 : 0)
            guard present ?? kind == kind, state.lines + lines <= Self.linesMax else {
                state.refused += 1
                return nil
            }
            state.lines += lines
            state.families[name, default: Family(kind: kind)].series[labels] = series
            return series
        }
    }

    private func forget(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value === handler })?.key
                else { continue }
                let gone = state.families[name]?.series.removeValue(forKey: labels)
                state.lines -= gone?.lineCount ?? 0
                if state.families[name]?.series.isEmpty == true {
                    state.families[name] = nil
                    state.lines -= 1
                }
                return
            }
        }
    }

    private static func total(_ label: String) -> String {
        suffixed(MetricText.name(label), "_total")
    }

    private static func suffixed(_ name: String, _ suffix: String) -> String {
        name.hasSuffix(suffix) ? name : name + suffix
    }

    private static func write(_ facts: ProcessFacts.Snapshot, to text: inout String) {
        let lines: [(String, String, Double)] = [
            ("process_cpu_seconds_total", "counter", facts.cpuSeconds),
            ("process_open_fds", "gauge", Double(facts.openFiles)),
            ("process_resident_memory_bytes", "gauge", Double(facts.residentBytes)),
            ("process_start_time_seconds", "gauge", Double(facts.startedAt.ms) / 1_000),
            ("process_threads", "gauge", Double(facts.threads)),
            ("shoal_uptime_seconds", "gauge", Double(facts.uptimeMs) / 1_000),
        ]
        for (name, kind, value) in lines {
            text += "# TYPE \(name) \(kind)\n\(name) \(MetricText.number(value))\n"
        }
    }
}
