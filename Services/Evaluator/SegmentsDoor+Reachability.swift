// How many users of a segment each channel reaches: one question with a part per channel and state.

import Basics
import Chassis
import Messages
import Segments
import Wire

extension SegmentsDoor {
    func reachability(_ request: EvaluationV1.ReachabilityRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ReachabilityResponse
    {
        let asked = try await understand(
            request.subject,
            atMs: request.atMs,
            request.freshness,
            call
        )
        let table = ReachTable(of: asked.definition, nested: asked.nested)
        var question = GatheredQuestion(
            project: asked.project,
            definition: table.definition,
            nested: table.nested,
            at: asked.at,
            projectZone: asked.projectZone,
            positions: asked.positions
        )
        question.nodeCounts = true
        let sum = AnswerSum(try await gather.ask(question, of: try partitions(), call))
        return EvaluationV1.ReachabilityResponse(
            users: sum.nodeUsers[table.subject],
            channels: table.channels.map { channel, nodes in
                EvaluationV1.ChannelReach(
                    channel: ChannelCoding.encode(channel),
                    reachable: sum.nodeUsers[nodes[.reachable] ?? 0],
                    noAddress: sum.nodeUsers[nodes[.noAddress] ?? 0],
                    optedOut: sum.nodeUsers[nodes[.optedOut] ?? 0],
                    addressProperty: channel.address?.text
                )
            },
            optOutProperty: Channel.optOut.text,
            exactness: sum.exactness(asked.at),
            tookUs: sum.tookUs
        )
    }
}

/// A definition whose nodes are the users of a segment by channel and state.
///
/// The segment itself is nested under a name that it does not use, so that it is evaluated once.
struct ReachTable {
    let definition: Definition
    let nested: [NestedSegment]
    /// The node of the segment.
    let subject = 1
    /// Per channel the nodes of the segment's users in each state.
    let channels: [(channel: Channel, nodes: [ChannelState: Int])]

    init(of segment: Definition, nested: [NestedSegment]) {
        var name = ExactName("segment")
        while nested.contains(where: { $0.name == name }) { name = ExactName(name.text + "-") }
        self.nested = nested + [NestedSegment(name, segment)]
        let states = Channel.allCases.flatMap { channel in
            ChannelState.allCases.map { Reachable(channel, $0) }
        }
        // Node 0 holds all others; 1 is the segment; then a group per state, then their children.
        let inSegment = Condition.inSegment(InSegment(name))
        var nodes: [Condition] = [.any(AnyOf(Array(1...(states.count + 1)))), inSegment]
        let firstChild = states.count + 2
        for index in states.indices {
            nodes.append(.all(AllOf([firstChild + 2 * index, firstChild + 2 * index + 1])))
        }
        for state in states { nodes += [inSegment, .reachable(state)] }
        definition = Definition(nodes: nodes)
        channels = Channel.allCases.enumerated().map { order, channel in
            let first = 2 + order * ChannelState.allCases.count
            let nodes = ChannelState.allCases.enumerated().map { ($0.element, first + $0.offset) }
            return (channel, Dictionary(uniqueKeysWithValues: nodes))
        }
    }
}
