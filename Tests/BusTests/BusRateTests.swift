// Calls per second over tcp; a small count in every run, a large one printed with SHOAL_BENCH.

import Basics
import Bus
import Glibc
import Testing

@Suite("rate", .serialized)
struct BusRateTests {
    @Test("200-byte echoes, 1, 16 and 64 in flight", arguments: [1, 16, 64])
    func echoRate(_ inFlight: Int) async throws {
        let isBench = getenv("SHOAL_BENCH") != nil
        let count = isBench ? (inFlight == 1 ? 20_000 : 100_000) : 320
        let rig = Rig(.tcp)
        let server = try rig.serve { echo($0, $1) }
        let channel = try rig.channel(to: server)
        channel.setReplyBudget(bytes: server.replyBudgetBytes)
        let body = [UInt8](repeating: 7, count: 200)
        let startNs = rig.clock.monotonicNs
        let startCPU = Self.cpuSeconds
        let bytes = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<inFlight {
                group.addTask {
                    var sum = 0
                    for _ in 0..<(count / inFlight) {
                        let deadlineNs = rig.ahead(ms: 10_000)
                        sum += try await channel.ask(body, deadlineNs: deadlineNs).count
                    }
                    return sum
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsed = Double(rig.clock.monotonicNs - startNs) / 1e9
        #expect(bytes == count / inFlight * inFlight * 200)
        if isBench {
            let cpuUs = (Self.cpuSeconds - startCPU) * 1e6 / Double(count)
            print(
                "echo 200 B, \(inFlight) in flight: \(Int(Double(count) / elapsed)) calls/s,",
                "\(Int(cpuUs.rounded())) µs of CPU per call, both sides"
            )
        }
    }

    /// What this process has used so far.
    private static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        return seconds + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
