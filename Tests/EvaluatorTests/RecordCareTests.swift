// What was in hand when the process ended is known to the next one: counted before each attempt,
// found within its page, and nobody else is blamed.

import Basics
import Chassis
import Kit
import Testing

@testable import Evaluator

/// One process's care after the other over one folder.
private final class CareRig {
    let checkpoints: Checkpoints
    let care: RecordCare
    private(set) var handled: [UInt64] = []

    init(_ folder: String, build: String = "1") throws {
        checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
        care = try RecordCare(
            folder: folder,
            disk: RealDisk(),
            store: checkpoints.store,
            logger: quietLogger,
            build: build
        )
    }

    /// Handles a page; ends at a record, which cannot be understood, or for another reason.
    ///
    /// - Parameter segment: what is being decided there.
    /// - Returns: whether it came to the end.
    func handle(
        _ page: Range<UInt64>,
        of partition: Partition,
        endingBy poison: UInt64? = nil,
        deciding segment: SegmentVersion? = nil,
        _ code: EvaluatorError.Code = .record
    ) throws -> Bool {
        let end = EvaluatorError(code, "handle", place: "a record", hint: "it ends")
        care.note(partition, isHeld: true)
        return try ends(by: end) { () throws(EvaluatorError) in
            try care.handle(
                Array(page),
                of: partition,
                place: { (LogOffset($0), Timestamp(ms: Int64($0))) },
                pass: { _ in },
                { (records) throws(EvaluatorError) in
                    for record in records {
                        if record == poison {
                            if let segment { try care.hand(of: partition).take(segment) }
                            throw end
                        }
                        handled.append(record)
                    }
                }
            )
        }
    }

    /// Lets instants pass; ends meanwhile.
    ///
    /// - Returns: whether it came to the end.
    func pass(
        through instant: Int64,
        of partition: Partition,
        before next: UInt64,
        isEnding: Bool = false,
        deciding segment: SegmentVersion? = nil
    ) throws -> Bool {
        let end = EvaluatorError(.record, "pass", place: "an instant", hint: "it ends")
        care.note(partition, isHeld: true)
        return try ends(by: end) { () throws(EvaluatorError) in
            try care.pass(
                through: Timestamp(ms: instant),
                of: partition,
                before: LogOffset(next),
                isDue: true
            ) { () throws(EvaluatorError) in
                if let segment { try care.hand(of: partition).take(segment) }
                if isEnding { throw end }
                if segment != nil { try care.hand(of: partition).letGo() }
            }
        }
    }

    private func ends(by end: EvaluatorError, _ body: () throws(EvaluatorError) -> Void) throws
        -> Bool
    {
        do throws(EvaluatorError) {
            try body()
            return true
        } catch {
            guard error == end else { throw error }
            checkpoints.close()
            return false
        }
    }

    /// The records of a partition that are tried no more.
    func condemned(_ partition: Partition) -> [(offset: LogOffset, attempts: UInt32)] {
        care.verdicts(of: partition).compactMap { verdict in
            guard case .record(let offset) = verdict.culprit else { return nil }
            return (offset, verdict.attempts)
        }
    }
}

@Suite struct RecordCareTests {
    private static let home = Partition(index: 5)

    @Test("the third end by one record is the last, whatever pages it comes in")
    func three() throws {
        try inFolder { folder in
            for page in [0..<100, 7..<60, 0..<1_000] as [Range<UInt64>] {
                let rig = try CareRig(folder)
                #expect(rig.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(page, of: Self.home, endingBy: 42))
            }
            let rig = try CareRig(folder)
            let condemned = rig.condemned(Self.home)
            #expect(condemned.map(\.offset) == [LogOffset(42)])
            #expect(condemned.map(\.attempts) == [3])
            // It is set aside: what is left of its page is handled, and nobody doubts it any more.
            try rig.care.forget(of: Self.home, below: LogOffset(43))
            #expect(try rig.handle(0..<1_000, of: Self.home))
            #expect(rig.condemned(Self.home).isEmpty)
            rig.checkpoints.close()
            let next = try CareRig(folder)
            #expect(next.condemned(Self.home).isEmpty)
            next.checkpoints.close()
        }
    }

