// Snapshots that stay as they are while a listing is read from them, page by page.

import Basics
import Columns
import Messages
import Synchronization

/// What listings are read from: partitions as they were when a first page was asked for.
///
/// Legal transitions of a listing's snapshot: taken (once per partition) → read (any number of
/// times) → gone, when nobody has read it for a while, when newer ones need its room, or with this
/// process. What is gone does not come back under its id, so that pages never mix.
/// Any thread; calls are short.
final class HeldSnapshots: Sendable {
    /// Most listings at a time: the ones read longest ago make room.
    static let listingsMax = 64
    /// Most bytes of open tails that are held, counted as if each were a copy of its own.
    static let bytesMax = 256 << 20
    /// How long a snapshot waits for the next page: a person may begin an export again meanwhile.
    static let idleNs: UInt64 = 600_000_000_000

    private struct Key: Hashable {
        let id: [UInt8]
        let project: ProjectName
    }

    private struct Held {
        var parts: [UInt32: SetsDoor.Snapshot.Part] = [:]
        var bytes = 0
        var readNs: UInt64 = 0
    }

    private let listings = Mutex<[Key: Held]>([:])

    /// Keeps a snapshot under a listing's id; partitions that stand there already stay as they are,
    /// unless that is before where they are asked for.
    ///
    /// - Returns: what stands there for these partitions.
    func take(
        _ snapshot: SetsDoor.Snapshot,
        as id: [UInt8],
        of project: ProjectName,
        from positions: [Partition: LogOffset] = [:],
        nowNs: UInt64
    ) -> SetsDoor.Snapshot {
        let key = Key(id: id, project: project)
        return listings.withLock { listings in
            var held = listings[key] ?? Held()
            var whole = SetsDoor.Snapshot()
            for part in snapshot.parts {
                let number = part.position.partition
                let wanted = UInt16(exactly: number).flatMap { positions[Partition(index: $0)] }
                let standing = held.parts[number].flatMap { kept in
                    kept.position.nextOffset < wanted?.value ?? 0 ? nil : kept
                }
                if standing == nil {
                    held.bytes -= held.parts[number]?.columns?.tail.approximateBytes ?? 0
                    held.parts[number] = part
                    held.bytes += part.columns?.tail.approximateBytes ?? 0
                }
                whole.parts.append(standing ?? part)
            }
            held.readNs = nowNs
            listings[key] = held
            Self.makeRoom(in: &listings, for: key, nowNs: nowNs)
            return whole
        }
    }

    /// The snapshot of a listing's partitions.
    ///
    /// - Throws: when it is gone, or one of the partitions was never in it.
    func read(
        _ id: [UInt8],
        of project: ProjectName,
        _ partitions: [Partition],
        nowNs: UInt64
    ) throws(EvaluatorError) -> SetsDoor.Snapshot {
        let key = Key(id: id, project: project)
        let parts = listings.withLock { listings in
            Self.makeRoom(in: &listings, for: nil, nowNs: nowNs)
            listings[key]?.readNs = nowNs
            return partitions.compactMap { listings[key]?.parts[UInt32($0.index)] }
        }
        guard parts.count == partitions.count else {
            throw EvaluatorError(
                .listingOver,
                "go on with the listing",
                place: Gather.list(partitions),
                hint: "its snapshot is gone (an evaluator began anew, or nobody read on for"
                    + " \(Self.idleNs / 60_000_000_000) min): ask again from the first page"
            )
        }
        return SetsDoor.Snapshot(parts: parts)
    }

    /// Lets go of what nobody reads, then of what was read longest ago.
    private static func makeRoom(in listings: inout [Key: Held], for newest: Key?, nowNs: UInt64) {
        listings = listings.filter { nowNs - min($0.value.readNs, nowNs) < idleNs }
        var bytes = listings.values.reduce(0) { $0 + $1.bytes }
        while listings.count > listingsMax || bytes > bytesMax {
            let oldest = listings.filter { $0.key != newest }
                .min { $0.value.readNs < $1.value.readNs }
            guard let oldest else { return }
            bytes -= oldest.value.bytes
            listings[oldest.key] = nil
        }
    }
}
