// Which segments a definition uses, itself and through others: found once, bound to what they mean.

import Basics

/// A segment that a definition uses, with what it means.
public struct NestedSegment: Sendable, Hashable {
    /// The segment's name.
    public let name: ExactName
    /// What it means, in its own zone and with its own options.
    public let definition: Definition

    /// A segment.
    public init(_ name: ExactName, _ definition: Definition) {
        self.name = name
        self.definition = definition
    }
}

/// All segments below a definition.
///
/// Whoever answers a question finds them once, in the catalogue as of one revision, and hands them
/// on with the definition: every partition then means the same.
public struct Nesting: Sendable, Hashable {
    /// Each once, behind those it uses itself.
    public let segments: [NestedSegment]

    /// Finds the segments a definition uses.
    ///
    /// - Parameters:
    ///   - name: the definition's own name, when it is to be saved under one: it may not come
    ///     back to it.
    ///   - find: what a segment means; throws why it cannot be used, without a place.
    /// - Throws: when a segment cannot be used, is in itself, or they are too many or too deep; the
    ///   place is that of the condition in the definition, the message has the way from there.
    public init(
        of definition: Definition,
        as name: ExactName? = nil,
        find: (ExactName) throws(DefinitionProblem) -> Definition
    ) throws(DefinitionProblem) {
        guard definition.usesSegments else {
            segments = []
            return
        }
        var search = NestingSearch(below: name)
        let places = definition.places
        for (node, used) in definition.segmentsUsed {
            do {
                _ = try search.visit(used, find)
            } catch {
                throw DefinitionProblem(
                    error.code,
                    place: places[node] + "." + InSegment.keyword,
                    message: error.message,
                    hint: error.hint
                )
            }
        }
        segments = search.found
    }
}

/// The search below one definition.
private struct NestingSearch {
    private(set) var found: [NestedSegment] = []
    /// From the definition's own name, if it has one, to the segment looked at.
    private var way: [ExactName]
    /// What the definition's own name takes of the way.
    private let begin: Int
    private var nodes = 0
    /// How many segments stand above each other in one that was found, itself included.
    private var heights: [ExactName: Int] = [:]

    init(below name: ExactName?) {
        way = name.map { [$0] } ?? []
        begin = way.count
    }

    /// Answers the segment's height.
    ///
    /// Calls itself once per segment on the way, which has a limit.
    mutating func visit(
        _ name: ExactName,
        _ find: (ExactName) throws(DefinitionProblem) -> Definition
    ) throws(DefinitionProblem) -> Int {
        guard !way.contains(name) else {
            throw problem(
                .cycle,
                "segment \(Quoted.name(name.text)) would be in itself: \(said(name))",
                hint: "a segment cannot need its own answer"
            )
        }
        if let height = heights[name] {
            try check(depth: way.count - begin + height, name)
            return height
        }
        try check(depth: way.count - begin + 1, name)
        let definition: Definition
        do {
            definition = try find(name)
        } catch {
            let isDirect = way.count == begin
            throw problem(
                error.code,
                error.message + (isDirect ? "" : " (\(said(name)))"),
                hint: error.hint
            )
        }
        way.append(name)
        var height = 1
        for (_, used) in definition.segmentsUsed {
            height = max(height, 1 + (try visit(used, find)))
        }
        way.removeLast()
        nodes += definition.nodes.count
        found.append(NestedSegment(name, definition))
        guard found.count <= DefinitionLimits.nestedSegments,
            nodes <= DefinitionLimits.nestedNodes
        else {
            throw problem(
                .tooMany,
                "it uses more than \(DefinitionLimits.nestedSegments) segments, or these have more"
                    + " than \(DefinitionLimits.nestedNodes) conditions together",
                hint: "use fewer or simpler segments"
            )
        }
        heights[name] = height
        return height
    }

    private func check(depth: Int, _ name: ExactName) throws(DefinitionProblem) {
        guard depth > DefinitionLimits.nestedDepth else { return }
        throw problem(
            .tooDeep,
            "segments within segments, more than \(DefinitionLimits.nestedDepth) deep:"
                + " \(said(name))",
            hint: "write the condition itself instead of a segment that only names another"
        )
    }

    private func said(_ name: ExactName) -> String {
        (way + [name]).map(\.text).joined(separator: " → ")
    }

    private func problem(
        _ code: DefinitionProblem.Code,
        _ message: String,
        hint: String?
    ) -> DefinitionProblem {
        DefinitionProblem(code, place: "", message: message, hint: hint)
    }
}

extension Definition {
    /// The segments named in it, with the nodes that name them.
    public var segmentsUsed: [(node: Int, name: ExactName)] {
        nodes.enumerated().compactMap { node, condition in
            guard case .inSegment(let segment) = condition else { return nil }
            return (node, segment.name)
        }
    }

    /// Whether it names any segment.
    public var usesSegments: Bool { !segmentsUsed.isEmpty }
}
