// The ingestion executable.

import Chassis
import Ingestion

try await Chassis.run("ingestion", IngestionConfig.self) { config, world in
    try Ingestion(config: config, world: world).services
}
