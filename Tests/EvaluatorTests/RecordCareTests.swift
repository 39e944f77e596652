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

    init(_ folder: String) throws {
        checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
        care = try RecordCare(
            folder: folder,
            disk: RealDisk(),
            store: checkpoints.store,
            logger: quietLogger
        )
    }

    /// Handles a page; ends at a record, which cannot be understood, or for another reason.
    ///
    /// - Returns: whether it came to the end.
    func handle(
        _ page: Range<UInt64>,
        of partition: Partition,
        endingBy poison: UInt64? = nil,
        _ code: EvaluatorError.Code = .record
    ) throws -> Bool {
        let end = EvaluatorError(code, "handle", place: "a record", hint: "it ends")
        care.note(partition, isHeld: true)
        do {
            try care.handle(
                Array(page),
                of: partition,
                offset: { LogOffset($0) },
                pass: { _ in },
                { (records) throws(EvaluatorError) in
                    for record in records {
                        guard record != poison else { throw end }
                        handled.append(record)
                    }
                }
            )
            return true
        } catch {
            guard error == end else { throw error }
            checkpoints.close()
            return false
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
                #expect(rig.care.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(page, of: Self.home, endingBy: 42))
            }
            let rig = try CareRig(folder)
            let condemned = rig.care.condemned(Self.home)
            #expect(condemned.map(\.offset) == [LogOffset(42)])
            #expect(condemned.map(\.attempts) == [3])
            // It is set aside: what is left of its page is handled, and nobody doubts it any more.
            try rig.care.forget(of: Self.home, below: LogOffset(43))
            #expect(try rig.handle(0..<1_000, of: Self.home))
            #expect(rig.care.condemned(Self.home).isEmpty)
            rig.checkpoints.close()
            let next = try CareRig(folder)
            #expect(next.care.condemned(Self.home).isEmpty)
            next.checkpoints.close()
        }
    }

    @Test("an attempt that succeeds is forgotten: ends by somebody else are no poison")
    func innocent() throws {
        try inFolder { folder in
            for round in 0..<9 {
                let rig = try CareRig(folder)
                #expect(rig.care.condemned(Self.home).isEmpty, "round \(round)")
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
            #expect(rig.care.condemned(other).isEmpty)
            #expect(rig.care.condemned(Self.home).map(\.attempts) == [3])
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
                #expect(rig.care.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(0..<100, of: Self.home, endingBy: 42, code))
            }
            // Nor is what was doubted before blamed any further.
            for _ in 0..<2 {
                #expect(try !CareRig(folder).handle(42..<43, of: Self.home, endingBy: 42))
            }
            for _ in 0..<6 {
                let rig = try CareRig(folder)
                #expect(rig.care.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(42..<43, of: Self.home, endingBy: 42, code))
            }
        }
    }

    @Test("without a file of what was in hand, nothing is ever condemned")
    func control() throws {
        try inFolder { folder in
            for _ in 0..<6 {
                let rig = try CareRig(folder)
                #expect(rig.care.condemned(Self.home).isEmpty)
                #expect(try !rig.handle(0..<100, of: Self.home, endingBy: 42))
                try RealDisk().remove("\(folder)/\(RecordCare.fileName)")
            }
        }
    }
}
