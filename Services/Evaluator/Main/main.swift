// The evaluator executable.

import Chassis
import Evaluator

try await Chassis.run("evaluator", EvaluatorConfig.self) { config, world in
    try Evaluator(config: config, world: world).services
}
