// Tests of what `up` decides: layout, restarts, order of stopping, logs, the suite's file.

import Basics
import Messages
import Testing

@testable import ShoalCommand

@Suite struct SuitePlanTests {
    private func plan(_ change: (inout SuitePlan.Settings) -> Void = { _ in }) -> SuitePlan {
        var settings = SuitePlan.Settings(data: "/d")
        change(&settings)
        return SuitePlan(settings, fallbackPort: 21_000)
    }

    @Test("sockets lie in the data folder, and everybody but the registry knows the registry's")
    func sockets() {
        let plan = plan { $0.evaluators = 2 }
        #expect(
            plan.members.map(\.name) == ["registry", "ingestion", "evaluator-1", "evaluator-2"]
        )
        #expect(plan.members[0].address == "ipc:///d/run/registry.sock" && plan.note == nil)
        #expect(plan.members[3].folder == "/d/evaluator-2")
        for member in plan.members {
            let isRegistry = member.kind == .registry
            #expect(member.arguments.contains("--registry") != isRegistry)
            #expect(member.arguments.contains("--partitions") == isRegistry)
            #expect(!member.arguments.contains("--development"))
        }
    }

    @Test("ports follow each other, and unsealed TCP is asked for")
    func ports() {
        let plan = plan { $0.portBase = 4_000 }
        #expect(plan.members.map(\.address).last == "tcp://127.0.0.1:4002")
        #expect(plan.members.allSatisfy { $0.arguments.contains("--development") })
    }

    @Test("a folder too deep for sockets falls back to ports and says so")
    func deep() {
        let just = String(repeating: "x", count: 107 - "/run/evaluator-1.sock".utf8.count - 1)
        let fits = plan { $0.data = "/" + just }
        #expect(fits.note == nil)
        let deep = plan { $0.data = "/" + just + "x" }
        #expect(deep.note != nil && deep.members[0].address == "tcp://127.0.0.1:21000")
    }

    @Test("evaluators of a larger run are surplus, other names are not")
    func surplus() {
        let plan = plan { $0.evaluators = 2 }
        #expect(plan.isSurplus("evaluator-3") && !plan.isSurplus("evaluator-2"))
        for name in ["evaluator-0", "evaluator-03", "evaluator-x", "ingestion", "mine"] {
            #expect(!plan.isSurplus(name))
        }
    }

    @Test("readers are stopped before what they read")
    func order() {
        let groups = StopOrder.groups(plan { $0.evaluators = 2 }.members)
        #expect(groups == [["evaluator-1", "evaluator-2"], ["ingestion"], ["registry"]])
    }
}

@Suite struct RestartBookTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("waits double from 0.2 to 5 seconds, and the tenth end within a minute is the last")
    func waits() {
        var book = RestartBook()
        var waits: [UInt64] = []
        for number in 0..<9 {
            let decision = book.decide(.signalled(9), atNs: UInt64(number) * Self.second)
            guard case .startAgain(let waitMs) = decision else {
                Issue.record("end \(number) must be survived")
                return
            }
            waits.append(waitMs)
        }
        #expect(waits == [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000])
        guard case .giveUp(let why) = book.decide(.signalled(9), atNs: 9 * Self.second) else {
            Issue.record("the tenth end must be the last")
            return
        }
        #expect(why.contains("10 times") && why.contains("SIGKILL") && book.restarts == 9)
    }

    @Test("ends more than a minute apart are forgotten")
    func forgotten() {
        var book = RestartBook()
        for number in 0..<40 {
            let decision = book.decide(.exited(70), atNs: UInt64(number) * 61 * Self.second)
            #expect(decision == .startAgain(afterMs: 200))
        }
    }

    @Test(
        "what needs a person is given up at once, with the meaning of the exit code",
        arguments: [Int32(64), 65, 73, 75]
    )
    func beyondHelp(_ code: Int32) {
        var book = RestartBook()
        guard case .giveUp(let why) = book.decide(.exited(code), atNs: 1) else {
            Issue.record("exit code \(code) must be given up")
            return
        }
        #expect(why.hasPrefix("exited with \(code): "))
        #expect(
            book.decide(.notStarted("no file"), atNs: 2) == .giveUp("could not be started: no file")
        )
    }

    @Test("what was asked to end is started again at once, however often")
    func asked() {
        var book = RestartBook()
        for number in 0..<40 as Range<UInt64> {
            let decision = book.decide(.exited(0), atNs: number * Self.second)
            #expect(decision == .startAgain(afterMs: RestartBook.waitMsFirst))
        }
        #expect(book.restarts == 40)
    }

    @Test("other ends heal", arguments: [Int32(0), 1, 69, 70, 71, 74, 76, 134])
    func heals(_ code: Int32) {
        var book = RestartBook()
        #expect(book.decide(.exited(code), atNs: 1) == .startAgain(afterMs: 200))
    }
}

@Suite struct SuiteFilesTests {
    @Test("a log is rotated at its size, three old ones are kept")
    func rotation() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let disk = RealDisk()
        let path = "\(folder.path)/x.log"
        for number in 0..<7 {
            let log = try LogFile(path, disk: disk, bytesMax: 10)
            try log.append(Array("line \(number)\n".utf8))
        }
        #expect(try disk.list(folder.path) == ["x.log", "x.log.1", "x.log.2", "x.log.3"])
        let newest = try disk.open(path, .read).read(at: 0, count: 100)
        let oldest = try disk.open(path + ".3", .read).read(at: 0, count: 100)
        #expect(String(decoding: newest, as: UTF8.self) == "line 6\n")
        #expect(String(decoding: oldest, as: UTF8.self) == "line 3\n")
    }

    @Test("the suite's file is found again; a damaged one is refused")
    func suiteFile() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let disk = RealDisk()
        #expect(try SuiteFile.load(folder.path, disk: disk) == nil)
        let instance = SuiteFile.Instance(
            name: "registry",
            kind: "registry",
            pid: nil,
            address: "ipc:///x",
            data: "/d"
        )
        let file = SuiteFile(
            data: folder.path,
            supervisor: 7,
            ready: true,
            instances: [instance]
        )
        try file.save(disk: disk)
        #expect(try SuiteFile.load(folder.path, disk: disk) == file)
        #expect(file.registry == "ipc:///x")
        _ = try folder.write("shoal.json", Array("{".utf8))
        #expect(throws: CommandError.self) { try SuiteFile.load(folder.path, disk: disk) }
    }

    @Test("a folder of our own is removed with all that is in it")
    func removal() throws {
        let folder = try TestFolder()
        let disk = RealDisk()
        try disk.createDirectory("\(folder.path)/a/b")
        _ = try folder.write("a/b/c", [1])
        try FolderRemoval(disk: disk).remove(folder.path)
        #expect(try disk.exists(folder.path) == false)
    }
}
