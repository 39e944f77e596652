// Opens the volumes that the mark names, and leaves what an unfinished sealing made alone.

import Basics

extension Recovery {
    /// Per partition the volumes by offset, checked to tile what the mark says.
    func openVolumes(_ mark: VolumesMark) throws(LogError) -> [[VolumeReader]] {
        var all: [[VolumeReader]] = Array(repeating: [], count: mark.spans.count)
        for name in names {
            guard let partition = Folder.partitionIndex(name) else { continue }
            guard Int(partition) < all.count else {
                throw LogError(
                    .foreign,
                    "open volumes",
                    at: folder.partition(partition),
                    hint: "the deployment has \(all.count) partitions"
                )
            }
            all[Int(partition)] = try openVolumes(of: partition, mark)
        }
        for (index, volumes) in all.enumerated() {
            try check(volumes, index, mark.spans[index])
        }
        return all
    }

    private func openVolumes(
        of partition: UInt16,
        _ mark: VolumesMark
    ) throws(LogError) -> [VolumeReader] {
        let path = folder.partition(partition)
        let names = try onDisk("open volumes") { () throws(DiskError) in
            let names = try disk.list(path)
            let unfinished = names.filter { $0.hasSuffix(Folder.unfinished) }
            guard purpose == .work else { return names }
            for name in unfinished { try disk.remove(path + "/" + name) }
            return names
        }
        var volumes: [VolumeReader] = []
        let span = mark.spans[Int(partition)]
        for offset in names.compactMap(Folder.volumeOffset).sorted() where offset < span.next {
            volumes.append(
                try VolumeReader(
                    path: folder.volume(partition, offset),
                    partition: partition,
                    identity: mark.identity,
                    disk: disk
                )
            )
        }
        return volumes
    }

    private func check(
        _ volumes: [VolumeReader],
        _ partition: Int,
        _ span: VolumesMark.Span
    ) throws(LogError) {
        var offset = span.first
        var timeMs = Int64.min
        for volume in volumes {
            guard volume.firstOffset == offset else {
                throw LogError.missing(
                    "open volumes",
                    folder.volume(UInt16(partition), offset),
                    "the next volume there begins at \(volume.firstOffset)"
                )
            }
            guard volume.blocks.first.map({ $0.firstTimeMs >= timeMs }) ?? false else {
                throw LogError.corrupt("open volumes", volume.path, byte: 0, "log time goes back")
            }
            offset = volume.nextOffset
            timeMs = volume.lastTimeMs
        }
        guard offset == span.next else {
            throw LogError.missing(
                "open volumes",
                folder.volume(UInt16(partition), offset),
                "partition \(partition) must have volumes up to \(span.next)"
            )
        }
    }
}
