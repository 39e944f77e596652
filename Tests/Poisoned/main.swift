// An evaluator that ends by every event called Poison and by every erasure, as one does that has a
// bug; and by segments with certain names: by the first version of `poison` when a record brings
// it to decide it, of `poison-timer` when time alone does, of `poison-definition` when it begins or
// is taken up.

import Chassis
import Evaluator

try await Chassis.run("evaluator", EvaluatorConfig.self) { config, world in
    var traps = PlantedTraps()
    traps.event = { event in precondition(event != "Poison", "the record is poisonous") }
    traps.erasure = { preconditionFailure("the erasure is poisonous") }
    traps.decision = { segment, version, cause in
        let isPoison =
            switch segment {
            case "poison": cause == .record
            case "poison-timer": cause == .time
            case "poison-definition": cause == .definition
            default: false
            }
        precondition(!isPoison || version > 1, "the segment is poisonous")
    }
    return try Evaluator(config: config, world: world, traps: traps).services
}