    @Test("an attempt that succeeds is forgotten: ends by somebody else are no poison")
    func innocent() throws {
        try inFolder { folder in
            for round in 0..<9 {
                let rig = try CareRig(folder)
                #expect(rig.condemned(Self.home).isEmpty, "round \(round)")
                // Every second process gets through what the one before ended in.
                guard round % 2 == 1 else {
                    #expect(try !rig.handle(0..<10, of: Self.home, endingBy: 4))
                    continue
                }
                #expect(try rig.handle(0..<10, of: Self.home))
                #expect(rig.handled == Array(0..<10))
                rig.checkpoints.close()
            }
        }
    }

    @Test("what another partition had in hand when the process ended is not blamed for it")
    func bystander() throws {
        let other = Partition(index: 6)
        try inFolder { folder in
            for round in 0..<3 {
                let rig = try CareRig(folder)
                if round == 0 {
                    // In hand beside the poison, as far as this process tells.
                    #expect(try !rig.handle(3..<4, of: other, endingBy: 3))
                    let again = try CareRig(folder)
                    #expect(try !again.handle(42..<43, of: Self.home, endingBy: 42))
                    continue
                }
                #expect(try rig.handle(3..<4, of: other))
                #expect(try !rig.handle(42..<43, of: Self.home, endingBy: 42))
            }
            let rig = try CareRig(folder)
            #expect(rig.condemned(other).isEmpty)
            #expect(rig.condemned(Self.home).map(\.attempts) == [3])
            rig.checkpoints.close()
        }
    }

    @Test(
        "whoever ends since its state or its disk is no good blames no record",
        arguments: [.log, .columns, .store, .disk] as [EvaluatorError.Code]
    )
    func ownFault(code: EvaluatorError.Code) throws {
        try inFolder { folder in
            for _ in 0..<6 {
                let rig = try CareRig(folder)
                #expect(rig.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(0..<100, of: Self.home, endingBy: 42, code))
            }
            // Nor is what was doubted before blamed any further.
            for _ in 0..<2 {
                #expect(try !CareRig(folder).handle(42..<43, of: Self.home, endingBy: 42))
            }
            for _ in 0..<6 {
                let rig = try CareRig(folder)
                #expect(rig.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(42..<43, of: Self.home, endingBy: 42, code))
            }
        }
    }

    @Test("without a file of what was in hand, nothing is ever condemned")
    func control() throws {
        try inFolder { folder in
            for _ in 0..<6 {
                let rig = try CareRig(folder)
                #expect(rig.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(0..<100, of: Self.home, endingBy: 42))
                try RealDisk().remove("\(folder)/\(InHandFile.name)")
            }
        }
    }

    // Segments and instants

    private static let poison = SegmentVersion(project: shop, name: "poison", version: 1)
    private static let other = SegmentVersion(project: shop, name: "other", version: 3)

