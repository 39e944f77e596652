// The metrics page, letter by letter, and its bounds.

import Basics
import Kit
import Metrics
import Testing

@testable import Chassis

struct PrometheusMetricsTests {
    private let metrics = PrometheusMetrics()

    private func page() -> String {
        let end = "# TYPE shoal_metrics_refused_total counter\nshoal_metrics_refused_total "
        let text = metrics.text()
        let parts = text.components(before: end)
        return parts
    }

    @Test("counters, sums, gauges and meters")
    func plain() {
        let first = Counter(
            label: "shoal.records",
            dimensions: [("project", "shop"), ("kind", "event")],
            factory: metrics
        )
        first.increment(by: 2)
        first.increment()
        Counter(label: "shoal.records", dimensions: [("kind", "profile")], factory: metrics)
            .increment(by: 5)
        FloatingPointCounter(label: "shoal_cost", factory: metrics).increment(by: 1.5)
        Gauge(label: "shoal_lag_ms", factory: metrics).record(12.25)
        let meter = Meter(label: "shoal_depth", factory: metrics)
        meter.set(10)
        meter.decrement(by: 3)
        #expect(
            page() == """
                # TYPE shoal_cost_total counter
                shoal_cost_total 1.5
                # TYPE shoal_depth gauge
                shoal_depth 7
                # TYPE shoal_lag_ms gauge
                shoal_lag_ms 12.25
                # TYPE shoal_records_total counter
                shoal_records_total{kind="event",project="shop"} 3
                shoal_records_total{kind="profile"} 5

                """
        )
    }

    @Test("a timer is a histogram of seconds whose buckets add up")
    func timer() {
        let timer = Timer(label: "shoal_call", dimensions: [("method", "Track")], factory: metrics)
        timer.recordNanoseconds(50_000)
        timer.recordMilliseconds(3)
        timer.recordSeconds(60)
        let lines = page().split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE shoal_call_seconds histogram")
        #expect(lines.contains("shoal_call_seconds_bucket{method=\"Track\",le=\"0.0001\"} 1"))
        #expect(lines.contains("shoal_call_seconds_bucket{method=\"Track\",le=\"0.0025\"} 1"))
        #expect(lines.contains("shoal_call_seconds_bucket{method=\"Track\",le=\"0.005\"} 2"))
        #expect(lines.contains("shoal_call_seconds_bucket{method=\"Track\",le=\"10\"} 2"))
        #expect(lines.contains("shoal_call_seconds_bucket{method=\"Track\",le=\"+Inf\"} 3"))
        #expect(lines.contains("shoal_call_seconds_sum{method=\"Track\"} 60.00305"))
        #expect(lines.contains("shoal_call_seconds_count{method=\"Track\"} 3"))
    }

    @Test("a recorder is a histogram of powers of four")
    func recorder() {
        let recorder = Recorder(label: "shoal_batch_bytes", factory: metrics)
        for value in [1, 4, 5, 1 << 30] { recorder.record(value) }
        let lines = page().split(separator: "\n").map(String.init)
        #expect(lines.contains("shoal_batch_bytes_bucket{le=\"1\"} 1"))
        #expect(lines.contains("shoal_batch_bytes_bucket{le=\"4\"} 2"))
        #expect(lines.contains("shoal_batch_bytes_bucket{le=\"16777216\"} 3"))
        #expect(lines.contains("shoal_batch_bytes_bucket{le=\"+Inf\"} 4"))
    }

    @Test("names are made plain, label values escaped and cut")
    func spelling() {
        Counter(
            label: "9 odd-näme",
            dimensions: [("a b", "x\"y\\z\n"), ("l", String(repeating: "v", count: 500))],
            factory: metrics
        ).increment()
        let long = String(repeating: "v", count: 64)
        #expect(
            page().contains("_9_odd_n_me_total{a_b=\"x\\\"y\\\\z\\n\",l=\"\(long)\"} 1\n")
        )
    }

    @Test("the same name and labels are the same series, whoever asks")
    func shared() {
        Counter(label: "c", factory: metrics).increment()
        Counter(label: "c", factory: metrics).increment()
        #expect(page().contains("c_total 2\n"))
    }

    @Test("a name of another kind is refused and counted")
    func otherKind() {
        Counter(label: "x", factory: metrics).increment()
        FloatingPointCounter(label: "x", factory: metrics).increment(by: 1)
        Gauge(label: "x_total", factory: metrics).record(1)
        #expect(metrics.text().contains("shoal_metrics_refused_total 2\n"))
        #expect(page().contains("x_total 1\n"))
    }

    @Test("series beyond the bound are refused, counted, and the page stays below a MiB")
    func bounded() {
        let label = String(repeating: "l", count: 100)
        for number in 0..<PrometheusMetrics.linesMax + 100 {
            Counter(
                label: "shoal_many",
                dimensions: [("a", "\(number)\(label)")],
                factory: metrics
            ).increment()
        }
        let text = metrics.text()
        #expect(text.contains("shoal_metrics_refused_total 101\n"))
        #expect(text.utf8.count < 1 << 20)
    }

    @Test("a destroyed series makes room")
    func destroyed() {
        let counter = Counter(label: "gone", factory: metrics)
        counter.destroy()
        #expect(!metrics.text().contains("gone"))
        Gauge(label: "gone_total", factory: metrics).record(1)
        #expect(page().contains("# TYPE gone_total gauge\ngone_total 1\n"))
    }

    @Test("odd numbers have Prometheus' spelling")
    func numbers() {
        #expect(MetricText.number(.nan) == "NaN")
        #expect(MetricText.number(.infinity) == "+Inf")
        #expect(MetricText.number(-.infinity) == "-Inf")
        #expect(MetricText.number(-0.5) == "-0.5")
        #expect(MetricText.number(1e300) == "1e+300")
    }
}

extension String {
    fileprivate func components(before end: String) -> String {
        guard let range = self.range(of: end) else { return self }
        return String(self[..<range.lowerBound])
    }

    private func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
