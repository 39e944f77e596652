// From a window as it is said to the half-open interval it means at one instant.

public import Basics

/// The instants `from`, …, up to but without `to`.
public struct Interval: Sendable, Hashable, CustomStringConvertible {
    /// The first instant inside; `Interval.openStart` when there is none.
    public let from: Timestamp
    /// The first instant behind it.
    public let to: Timestamp

    /// The `from` of an interval that reaches back to the beginning of time.
    public static let openStart = Timestamp(ms: .min)

    /// The interval [from, to); empty when `to` is not later.
    @inlinable
    public init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }

    /// Whether nothing lies inside.
    @inlinable
    public var isEmpty: Bool { to <= from }

    /// Whether it reaches back to the beginning of time.
    @inlinable
    public var isOpen: Bool { from == Self.openStart }

    /// Whether an instant lies inside.
    @inlinable
    public func contains(_ instant: Timestamp) -> Bool { instant >= from && instant < to }

    /// `[2025-05-01T00:00:00.000Z, 2025-07-01T00:00:00.000Z)`.
    public var description: String { "[\(isOpen ? "…" : from.rfc3339), \(to.rfc3339))" }
}

/// The interval one condition's window took, for answers.
public struct ResolvedWindow: Sendable, Hashable {
    /// The node's index in the definition.
    public let node: Int
    /// The interval.
    public let interval: Interval

    /// A node's interval.
    public init(node: Int, interval: Interval) {
        self.node = node
        self.interval = interval
    }
}

/// A window with its zone looked up, ready to be resolved at many instants.
public struct CompiledWindow: Sendable {
    /// As it is said.
    public let window: Window
    /// The zone of a calendar window.
    public let zone: Zone
    /// The events of a user that the window begins with; nil: it is the same for all users.
    public let anchor: CompiledAnchor?

    /// A window; `zone` is the definition's, the window's own goes before it.
    init(_ window: Window, zone: Zone) throws(DefinitionProblem) {
        self.window = window
        anchor =
            if case .since(let since) = window { CompiledAnchor(since, zone: zone) } else { nil }
        guard case .calendar(let calendar) = window, let name = calendar.zone else {
            self.zone = zone
            return
        }
        self.zone = try Zone.read(name, Field(value: .text(name), place: "window", line: nil))
    }

    /// The interval that the window means at an instant; of one that begins with an event of the
    /// user's own, all that it may mean for some user.
    ///
    /// No answer sees an event later than its own instant, so every interval ends at `instant` +
    /// 1 ms at the latest.
    public func resolve(at instant: Timestamp) -> Interval {
        let end = instant + 1
        switch window {
        case .ever, .since:
            return Interval(from: Interval.openStart, to: end)
        case .rolling(let ms):
            return Interval(from: instant - ms + 1, to: end)
        case .ago(let fromMs, let toMs):
            return Interval(from: instant - fromMs + 1, to: min(instant - toMs + 1, end))
        case .between(let from, let to):
            return Interval(from: from ?? Interval.openStart, to: min(to ?? end, end))
        case .calendar(let calendar):
            return resolve(calendar, at: instant, end: end)
        }
    }

    /// The interval that the window means for a user whose event that begins it was at `anchor`
    /// (nil: there was none).
    @inlinable
    public func resolve(at instant: Timestamp, anchor: Timestamp?) -> Interval {
        guard case .since(let since) = window else { return resolve(at: instant) }
        let end = instant + 1
        guard let anchor else { return Interval(from: end, to: end) }
        return Interval(from: anchor, to: min(anchor + since.ms, end))
    }

    private func resolve(
        _ calendar: CalendarWindow,
        at instant: Timestamp,
        end: Timestamp
    ) -> Interval {
        let current = calendar.unit.start(zone.local(instant).day)
        if calendar.includesCurrent {
            let first = calendar.unit.start(current, plus: 1 - calendar.last)
            return Interval(from: zone.instant(ofLocal: first.midnight), to: end)
        }
        let first = calendar.unit.start(current, plus: -calendar.last)
        return Interval(
            from: zone.instant(ofLocal: first.midnight),
            to: min(zone.instant(ofLocal: current.midnight), end)
        )
    }
}
