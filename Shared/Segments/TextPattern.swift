// A regular expression made ready to be asked: a small machine that never goes back in the text.

import Basics

/// Whether a text has a part that a regular expression describes; `PatternSyntax` has its language.
///
/// The expression becomes at most `stepsMax` steps. A text is read once, with the set of steps that
/// could come next, so that time is at most the text's length times the steps, whatever they are.
/// With `ignoreCase` text and expression are folded by Unicode simple folding.
struct TextPattern: Sendable {
    /// Bytes of an expression: what a person writes.
    static let bytesMax = 1_024
    /// Steps of the machine, so that a thousand distinct texts take a moment at worst.
    static let stepsMax = 2_000
    /// Parts put together, those that take no step included.
    private static let partsMax = 20_000

    private enum Step: Sendable {
        case one(ScalarSet)
        case place(PatternPlace)
        /// Goes on at both.
        case fork(Int, Int)
        case found
    }

    private var steps: [Step] = []
    private var parts = 0
    private let ignoreCase: Bool

    /// The machine of an expression.
    init(_ text: String, ignoreCase: Bool) throws(PatternProblem) {
        self.ignoreCase = ignoreCase
        guard text.utf8.count <= Self.bytesMax else {
            throw PatternProblem(
                character: 1,
                message: "the expression is longer than \(Self.bytesMax) bytes",
                hint: "for lists of texts write `in`"
            )
        }
        let part = try PatternSyntax.read(text, ignoreCase: ignoreCase)
        try add(part)
        steps.append(.found)
    }

    /// Whether the expression describes some part of the text.
    func matches(_ text: String) -> Bool {
        var reading = PatternRun(steps: steps.count)
        var before: UInt32?
        for scalar in text.unicodeScalars {
            let value = ignoreCase ? CaseFolding.fold(scalar).value : scalar.value
            if enter(0, &reading, before: before, after: value) { return true }
            reading.advance()
            for step in reading.current {
                guard case .one(let set) = steps[step], set.contains(value) else { continue }
                reading.waiting.append(step + 1)
            }
            before = value
        }
        return enter(0, &reading, before: before, after: nil)
    }

    /// The steps that are reached between two characters, from those that waited for the first one
    /// and from the beginning; true when the expression is found.
    private func enter(
        _ start: Int,
        _ reading: inout PatternRun,
        before: UInt32?,
        after: UInt32?
    ) -> Bool {
        reading.waiting.append(start)
        while let step = reading.waiting.popLast() {
            guard reading.visit(step) else { continue }
            switch steps[step] {
            case .one: continue
            case .found: return true
            case .fork(let one, let other):
                reading.waiting.append(one)
                reading.waiting.append(other)
            case .place(let place):
                if isAt(place, before: before, after: after) { reading.waiting.append(step + 1) }
            }
        }
        return false
    }

    private func isAt(_ place: PatternPlace, before: UInt32?, after: UInt32?) -> Bool {
        func isWord(_ value: UInt32?) -> Bool { value.map(PatternSyntax.words.contains) ?? false }
        return switch place {
        case .start: before == nil
        case .end: after == nil
        case .wordEdge: isWord(before) != isWord(after)
        case .noWordEdge: isWord(before) == isWord(after)
        }
    }
}

// From parts to steps: each begins where the one before goes on.
extension TextPattern {
    private mutating func add(_ part: PatternPart) throws(PatternProblem) {
        parts += 1
        guard steps.count < Self.stepsMax, parts < Self.partsMax else {
            throw PatternProblem(
                character: 1,
                message: "the expression takes more than \(Self.stepsMax) steps",
                hint: "repetitions of repetitions multiply: ask for fewer times"
            )
        }
        switch part {
        case .one(let set): steps.append(.one(set))
        case .place(let place): steps.append(.place(place))
        case .all(let parts):
            for part in parts { try add(part) }
        case .either(let parts): try add(either: parts)
        case .repeated(let part, let least, let most):
            for _ in 0..<least { try add(part) }
            guard let most else {
                try add(anyNumberOf: part)
                return
            }
            // Each optional one leads past all the others.
            var forks: [Int] = []
            for _ in least..<most {
                forks.append(steps.count)
                steps.append(.fork(steps.count + 1, 0))
                try add(part)
            }
            for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
        }
    }

    private mutating func add(either parts: [PatternPart]) throws(PatternProblem) {
        var ends: [Int] = []
        for (index, part) in parts.enumerated() {
            let fork = steps.count
            let isLast = index == parts.count - 1
            if !isLast { steps.append(.fork(fork + 1, 0)) }
            try add(part)
            guard !isLast else { break }
            ends.append(steps.count)
            steps.append(.fork(0, 0))
            steps[fork] = .fork(fork + 1, steps.count)
        }
        for end in ends { steps[end] = .fork(steps.count, steps.count) }
    }

    private mutating func add(anyNumberOf part: PatternPart) throws(PatternProblem) {
        let fork = steps.count
        steps.append(.fork(fork + 1, 0))
        try add(part)
        steps.append(.fork(fork, fork))
        steps[fork] = .fork(fork + 1, steps.count)
    }
}

/// Where the machine stands in a text.
private struct PatternRun {
    /// Steps reached at this place, each once.
    private(set) var reached: [Int] = []
    /// Those reached at the place before.
    private(set) var current: [Int] = []
    /// Steps still to be entered.
    var waiting: [Int] = []
    /// The place at which each step was reached last.
    private var placeOfStep: [Int]
    private var place = 1

    init(steps: Int) { placeOfStep = [Int](repeating: 0, count: steps) }

    /// Whether the step is reached for the first time at this place.
    mutating func visit(_ step: Int) -> Bool {
        guard placeOfStep[step] != place else { return false }
        placeOfStep[step] = place
        reached.append(step)
        return true
    }

    /// To the next place.
    mutating func advance() {
        swap(&reached, &current)
        reached.removeAll(keepingCapacity: true)
        place += 1
    }
}
