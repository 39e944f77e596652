// What is told of a path is what the system knows of it.

import Basics
import Foundation
import Testing

@Suite struct PathFactsTests {
    @Test("a folder of ours is told with its permissions; a path that is not there is nothing")
    func folder() throws {
        let path = NSTemporaryDirectory() + "shoal-facts-\(UUID().uuidString)"
        #expect(PathFacts(of: path) == nil)
        try RealDisk().createDirectory(path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let facts = try #require(PathFacts(of: path))
        #expect(facts.permissions == 0o700 && facts.isOwn && !facts.fileSystem.isEmpty)
        let open: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        try FileManager.default.setAttributes(open, ofItemAtPath: path)
        #expect(PathFacts(of: path)?.permissions == 0o755)
    }
}
