// Regular expressions the obvious way: every part answers at which places it may end.

import Segments

/// Reads and matches an expression at once, by trying everything; the expression must be right.
public struct OraclePattern {
    private let pattern: [Unicode.Scalar]
    private let text: [Unicode.Scalar]
    private let ignoreCase: Bool

    /// Whether some part of the text is what the expression describes.
    public static func matches(_ pattern: String, _ text: String, ignoreCase: Bool) -> Bool {
        func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            guard ignoreCase, upper.count == 1, let up = upper.first else { return scalar }
            let lower = up.properties.lowercaseMapping.unicodeScalars
            return lower.count == 1 ? lower.first ?? scalar : scalar
        }
        let whole = OraclePattern(
            pattern: Array(pattern.unicodeScalars),
            text: text.unicodeScalars.map(fold),
            ignoreCase: ignoreCase
        )
        let end = whole.pattern.count
        return (0...whole.text.count).contains { !whole.ends(0..<end, from: [$0]).isEmpty }
    }

    /// Where the alternatives in a stretch of the pattern may end.
    private func ends(_ stretch: Range<Int>, from starts: Set<Int>) -> Set<Int> {
        var found: Set<Int> = []
        for part in split(stretch) { found.formUnion(sequence(part, from: starts)) }
        return found
    }

    private func sequence(_ stretch: Range<Int>, from starts: Set<Int>) -> Set<Int> {
        var (at, places) = (stretch.lowerBound, starts)
        while at < stretch.upperBound {
            let atom = at..<atomEnd(at)
            let (times, next) = repetition(atom.upperBound, stretch.upperBound)
            var reached = times.contains(0) ? places : []
            var (current, number) = (places, 0)
            // More often than the text is long cannot find more than the empty text again.
            while !current.isEmpty, number < max(times.lowerBound, text.count) + 1 {
                number += 1
                current = self.atom(atom, from: current)
                if times.contains(number) { reached.formUnion(current) }
            }
            (at, places) = (next, reached)
        }
        return places
    }

    /// The stretches between the bars that stand in no group and no class.
    private func split(_ stretch: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var (at, start) = (stretch.lowerBound, stretch.lowerBound)
        while at < stretch.upperBound {
            if pattern[at] == "|" {
                parts.append(start..<at)
                (at, start) = (at + 1, at + 1)
            } else {
                at = atomEnd(at)
            }
        }
        return parts + [start..<stretch.upperBound]
    }

    private func atomEnd(_ start: Int) -> Int {
        switch pattern[start] {
        case "\\": return start + 2
        case "[":
            var at = start + (pattern[start + 1] == "^" ? 3 : 2)
            while pattern[at] != "]" { at += pattern[at] == "\\" ? 2 : 1 }
            return at + 1
        case "(":
            var at = start + 1
            while pattern[at] != ")" { at = pattern[at] == "|" ? at + 1 : atomEnd(at) }
            return at + 1
        default: return start + 1
        }
    }

    private func repetition(_ at: Int, _ end: Int) -> (times: ClosedRange<Int>, next: Int) {
        let without = at < end ? pattern[at] : " "
        switch without {
        case "*": return (0...Int.max, at + 1)
        case "+": return (1...Int.max, at + 1)
        case "?": return (0...1, at + 1)
        case "{":
            var close = at
            while pattern[close] != "}" { close += 1 }
            let inner = String(String.UnicodeScalarView(pattern[at + 1..<close]))
            let ends = inner.split(separator: ",", omittingEmptySubsequences: false)
            let low = Int(ends[0]) ?? 0
            let high = ends.count == 1 ? low : Int(ends[1]) ?? .max
            return (low...high, close + 1)
        default: return (1...1, at)
        }
    }

    private func atom(_ atom: Range<Int>, from starts: Set<Int>) -> Set<Int> {
        let first = pattern[atom.lowerBound]
        if first == "(" {
            let isBare = pattern[atom.lowerBound + 1] == "?"
            let inside = atom.lowerBound + (isBare ? 3 : 1)..<atom.upperBound - 1
            return ends(inside, from: starts)
        }
        func isWord(_ at: Int) -> Bool { text.indices ~= at && isIn("w", text[at]) }
        switch (first, first == "\\" ? pattern[atom.lowerBound + 1] : " ") {
        case ("^", _): return starts.filter { $0 == 0 }
        case ("$", _): return starts.filter { $0 == text.count }
        case (_, "b"): return starts.filter { isWord($0 - 1) != isWord($0) }
        case (_, "B"): return starts.filter { isWord($0 - 1) == isWord($0) }
        default: break
        }
        return Set(
            starts.filter { $0 < text.count && passes(atom, text[$0]) }.map { $0 + 1 }
        )
    }

    private func passes(_ atom: Range<Int>, _ scalar: Unicode.Scalar) -> Bool {
        let first = pattern[atom.lowerBound]
        switch first {
        case ".": return scalar != "\n"
        case "\\": return isIn(pattern[atom.lowerBound + 1], scalar)
        case "[": break
        default: return isSame(first, scalar)
        }
        var at = atom.lowerBound + 1
        let isInverted = pattern[at] == "^"
        if isInverted { at += 1 }
        var isFound = false
        while at < atom.upperBound - 1 {
            if pattern[at] == "\\" {
                isFound = isFound || isIn(pattern[at + 1], scalar)
                at += 2
            } else if pattern[at + 1] == "-", at + 2 < atom.upperBound - 1 {
                let range = pattern[at]...pattern[at + 2]
                isFound = isFound || variants(scalar).contains(where: range.contains)
                at += 3
            } else {
                isFound = isFound || isSame(pattern[at], scalar)
                at += 1
            }
        }
        return isFound != isInverted
    }

    private func isIn(_ name: Unicode.Scalar, _ scalar: Unicode.Scalar) -> Bool {
        let isDigit = ("0"..."9").contains(scalar)
        let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        let isSpace = ("\t"..."\r").contains(scalar) || scalar == " "
        switch name {
        case "d": return isDigit
        case "D": return !isDigit
        case "w": return isDigit || isLetter || scalar == "_"
        case "W": return !(isDigit || isLetter || scalar == "_")
        case "s": return isSpace
        case "S": return !isSpace
        default: return name == scalar
        }
    }

    private func isSame(_ wanted: Unicode.Scalar, _ found: Unicode.Scalar) -> Bool {
        variants(found).contains(wanted)
    }

    /// The character, and without regard to case both of its cases.
    private func variants(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        guard ignoreCase else { return [scalar] }
        // Greek's final sigma has the same capital.
        let others: [Unicode.Scalar] = scalar == "σ" ? ["ς"] : []
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        return [scalar] + others + (upper.count == 1 ? Array(upper) : [])
    }
}
