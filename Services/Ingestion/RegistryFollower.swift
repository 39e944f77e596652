// Follows the registry: begins tenures, and brings catalogues into the logs that nobody asked for.

import Basics
import Chassis
import Logging
import Messages
import ServiceLifecycle

/// Keeps the logs abreast of the partition map and of every project's catalogue.
struct RegistryFollower: Service {
    /// How long after a failure it tries again, if there is no news before.
    ///
    /// Unit: ms.
    private static let retryMs: UInt64 = 1_000

    let link: RegistryLink
    let instance: InstanceID
    let intake: Intake
    let catalogue: CatalogueKeeper
    let clock: any Clock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var view = link.view
            while !Task.isCancelled {
                let isAbreast = await follow(view)
                view = await next(after: view, retrying: !isAbreast)
            }
        }
    }

    /// Whether the logs are abreast of the view; if not, the registry or the intake is away, and
    /// until it is back the door answers with what the log has.
    private func follow(_ view: RosterView) async -> Bool {
        guard !view.partitions(of: instance, .ingestion).isEmpty else { return true }
        var isAbreast = true
        do {
            try await intake.begin(view, as: instance)
        } catch {
            logger.warning("no tenure", metadata: [LogKeys.reason: "\(error)"])
            return false
        }
        // One project's trouble is not the others'.
        for project in view.projects where project.catalogueRevision > 0 {
            do {
                _ = try await catalogue.bring(project.name, to: project.catalogueRevision)
            } catch {
                logger.warning(
                    "the catalogue is not in the logs",
                    metadata: [LogKeys.project: "\(project.name)", LogKeys.reason: "\(error)"]
                )
                isAbreast = false
            }
        }
        return isAbreast
    }

    /// The next view, or the newest one when it is time to try again.
    private func next(after view: RosterView, retrying: Bool) async -> RosterView {
        guard retrying else { return await link.next(after: view) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await link.next(after: view) }
            group.addTask {
                // Cancelled: there is news, or it is time to stop.
                do { try await clock.sleep(forMs: Self.retryMs) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
        return link.view
    }
}