    @Test("who ends while a segment is decided blames the segment, and no record")
    func segment() throws {
        try inFolder { folder in
            for page in [0..<100, 7..<60, 0..<1_000] as [Range<UInt64>] {
                let rig = try CareRig(folder)
                #expect(rig.care.verdicts(of: Self.home).isEmpty)
                #expect(
                    try !rig.handle(page, of: Self.home, endingBy: 42, deciding: Self.poison)
                )
            }
            let rig = try CareRig(folder)
            let verdicts = rig.care.verdicts(of: Self.home)
            #expect(verdicts == [.init(culprit: .segment(Self.poison), attempts: 3)])
            // Without it the same records are handled, and nobody is doubted any more.
            #expect(try rig.handle(0..<1_000, of: Self.home))
            #expect(rig.care.verdicts(of: Self.home).isEmpty)
            rig.checkpoints.close()
        }
    }

    @Test("a record by which another segment ends, too, is itself to blame")
    func several() throws {
        try inFolder { folder in
            for segment in [Self.poison, Self.poison, Self.poison, Self.other] {
                let rig = try CareRig(folder)
                #expect(try !rig.handle(0..<9, of: Self.home, endingBy: 4, deciding: segment))
            }
            let rig = try CareRig(folder)
            let verdicts = rig.care.verdicts(of: Self.home)
            #expect(verdicts == [.init(culprit: .record(LogOffset(4)), attempts: 4)])
            rig.checkpoints.close()
        }
    }

    @Test("who ends while time passes blames the segment whose timer it is, wherever it comes")
    func timer() throws {
        try inFolder { folder in
            // At the first end nobody looked so closely.
            for (instant, next) in [(70, 10), (80, 12), (95, 12), (97, 12)]
                as [(Int64, UInt64)]
            {
                let rig = try CareRig(folder)
                #expect(rig.care.verdicts(of: Self.home).isEmpty)
                // What passed before it is no reason to forget it.
                #expect(try rig.pass(through: 60, of: Self.home, before: 10))
                #expect(try rig.handle(10..<next, of: Self.home))
                #expect(
                    try !rig.pass(
                        through: instant,
                        of: Self.home,
                        before: next,
                        isEnding: true,
                        deciding: Self.poison
                    )
                )
            }
            let rig = try CareRig(folder)
            let verdicts = rig.care.verdicts(of: Self.home)
            #expect(verdicts == [.init(culprit: .segment(Self.poison), attempts: 3)])
            #expect(try rig.pass(through: 99, of: Self.home, before: 12))
            #expect(rig.care.verdicts(of: Self.home).isEmpty)
            rig.checkpoints.close()
        }
    }

    @Test("a state that cannot be read by a start is no segment's fault")
    func unreadable() throws {
        try inFolder { folder in
            for _ in 0..<4 {
                let rig = try CareRig(folder)
                #expect(rig.care.verdicts(of: Self.home).isEmpty)
                let error = EvaluatorError(.store, "load", place: "a state", hint: "damaged")
                #expect(throws: error) {
                    try rig.care.load(Self.home) { (hand) throws(EvaluatorError) -> Void in
                        try hand.take(Self.poison, because: .definition)
                        throw error
                    }
                }
                rig.checkpoints.close()
            }
        }
    }

    @Test("time by which nobody in particular ends is told as such, and by a newer build is not")
    func instants() throws {
        try inFolder { folder in
            for _ in 0..<3 {
                let rig = try CareRig(folder)
                #expect(try !rig.pass(through: 70, of: Self.home, before: 9, isEnding: true))
            }
            let rig = try CareRig(folder)
            #expect(rig.care.verdicts(of: Self.home).map(\.culprit) == [.instants])
            #expect(rig.care.verdicts(of: Partition(index: 6)).isEmpty)
            rig.checkpoints.close()
            let newer = try CareRig(folder, build: "2")
            #expect(newer.care.verdicts(of: Self.home).isEmpty)
            newer.checkpoints.close()
        }
    }

    @Test("in normal work no segment is noted, and where no timer is due nothing is")
    func quiet() throws {
        try inFolder { folder in
            let rig = try CareRig(folder)
            defer { rig.checkpoints.close() }
            let path = "\(folder)/\(InHandFile.name)"
            func noted() throws -> [UInt8] {
                let slot = InHandFile.slotBytes * Int(Self.home.index)
                let file = try RealDisk().open(path, .read)
                return try file.read(at: slot, count: InHandFile.slotBytes)
            }
            let nothing = Array(repeating: UInt8(0), count: InHandFile.slotBytes)
            try rig.care.pass(
                through: Timestamp(ms: 5),
                of: Self.home,
                before: .zero,
                isDue: false
            ) { () throws(EvaluatorError) in
                let now = Result { try noted() }
                #expect((try? now.get()) == nothing)
            }
            #expect(try rig.pass(through: 70, of: Self.home, before: 9, deciding: Self.poison))
            #expect(try noted() == nothing)
        }
    }
}
