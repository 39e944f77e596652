// The process's own numbers, from given texts and from the machine.

import Basics
import Glibc
import Kit
import Testing

@testable import Chassis

struct ProcessFactsTests {
    @Test("numbers are picked out of /proc's texts, whatever the program is called")
    func given() {
        let clock = ManualClock()
        let facts = ProcessFacts(
            processID: 7,
            clock: clock,
            probe: ProcessProbe(
                read: { path in
                    path.hasSuffix("stat")
                        ? "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 3 0 99"
                        : "Name:\ta) b\nVmHWM:\t   300 kB\nVmRSS:\t   200 kB\nThreads:\t3\n"
                },
                count: { _ in 12 }
            )
        )
        clock.advance(ms: 1_500)
        let now = facts.now()
        #expect(now.residentBytes == 200 << 10 && now.peakResidentBytes == 300 << 10)
        #expect(now.threads == 3 && now.openFiles == 12 && now.processID == 7)
        #expect(now.cpuSeconds == 200 / Double(sysconf(Int32(_SC_CLK_TCK))))
        #expect(now.uptimeMs == 1_500)
        #expect(now.startedAt.rfc3339 == "2025-01-02T00:00:00.000Z")
    }

    @Test(
        "what the system does not tell is 0",
        arguments: ["", "VmRSS:", "VmRSS: -1 kB", "7 (x) S"]
    )
    func missing(_ text: String) {
        let facts = ProcessFacts(
            processID: 1,
            clock: ManualClock(),
            probe: ProcessProbe(read: { _ in text }, count: { _ in nil })
        )
        let now = facts.now()
        #expect(now.residentBytes == 0 && now.cpuSeconds == 0 && now.openFiles == 0)
    }

    @Test("this machine tells memory, files and threads, and the metrics page shows them")
    func real() {
        let facts = ProcessFacts(processID: getpid(), clock: SystemClock(), probe: .proc)
        let now = facts.now()
        #expect(now.residentBytes > 1 << 20 && now.peakResidentBytes >= now.residentBytes / 2)
        #expect(now.openFiles > 2 && now.threads > 0)
        let text = PrometheusMetrics(facts: facts).text()
        #expect(text.contains("# TYPE process_resident_memory_bytes gauge\n"))
        #expect(!text.contains("process_resident_memory_bytes 0\n"))
    }
}
