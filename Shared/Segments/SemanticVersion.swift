// Versions as texts, in the order of semver.org 2.0.0, with fewer or more numbers than three.

/// A version such as `5.2`, `5.10.0` or `2.0.0-beta.11+build.5`.
///
/// One to eight numbers (missing ones are 0, so `5.2` equals `5.2.0`; leading zeros are read),
/// then an optional pre-release after `-` and a build after `+`, which does not count. A leading
/// `v`, spaces or anything else make a text no version.
public struct SemanticVersion: Sendable, Hashable, Comparable {
    private let numbers: Numbers
    /// The identifiers of the pre-release; empty for a release.
    private let preRelease: [Identifier]

    private enum Identifier: Sendable, Hashable {
        /// Digits without leading zeros, of any length.
        case number([UInt8])
        case word([UInt8])
    }

    /// The version in `text`; nil if it is none.
    public init?(_ text: String) {
        let utf8 = text.utf8
        // Most versions are numbers alone.
        if utf8.count <= DefinitionLimits.versionBytes, let numbers = Self.numbers(utf8) {
            self.numbers = numbers
            preRelease = []
            return
        }
        let bytes = Array(text.utf8.prefix(DefinitionLimits.versionBytes + 1))
        guard bytes.count <= DefinitionLimits.versionBytes else { return nil }
        let whole = bytes.split(separator: 0x2B, maxSplits: 1, omittingEmptySubsequences: false)
        if whole.count > 1, Self.identifiers(whole[1]) == nil { return nil }
        let parts = whole[0].split(
            separator: 0x2D,
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let numbers = Self.numbers(parts[0]) else { return nil }
        self.numbers = numbers
        guard parts.count > 1 else {
            preRelease = []
            return
        }
        guard let identifiers = Self.identifiers(parts[1]) else { return nil }
        preRelease = identifiers
    }

    /// Older versions come first; a pre-release before its release.
    public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        if left.numbers != right.numbers { return left.numbers < right.numbers }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return !left.preRelease.isEmpty && right.preRelease.isEmpty
        }
        return left.preRelease.lexicographicallyPrecedes(right.preRelease, by: precedes)
    }

    private static func precedes(_ left: Identifier, _ right: Identifier) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)):
            a.count != b.count ? a.count < b.count : a.lexicographicallyPrecedes(b)
        case (.number, .word): true
        case (.word, .number): false
        case (.word(let a), .word(let b)): a.lexicographicallyPrecedes(b)
        }
    }

    /// In place, since a question asks about every version of a chunk.
    private static func numbers(_ bytes: some Sequence<UInt8>) -> Numbers? {
        var numbers = SIMD8<UInt64>.zero
        var place = 0
        var number: UInt64?
        for byte in bytes {
            if byte == 0x2E {
                guard let whole = number, place < numbers.scalarCount - 1 else { return nil }
                numbers[place] = whole
                place += 1
                number = nil
                continue
            }
            let (tens, isOver) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (next, isOverNow) = tens.addingReportingOverflow(UInt64(byte &- 0x30))
            guard isDigit(byte), !isOver, !isOverNow else { return nil }
            number = next
        }
        guard let last = number else { return nil }
        numbers[place] = last
        return Numbers(numbers)
    }

    private static func identifiers(_ bytes: ArraySlice<UInt8>) -> [Identifier]? {
        var identifiers: [Identifier] = []
        for part in bytes.split(separator: 0x2E, omittingEmptySubsequences: false) {
            guard !part.isEmpty, part.allSatisfy({ isDigit($0) || isLetter($0) || $0 == 0x2D })
            else { return nil }
            if part.allSatisfy(isDigit) {
                identifiers.append(.number(Array(part.drop { $0 == 0x30 })))
            } else {
                identifiers.append(.word(Array(part)))
            }
        }
        return identifiers
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39) ~= byte }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A) ~= byte | 0x20 }
}

/// Eight numbers, of which those that are missing are 0, in the order of the first that differs.
private struct Numbers: Sendable, Hashable, Comparable {
    /// Four each, of 16 bits: a question asks about every version there is, so without allocation.
    private let first: UInt64
    private let last: UInt64
    /// All of them, when one is greater; the others then are 0.
    private let great: [UInt64]?

    init(_ numbers: SIMD8<UInt64>) {
        guard numbers.max() <= UInt64(UInt16.max) else {
            (first, last) = (0, 0)
            great = numbers.indices.map { numbers[$0] }
            return
        }
        first = Self.packed(numbers.lowHalf)
        last = Self.packed(numbers.highHalf)
        great = nil
    }

    private static func packed(_ four: SIMD4<UInt64>) -> UInt64 {
        (four &<< SIMD4(48, 32, 16, 0)).wrappedSum()
    }

    private var all: [UInt64] {
        great
            ?? [first, last].flatMap { four in
                [48, 32, 16, 0].map { four >> $0 & UInt64(UInt16.max) }
            }
    }

    static func < (left: Numbers, right: Numbers) -> Bool {
        guard left.great == nil, right.great == nil else {
            return left.all.lexicographicallyPrecedes(right.all)
        }
        return (left.first, left.last) < (right.first, right.last)
    }
}
