// What product code may not say outside its one place, each with what to say instead.
struct BannedCall: Sendable {
    let words: [Words]
    let instead: String
    /// Files or folders where it is the right thing, with the reason.
    let places: [String: String]

    init(_ words: [String], instead: String, places: [String: String] = [:]) {
        self.words = words.map(Words.init)
        self.instead = instead
        self.places = places
    }
}

enum BannedCalls {
    private static let outsideOfServices = [
        "Shared/Chassis/Life/Outside.swift": "a service's one look out of its process"
    ]
    private static let outside = outsideOfServices.merging([
        "Shared/Chassis/Surroundings.swift": "a command's one look out of its process"
    ]) { service, _ in service }

    static let product: [BannedCall] = [
        BannedCall(
            [
                "Date()", "Date.now", "Date(timeIntervalSinceNow", "ContinuousClock",
                "SuspendingClock", "DispatchTime", "clock_gettime", "gettimeofday",
            ],
            instead: "time comes in through the initialiser: Basics.Clock"
        ),
        BannedCall(
            ["Task.sleep", "Thread.sleep", "usleep(", "nanosleep("],
            instead: "Clock.sleep(untilMonotonicNs:), so that a manual clock can drive it",
            places: ["Shared/Basics/Clock.swift": "SystemClock's own sleep"]
        ),
        BannedCall(
            ["SystemRandomNumberGenerator", "UUID()", "arc4random", "getrandom("],
            instead: "chance comes in through the initialiser: Basics.SeededRandom",
            places: outsideOfServices
        ),
        BannedCall(
            ["ProcessInfo", "FileManager", "getenv", "setenv", "CommandLine.arguments"],
            instead: "Basics.Disk, or a key of the configuration (ServiceConfig, World)",
            places: outside
        ),
        BannedCall(
            ["AsyncStream", "AsyncThrowingStream"],
            instead: "BoundedQueue, RisingNumber or CursorStream: everything has a limit"
        ),
        BannedCall(["try!", "try?"], instead: "handle the error or return it"),
        BannedCall(["as!"], instead: "a switch, or `as?` with a typed error"),
        BannedCall(
            ["fatalError("],
            instead: "precondition for our mistakes, a typed error for others'"
        ),
        BannedCall(
            ["print(", "debugPrint(", "NSLog("],
            instead: "the logger (LogKeys for metadata)",
            places: ["Services/Shoal": "the command line talks on stdout and stderr"]
        ),
        BannedCall(
            ["Task {", "Task(", "Task<", "Task.detached", "Task.immediate"],
            instead: "a task group, or a Service: every task has an owner who waits for it",
            places: ownedTasks
        ),
        BannedCall(
            ["DispatchQueue", "DispatchSemaphore", "NSLock", "pthread_create"],
            instead: "OwnThread, BoundedQueue, Mutex"
        ),
    ]

    /// Tasks that are not children, and who ends them.
    private static let ownedTasks = [
        "Shared/Bus/MemoryBus.swift": "a delayed frame; cancelled by shutDown",
        "Shared/Bus/MemoryChannel.swift": "a call's deadline; cancelled when the call ends",
        "Shared/Chassis/Calls/CursorStream.swift": "pages asked ahead; cancelled by the iterator",
        "Shared/Chassis/Calls/RPCClient.swift": "a probe per server left out; cancelled by close",
        "Shared/Chassis/Calls/RunningCalls.swift": "a call in flight; cancelled and awaited there",
        "Services/Stage/Player.swift": "a service's instance; cancelled and awaited by its crash",
        "Shared/Client/RosterWatch.swift": "the wait for news; cancelled by the client's close",
    ]

    /// What runs to completion without suspending: storage and decisions. (The loops above them
    /// await once per batch.)
    static let neverSuspends = [
        "Shared/Basics/BoundedQueue.swift", "Shared/Columns", "Shared/Compression",
        "Shared/KeyValue", "Shared/Log", "Shared/Segments",
        "Services/Evaluator/PartitionState.swift", "Services/Ingestion/IntakeGroup.swift",
        "Services/Ingestion/Numbering.swift", "Services/Registry/AuditTrail.swift",
        "Services/Registry/Roster.swift",
    ]

    static let tests: [BannedCall] = [
        BannedCall(
            ["Task.sleep", "Thread.sleep", "usleep(", "nanosleep(", "sleep(1"],
            instead: "a test waits for something that happens: ManualClock, or a condition",
            places: waitingTests
        )
    ]

    /// Tests that poll real processes or real sockets.
    private static let waitingTests: [String: String] = [:]

    static func findings(in files: [SourceFile], calls: [BannedCall] = product) -> [Finding] {
        files.flatMap { file in
            let here = calls.filter { call in !call.places.keys.contains { file.isUnder($0) } }
            return file.code.enumerated().flatMap { index, line -> [Finding] in
                let bytes = Array(line.utf8)
                return here.compactMap { call in
                    call.words.first { $0.firstIndex(in: bytes) != nil }.map { _ in
                        Finding(
                            file.path,
                            index + 1,
                            "`\(line.split(separator: " ").joined(separator: " "))` instead: "
                                + call.instead
                        )
                    }
                }
            }
        }
    }

    /// Random choices name the generator they draw from.
    static func chance(in files: [SourceFile]) -> [Finding] {
        let draws = [".random(in", ".random()", ".randomElement(", ".shuffled(", ".shuffle("]
            .map(Words.init)
        return files.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                guard draws.contains(where: { $0.isIn(line) }) else { return nil }
                // The generator stands on the line or, in a wrapped call, within the next three.
                let call = file.code[index..<min(index + 4, file.code.count)].joined()
                return Words("using:").isIn(call)
                    ? nil
                    : Finding(file.path, index + 1, "a random choice without `using:` SeededRandom")
            }
        }
    }

    static func suspensions(in files: [SourceFile]) -> [Finding] {
        let awaits = Words("await")
        let quiet = files.filter { file in neverSuspends.contains { file.isUnder($0) } }
        return quiet.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                guard awaits.isIn(line) else { return nil }
                return Finding(
                    file.path,
                    index + 1,
                    "`await` where nothing suspends: await per batch, above this room"
                )
            }
        }
    }

    /// Permissions that nothing uses any more.
    static func stale(in files: [SourceFile], calls: [BannedCall] = product) -> [Finding] {
        calls.flatMap { call in
            call.places.keys.filter { place in
                !files.contains { file in
                    file.isUnder(place)
                        && file.code.contains { line in call.words.contains { $0.isIn(line) } }
                }
            }.map { Finding($0, "needs its permission no more: take it out of BannedCalls") }
        }
    }
}
