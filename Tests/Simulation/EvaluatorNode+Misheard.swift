// What planted bugs make an evaluator of the simulator hear in place of what the log says.

import Basics
import Messages
import Segments
import Wire

@testable import Evaluator

extension EvaluatorNode {
    /// The records as they came, or as a planted bug takes them.
    func misheard(_ records: [LogV1.LogRecord]) -> [LogV1.LogRecord] {
        var records = records
        switch stage.bug {
        case .undoUnheard:
            for index in records.indices {
                guard case .importUndone = records[index].body else { continue }
                records[index].body = .tenure(LogV1.Tenure())
            }
        case .datesUnheard:
            for index in records.indices {
                guard case .profile(var profile) = records[index].body else { continue }
                profile.set.removeAll { $0.name == Producer.renewal }
                records[index].body = .profile(profile)
            }
        case .erasureUnheard:
            for index in records.indices {
                guard case .erasure = records[index].body else { continue }
                records[index].body = .tenure(LogV1.Tenure())
            }
        case .mergeUnheard:
            for index in records.indices {
                guard case .mergeIn = records[index].body else { continue }
                records[index].body = .tenure(LogV1.Tenure())
            }
        case .recordsSwapped:
            for index in records.indices.dropLast() {
                guard case .event(let one) = records[index].body,
                    case .event(let other) = records[index + 1].body, one.name != other.name
                else { continue }
                records[index].body = .event(other)
                records[index + 1].body = .event(one)
                break
            }
        case .swapLate: swapUpdate(&records)
        case .timersNotCarried, .sessionLonger, .nestedUnordered, .meaningKept:
            for index in records.indices {
                guard case .catalogue(var change) = records[index].body, let body = change.body
                else { continue }
                change.body = misread(body)
                records[index].body = .catalogue(change)
            }
        default: break
        }
        return records
    }

    /// Another definition is heard behind the record that follows it.
    private func swapUpdate(_ records: inout [LogV1.LogRecord]) {
        for index in records.indices.dropLast() {
            guard case .catalogue(let change) = records[index].body,
                document(change.body)?.version ?? 1 > 1,
                case .event(let event) = records[index + 1].body
            else { continue }
            records[index].body = .event(event)
            records[index + 1].body = .catalogue(change)
            break
        }
    }

    private func document(_ body: [UInt8]?) -> SegmentV1.SegmentDocument? {
        do { return try body.map { try .decode($0) } } catch { return nil }
    }

    /// A segment's document that says almost the same.
    private func misread(_ body: [UInt8]) -> [UInt8] {
        guard var document = document(body) else { return body }
        do {
            if stage.bug == .meaningKept, !document.follow {
                let known = parts?.catalogue.project(Simulation.project).segments
                let before = known?[ExactName(document.name)]?.document.definition
                document.definition = before ?? document.definition
                return try document.encode()
            }
            guard var live = try document.live.map({ try LiveCoding.decode($0) }) else {
                return body
            }
            switch (stage.bug, live.trigger) {
            case (.timersNotCarried, .inaction(var inaction)) where document.version > 1:
                // Another trigger, though nobody does more by it.
                inaction.didNot.events.append(ExactName("Never \(document.version)"))
                live.trigger = .inaction(inaction)
            case (.sessionLonger, .page(var page)):
                page.gapMs += 1
                live.trigger = .page(page)
            default: break
            }
            document.live = try LiveCoding.encode(live)
            if stage.bug == .nestedUnordered { unname(&document) }
            return try document.encode()
        } catch {
            return body
        }
    }

    /// Live segments are named by their feeds, so that nobody knows who uses them.
    private func unname(_ document: inout SegmentV1.SegmentDocument) {
        let known = parts?.catalogue.project(Simulation.project).segments ?? [:]
        func unnamed(_ nodes: [SegmentV1.Node]) -> [SegmentV1.Node] {
            nodes.map { node in
                guard case .inSegment(let used) = node.kind,
                    let saved = known[ExactName(used.name)], saved.document.live != nil
                else { return node }
                let inFeed = SegmentV1.InFeed(name: used.name, revision: saved.origin)
                return SegmentV1.Node(kind: .inFeed(inFeed))
            }
        }
        guard var live = document.live else { return }
        (live.becomes, live.filter, live.stayWhile) = (
            unnamed(live.becomes), unnamed(live.filter), unnamed(live.stayWhile)
        )
        document.live = live
    }
}
