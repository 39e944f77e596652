// The word `unsafe` and its relatives stand only behind the doors listed here, each with its proof.
enum UnsafeRule {
    /// Files or folders that touch memory the compiler cannot check, and why they must.
    static let rooms: [String: String] = [
        "Shared/Bus": "nanomsg's messages and control data",
        "Shared/Compression": "zlib's and zstd's streams",
        "Shared/KeyValue": "RocksDB's handles",
        "Proto/Generated/Swift": "protobuf-c's structs, written by the generator",
        "Proto/runtime": "the hand-written half of the generated room",
        "Shared/Wire/FramePayload.swift": "lends a message's bytes as a span",
        "Shared/Wire/FramePrefix.swift": "reads the frame's head in place",
        "Shared/Wire/PackedFrame.swift": "packs into memory the bus allocated",
        "Shared/Basics/BoundedQueue.swift": "a gate of CLOCK_MONOTONIC, in C",
        "Shared/Basics/ByteCursor.swift": "reads integers from a raw span",
        "Shared/Basics/ByteReader.swift": "reads integers from bytes",
        "Shared/Basics/ByteWriter.swift": "writes integers as bytes",
        "Shared/Basics/Checksum.swift": "hands spans to C",
        "Shared/Basics/Lanes.swift": "vectors out of spans",
        "Shared/Basics/MappedArray.swift": "integers inside a mapped file",
        "Shared/Basics/MappedFile.swift": "mmap",
        "Shared/Basics/OwnThread.swift": "pthread's argument",
        "Shared/Basics/PathFacts.swift": "system calls",
        "Shared/Basics/RealDisk.swift": "system calls",
        "Shared/Basics/RealFile.swift": "system calls",
        "Shared/Basics/WideLanes.swift": "hands columns and words of bits to C",
        "Shared/Basics/TextBytes.swift": "memcmp over a text's bytes",
    ]

    static let words = ["unsafe", "@safe", "@unchecked", "nonisolated(unsafe)", "@preconcurrency"]
    /// These claim something the compiler takes on trust, so a comment that says "safe" is above.
    static let claims = ["@safe", "@unchecked", "nonisolated(unsafe)"]

    static func findings(in files: [SourceFile]) -> [Finding] {
        files.filter { $0.kind == .swift || $0.kind == .template }.flatMap { file in
            let isListed = rooms.keys.contains { file.isUnder($0) }
            return file.code.enumerated().compactMap { index, line -> Finding? in
                if let word = words.first(where: { Words($0).isIn(line) }), !isListed {
                    return Finding(
                        file.path,
                        index + 1,
                        "`\(word)` outside the rooms that may say it: ask Basics' ByteReader, "
                            + "MappedFile or BoundedQueue to do it"
                    )
                }
                return missingProof(of: line, at: index + 1, in: file)
            }
        }
    }

    private static func missingProof(
        of line: String,
        at number: Int,
        in file: SourceFile
    ) -> Finding? {
        guard !file.isGenerated, let claim = claims.first(where: { Words($0).isIn(line) })
        else { return nil }
        let proof = file.commentAbove(number).joined(separator: " ").lowercased()
        return Words("safe").isIn(proof)
            ? nil
            : Finding(
                file.path,
                number,
                "`\(claim)` without its proof: a comment directly above that begins \"Safe:\""
            )
    }
}
