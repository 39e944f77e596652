// Follows the registry: begins tenures, and brings catalogues into the logs that nobody asked for.

import Basics
import Chassis
import Messages
import ServiceLifecycle

/// Keeps the logs abreast of the partition map and of every project's catalogue.
struct RegistryFollower: Service {
    let link: RegistryLink
    let instance: InstanceID
    let intake: Intake
    let catalogue: CatalogueKeeper

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var view = link.view
            while !Task.isCancelled {
                await follow(view)
                view = await link.next(after: view)
            }
        }
    }

    private func follow(_ view: RosterView) async {
        do {
            let owned = view.partitions(of: instance, .ingestion)
            try await intake.begin(
                Dictionary(owned.map { ($0.partition, $0.epoch) }) { first, _ in first },
                as: instance)
            for project in view.projects where project.catalogueRevision > 0 {
                _ = try await catalogue.bring(project.name, to: project.catalogueRevision)
            }
        } catch {
            // The registry or the intake is away: the next view, or the next Append, tries again,
            // and until then the door answers with what the log has.
            return
        }
    }
}
