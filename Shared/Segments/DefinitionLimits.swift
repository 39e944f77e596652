// What a definition may not exceed, each with its unit and reason; the wire has the same numbers.

import Basics

/// The limits of a definition (nodes and depth are wire-wide and stand in `Limits`).
public enum DefinitionLimits {
    /// Names of one `did`: more is a definition nobody reads.
    public static let events = 64
    /// Filters of one `did`.
    public static let filters = 64
    /// Operands of one filter: a pasted list of cities or shops fits; longer ones are lists.
    public static let operands = 1_000
    /// Sums of one `did`.
    public static let sums = 8
    /// Bytes of a version.
    public static let versionBytes = 64
    /// Bytes of a zone's name; the longest of tzdata has 32.
    public static let zoneBytes = 64
    /// Bytes of a segment's description.
    public static let descriptionBytes = 1_024
    /// Bytes of a sentence: what a person writes or pastes; longer definitions are documents.
    public static let sentenceBytes = 1_048_576
    /// The shortest rolling window, in ms: below a second the log's own clock would show.
    public static let rollingMsMin: Int64 = 1_000
    /// The longest duration anywhere, in ms: ten years with their leap days.
    public static let durationMsMax: Int64 = 3_653 * CivilDate.dayMs
    /// Calendar units of one window.
    public static let calendarUnits = 1_000
    /// The highest count compared with: no user has more events.
    public static let countMax = 1_000_000_000
    /// Segments above each other, one in the other: people follow no longer way.
    public static let nestedDepth = 16
    /// Segments that one definition uses, itself and through others.
    public static let nestedSegments = 100
    /// Conditions of all segments that one definition uses: ten of the largest.
    public static let nestedNodes = 10_000
    /// Problems told at once; who has more fixes the first ones first.
    public static let problems = 100
    /// Bytes of a name or value quoted in a problem's text.
    public static let quotedBytes = 80
}
