// What is counted of calls, as Prometheus text.

import Basics
import Chassis
import Kit
import Messages
import Testing

@Suite("Metrics of calls")
struct CallMetricsTests {
    @Test("count calls by method and status, their bytes and seconds")
    func counts() async throws {
        let rig = CallsRig()
        let metrics = PrometheusMetrics()
        let endpoint = try rig.endpoint()
        let parrot = Parrot(get: { (request, _) async throws(Fault) in
            if request.name == "no" { throw .notFound("no") }
            return RegistryV1.GetResponse()
        })
        let server = try rig.server(parrot, at: endpoint, metrics: metrics)
        let client = rig.client([endpoint])
        defer { client.close() }
        try await rig.running(server) {
            let catalogue = RegistryV1_CatalogueClient(client)
            for _ in 0..<3 { _ = try await catalogue.get(RegistryV1.GetRequest(name: "yes")) }
            _ = await fault { () async throws(Fault) in
                try await catalogue.get(RegistryV1.GetRequest(name: "no"))
            }
            _ = try await rig.raw([1, 2, 3], to: endpoint)
        }
        let lines = metrics.text().split(separator: "\n")
        func value(_ name: String, _ parts: String...) -> Double? {
            let line = lines.first { line in
                line.hasPrefix(name) && parts.allSatisfy { line.contains("\"\($0)\"") }
            }
            return line?.split(separator: " ").last.flatMap { Double($0) }
        }
        let method = RegistryV1_CatalogueMethods.get.name
        #expect(value("shoal_rpc_calls_total", method, "ok") == 3)
        #expect(value("shoal_rpc_calls_total", method, "notFound") == 1)
        #expect(value("shoal_rpc_calls_total", "unknown", "invalidArgument") == 1)
        #expect((value("shoal_rpc_request_bytes_total", method) ?? 0) > 100)
        #expect((value("shoal_rpc_reply_bytes_total", method) ?? 0) > 100)
        #expect(value("shoal_rpc_handling_seconds_count", method) == 4)
    }
}
