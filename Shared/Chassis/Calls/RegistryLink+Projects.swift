// Projects as a service knows them: one that was created a moment ago is waited for, not refused.

public import Basics

extension RegistryLink {
    /// How long the news of a new project may take to come here.
    ///
    /// Unit: ms.
    public static let newsMs: UInt64 = 500

    /// The project of that name; nil when it is still unknown after the news had time to come.
    ///
    /// Costs nothing when the project is known.
    public func project(_ name: ProjectName) async -> RosterProject? {
        let until = clock.monotonicNs + Self.newsMs * 1_000_000
        var seen = editions.value
        while true {
            if let project = view.project(name) { return project }
            guard clock.monotonicNs < until, !Task.isCancelled else { return nil }
            seen = await editions.wait(above: seen, untilNs: until)
        }
    }
}
