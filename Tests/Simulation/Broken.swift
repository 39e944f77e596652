// What a simulation finds: an invariant of design/reliability.md that does not hold.

/// A promise that was broken, and how.
struct Broken: Error, CustomStringConvertible {
    /// The promises, as section 3 of design/reliability.md numbers them.
    enum Invariant: String, Sendable {
        /// Every acked event is in the log once.
        case i1 = "I1"
        /// Every event changes segment state once.
        case i2 = "I2"
        /// A user's events stand and are applied in order; log time never goes back.
        case i3 = "I3"
        /// Membership is the reference's at the same place in the log.
        case i4 = "I4"
        /// Each transition is told under one id, without gaps.
        case i5 = "I5"
        /// No timer early, lost or twice; nothing comes below a watermark.
        case i7 = "I7"
        /// Every request got a status.
        case i9 = "I9"
        /// Who was erased is nowhere from that place in the log on, and has a receipt.
        case i11 = "I11"
        /// A partition has one owner, who knows of no newer one.
        case ownership
        /// Once all faults are over everything gets done.
        case liveness
    }

    let invariant: Invariant
    let how: String

    init(_ invariant: Invariant, _ how: String) {
        self.invariant = invariant
        self.how = how
    }

    var description: String { "\(invariant.rawValue): \(how)" }
}
