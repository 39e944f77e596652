// Segments that use others: found in one state of the catalogue, told with every question.

import Basics
import Messages
import Segments
import Wire

extension ProjectCatalogue {
    /// Names told when a segment is in use.
    private static let namesMax = 10

    /// The segments a definition uses, bound to what they mean at this catalogue's revision.
    ///
    /// - Parameter name: the name it is to be saved under, to which it may not come back.
    /// - Throws: when one of them is not there, cannot be used, or is in itself, or when the
    ///   definition names a list that is not there.
    func nested(in definition: Definition, as name: String? = nil) throws(Fault)
        -> [NestedSegment]
    {
        try checkLists(of: definition)
        do throws(DefinitionProblem) {
            let name = name.map { ExactName($0) }
            let found = try Nesting(of: definition, as: name, find: meaning).segments
            for segment in found where segments[segment.name]?.document.live != nil {
                try checkLive(segment.name, below: name)
            }
            return found
        } catch {
            throw Definitions.fault(error)
        }
    }

    /// A live segment is asked by its feed; what it uses itself must not come back to a name, nor
    /// be too deep: members' comings and goings are told on from segment to segment in one step.
    private func checkLive(_ live: ExactName, below name: ExactName?)
        throws(DefinitionProblem)
    {
        var level: Set = [live]
        for _ in 0..<DefinitionLimits.nestedDepth {
            guard !level.isEmpty else { return }
            if let name, level.contains(name) {
                throw DefinitionProblem(
                    .cycle,
                    place: "",
                    message: "segment \(name.text) would be in itself, by \(live.text)",
                    hint: "a segment cannot need its own answer"
                )
            }
            level = Set(level.flatMap { segments[$0]?.document.used ?? [] })
        }
        throw DefinitionProblem(
            .tooDeep,
            place: "",
            message: "live segments are more than \(DefinitionLimits.nestedDepth) deep in"
                + " \(live.text)",
            hint: "use fewer within each other"
        )
    }

    private func meaning(of name: ExactName) throws(DefinitionProblem) -> Definition {
        func problem(_ message: String, _ hint: String?) -> DefinitionProblem {
            DefinitionProblem(.segment, place: "", message: message, hint: hint)
        }
        guard let segment = segments[name] else {
            guard !unreadable.contains(name) else {
                throw problem("segment \(name.text) cannot be read here", "a newer build wrote it")
            }
            let known = segments.filter { !$0.value.document.archived }.keys.sorted()
            let near = NearestName.nearest(to: name.text, in: known.map(\.text))
            throw problem(
                "there is no segment \(name.text)",
                near.map { "did you mean \($0)?" } ?? "create it first"
            )
        }
        guard !segment.document.archived else {
            throw problem("segment \(name.text) is archived", "use another, or its condition")
        }
        if let quarantine = segment.document.quarantine {
            throw problem(
                "segment \(name.text) is quarantined",
                Self.hint(quarantine, of: name.text)
            )
        }
        do {
            return try DefinitionCoding.decode(segment.definition ?? .init())
        } catch {
            throw problem("segment \(name.text): \(error.message)", error.hint)
        }
    }

    /// Refuses when segments that can be asked about use this one.
    func checkUnused(_ name: String) throws(Fault) {
        let users = segments.values.lazy.map(\.document)
            .filter { document in
                !document.archived
                    && document.nodes.contains {
                        if case .inSegment(let used) = $0.kind { used.name == name } else { false }
                    }
            }
            .map(\.name).sorted()
        guard let first = users.first else { return }
        let others = users.dropFirst().prefix(Self.namesMax - 1).map { ", " + $0 }.joined()
        let more = users.count > Self.namesMax ? " and \(users.count - Self.namesMax) more" : ""
        throw Fault.failedPrecondition(
            "segment \(name) is used by \(first)\(others)\(more)",
            place: "name",
            hint: "archive those first"
        )
    }
}

extension SegmentV1.SegmentDocument {
    /// The segments that its conditions name.
    var used: [ExactName] {
        nodes.compactMap { node in
            if case .inSegment(let used) = node.kind { ExactName(used.name) } else { nil }
        }
    }

    /// All conditions in it.
    var nodes: [SegmentV1.Node] {
        (definition?.nodes ?? []) + (live?.becomes ?? []) + (live?.filter ?? [])
            + (live?.stayWhile ?? [])
    }
}
