// The Python client against the vectors and against a real suite, installed as a user installs it.

import Testing

@Suite(.serialized)
struct PythonTests {
    @Test("the Python client reads, writes and refuses the frames and values of the vectors")
    func vectors() throws {
        let python = try PythonHouse()
        let said = try python.run("check_vectors.py", [VectorFile.folder.path()])
        #expect(said.contains("vectors agree"), "\(said)")
    }

    @Test("the Python client's types hold, those of the generated stubs with them")
    func types() throws {
        let said = try PythonHouse().checkTypes()
        #expect(said.contains("no issues found"), "\(said)")
    }

    @Test("the Python client decides about budget, retries, servers and pages as it says")
    func decisions() throws {
        let said = try PythonHouse().run("client_cases.py")
        #expect(said.contains("OK"), "\(said)")
    }

    @Test("a registry on a TCP port is reached as by ipc, by the client and by a bare socket")
    func overTCP() throws {
        let program = try ProgramFolder.find("shoal-registry").appending(path: "shoal-registry")
        let arguments = [program.path(), VectorFile.folder.path()]
        let said = try PythonHouse().run("over_tcp.py", arguments)
        #expect(said.contains("the same over TCP"), "\(said)")
    }

    @Test(
        "the README's ten lines answer, every served method is called, an old contract still works"
    )
    func realSuite() async throws {
        let python = try PythonHouse()
        let suite = try await InteropSuite()
        defer { suite.close() }
        let first = try python.run("first_answer.py", [suite.registry])
        #expect(first.contains("1 ['ann']"), "\(first)")
        let bare = try python.run("bare_socket.py", [suite.registry, VectorFile.folder.path()])
        #expect(bare.contains("a bare socket is answered"), "\(bare)")
        let previous = VectorFile.folder.deletingLastPathComponent()
            .appending(path: "previous.binpb").path()
        let old = try python.run("previous_contract.py", [suite.registry, previous])
        #expect(old.contains("still works"), "\(old)")
        let crowd = try python.run("crowd.py", [suite.registry])
        #expect(crowd.contains("no reply was lost"), "\(crowd)")
        let feed = try python.run("follow_feed.py", [suite.registry])
        #expect(feed.contains("nothing was missed"), "\(feed)")
        let lost = try python.run("lost_servers.py", [suite.folder, suite.registry])
        #expect(lost.contains("found the others"), "\(lost)")
        // The last of all: it tells an evaluator to drain.
        let called = try python.run("every_call.py", [suite.registry])
        #expect(called.contains("every method"), "\(called)")
    }
}
