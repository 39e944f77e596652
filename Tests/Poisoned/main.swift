// An evaluator that ends by every event called Poison, as one does that has a bug.

import Chassis
import Evaluator

try await Chassis.run("evaluator", EvaluatorConfig.self) { config, world in
    let evaluator = try Evaluator(config: config, world: world) { event in
        precondition(event != "Poison", "the record is poisonous")
    }
    return evaluator.services
}
