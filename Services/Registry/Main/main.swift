// The registry executable.

import Chassis
import Registry

try await Chassis.run("registry", RegistryConfig.self) { config, world in
    try Registry(config: config, world: world).services
}
