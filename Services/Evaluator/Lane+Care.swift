// The care of a lane: what it has in hand is noted, and what is quarantined it does not follow.

import Basics
import Messages

extension Lane {
    /// A partition as it was kept, but for what is quarantined.
    func load(_ partition: Partition) throws(EvaluatorError) -> PartitionState {
        let isFollowing = catalogue.isFollowing
        guard let care else {
            return try checkpoints.load(partition, isFollowing: isFollowing)
        }
        return try care.load(partition) { (inHand) throws(EvaluatorError) in
            try checkpoints.load(
                partition,
                isFollowing: isFollowing,
                quarantined: care.quarantined.all,
                inHand: inHand
            )
        }
    }

    /// Takes records in with care, so that the next process knows by which this one ended.
    func take(_ records: [LogV1.LogRecord], _ state: inout PartitionState)
        throws(EvaluatorError)
    {
        guard let care else { return try catalogue.apply(try state.apply(records)) }
        var changes: [(ProjectName, LogV1.CatalogueChange)] = []
        try care.handle(
            records,
            of: state.partition,
            place: { (LogOffset($0.offset), Timestamp(ms: $0.logTimeMs)) },
            pass: { (record) throws(EvaluatorError) in try state.pass(before: record) }
        ) { (some) throws(EvaluatorError) in
            care.traps.meet(some)
            changes += try state.apply(some)
        }
        try catalogue.apply(changes)
    }

    /// Lets instants pass with the same care.
    func pass(_ watermark: Timestamp, _ state: inout PartitionState)
        throws(EvaluatorError)
    {
        guard let care else { return try state.pass(watermark) }
        try care.pass(
            through: watermark,
            of: state.partition,
            before: state.next,
            isDue: state.isDue(watermark)
        ) { () throws(EvaluatorError) in try state.pass(watermark) }
    }

    /// What was learnt to be quarantined since the page before is followed no more.
    func quarantine(in state: inout PartitionState) throws(EvaluatorError) {
        guard let known = care?.quarantined, known.count > state.live.quarantined.count else {
            return
        }
        try state.live.quarantine(known.all)
    }
}

extension PlantedTraps {
    /// Ends the process where a test wants it to.
    fileprivate func meet(_ records: [LogV1.LogRecord]) {
        guard event != nil || erasure != nil else { return }
        for record in records {
            switch record.body {
            case .event(let one): event?(one.name)
            case .erasure: erasure?()
            default: break
            }
        }
    }
}
