// Many definitions of one question: checked one by one, held to the limits of one call.

import Basics
import Messages
import Segments

/// Reads definitions into one plan.
struct JointReading {
    private var builder: JointPlanBuilder
    private var segments = 0
    private var conditions = 0

    /// Nothing yet.
    init(projectZone: String?) throws(Fault) {
        builder = JointPlanBuilder(projectZone: try Definitions.zone(ofProject: projectZone))
    }

    /// Makes a segment known that others use; those that it uses itself come before it.
    mutating func use(_ segment: NestedSegment) throws(Fault) {
        try take(segment.definition)
        do throws(DefinitionProblem) {
            try builder.use(segment)
        } catch {
            throw Definitions.fault(error)
        }
    }

    /// Adds the next definition.
    mutating func add(_ definition: Definition) throws(Fault) {
        try take(definition)
        segments += 1
        guard segments <= SizesQuestion.segmentsMax else {
            throw Fault.invalidArgument(
                "more than \(SizesQuestion.segmentsMax) segments are asked about",
                place: "subjects",
                hint: "ask in several calls, at one instant"
            )
        }
        do throws(DefinitionProblem) {
            try builder.add(definition)
        } catch {
            throw Definitions.fault(error)
        }
    }

    /// The plan of all of them.
    func plan() throws(Fault) -> JointPlan {
        guard segments > 0 else {
            throw Fault.invalidArgument(
                "no segment is asked about",
                place: "subjects",
                hint: "name 1 to \(SizesQuestion.segmentsMax) segments or send definitions"
            )
        }
        return builder.plan
    }

    private mutating func take(_ definition: Definition) throws(Fault) {
        conditions += definition.nodes.count
        guard conditions <= SizesQuestion.conditionsMax else {
            throw Fault.invalidArgument(
                "the segments and those they use have more than"
                    + " \(SizesQuestion.conditionsMax) conditions together",
                place: "subjects",
                hint: "ask in several calls, at one instant"
            )
        }
    }
}
