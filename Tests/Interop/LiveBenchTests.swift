// The benchmark of live segments at its smallest size, so that it never rots.

import Foundation
import Testing

// Beside the other tests of Python, since they install into one environment.
extension PythonTests {
    @Test("the benchmark of live segments measures a small suite, and no timer is lost or early")
    func liveBench() throws {
        let said = try PythonHouse().run(
            "../../Benchmarks/live.py",
            [
                "--bin", try ProgramFolder.find("shoal").path(), "--place",
                NSTemporaryDirectory(), "--size", "smoke", "--json",
            ]
        )
        // What is wrong makes it fail; what is slow on a busy machine does not.
        let figures = said.split(separator: "\n").filter { $0.contains("\"bench\": \"live\"") }
        #expect(figures.count >= 16, "\(said)")
        #expect(figures.contains { $0.contains("lost or early") }, "\(said)")
    }
}
