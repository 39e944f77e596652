// The life of a channel's calls, without sockets or clocks: who waits, who is sent, who ends.

/// A channel's calls by number: waiting in line, sent, or given up but with a reply still due.
///
/// Transitions: waiting → sent → answered; waiting → ended; sent → ended;
/// sent → late (deadline or cancel) → answered, or forgotten after the grace period.
/// Losing the connection ends what was sent, forgets what was late, and leaves who waits.
/// Methods return the calls that ended; the shell tells their callers.
struct PendingCalls<Context> {
    /// The limits; times in nanoseconds.
    struct Settings {
        var inFlightMax: Int
        var waitingMax: Int
        var connectTimeoutNs: UInt64
        var lateReplyGraceNs: UInt64
        var unknownBudgetBytes: Int
    }

    /// A directive: tell this call's caller that it failed.
    struct Ended {
        let context: Context
        let code: BusError.Code
        let mayHaveBeenSent: Bool
    }

    private enum Phase: Equatable {
        case waiting
        case sent
        case late(untilNs: UInt64)
    }

    private struct Entry {
        var context: Context?
        let maxReplyBytes: Int
        let deadlineNs: UInt64
        let madeNs: UInt64
        var costBytes = 0
        var phase = Phase.waiting
    }

    private let settings: Settings
    private(set) var budget: ReplyBudget
    private var entries: [UInt32: Entry] = [:]
    private var line = CallLine()
    private var number: UInt32 = 0
    private var sentCount = 0
    private(set) var isConnected = false
    private var disconnectedSinceNs: UInt64
    /// When `expire` has something to do at the earliest; may be too early, never too late.
    private(set) var wakeNs = UInt64.max

    init(settings: Settings, nowNs: UInt64) {
        self.settings = settings
        budget = ReplyBudget(capacityBytes: settings.unknownBudgetBytes)
        disconnectedSinceNs = nowNs
    }

    /// Calls sent or waiting.
    var count: Int { sentCount + line.count }

    /// A number for a call about to begin: 31 bits, not in use.
    mutating func reserve() -> UInt32 {
        repeat {
            number = (number &+ 1) & 0x7fff_ffff
        } while entries[number] != nil
        return number
    }

    /// Puts a call in line; returns why not when it is refused.
    mutating func begin(
        _ id: UInt32,
        _ context: Context,
        maxReplyBytes: Int,
        deadlineNs: UInt64,
        nowNs: UInt64
    ) -> BusError.Code? {
        guard nowNs < deadlineNs else { return .deadlineExceeded }
        guard line.count < settings.waitingMax else { return .tooManyCalls }
        let entry = Entry(
            context: context,
            maxReplyBytes: maxReplyBytes,
            deadlineNs: deadlineNs,
            madeNs: nowNs
        )
        precondition(entries.updateValue(entry, forKey: id) == nil, "a call's number is unique")
        line.append(id)
        wakeNs = min(wakeNs, dueNs(entry))
        return nil
    }

    /// The call to be sent next, when the in-flight limit and the budget let it go.
    func next() -> (id: UInt32, context: Context)? {
        guard sentCount < settings.inFlightMax, let id = line.first,
            let entry = entries[id], let context = entry.context,
            budget.fits(budget.costBytes(maxReplyBytes: entry.maxReplyBytes))
        else { return nil }
        return (id, context)
    }

    /// The call that `next` named is on its way.
    mutating func nextWasSent() {
        guard let id = line.first, var entry = entries[id] else {
            preconditionFailure("only a call in line can be sent")
        }
        line.removeFirst()
        entry.costBytes = budget.costBytes(maxReplyBytes: entry.maxReplyBytes)
        budget.take(entry.costBytes)
        entry.phase = .sent
        entries[id] = entry
        sentCount += 1
    }

    /// The call that `next` named cannot be sent at all.
    mutating func nextFailed() -> Context? {
        guard let id = line.first else {
            preconditionFailure("only a call in line can fail to be sent")
        }
        line.removeFirst()
        return entries.removeValue(forKey: id)?.context
    }

    /// A reply came: returns whose it is; nil when nobody waits for it any more.
    mutating func answered(_ id: UInt32) -> Context? {
        guard let entry = entries[id], entry.phase != .waiting else { return nil }
        entries.removeValue(forKey: id)
        budget.give(entry.costBytes)
        if entry.phase == .sent { sentCount -= 1 }
        return entry.context
    }

    /// The caller wants no answer any more; its reserved bytes wait for the late reply.
    mutating func cancel(_ id: UInt32, nowNs: UInt64) -> Ended? {
        guard let entry = entries[id], entry.context != nil else { return nil }
        if entry.phase == .waiting { line.remove { $0 == id } }
        return end(id, .cancelled, nowNs: nowNs)
    }

    /// Ends what is past its time; call it again at `wakeNs`.
    mutating func expire(nowNs: UInt64) -> [Ended] {
        guard wakeNs <= nowNs else { return [] }
        var ended: [Ended] = []
        // In order of number, since a simulation must see the same order each time.
        for id in entries.filter({ dueNs($0.value) <= nowNs }).keys.sorted() {
            guard let entry = entries[id] else { continue }
            if case .late = entry.phase {
                entries.removeValue(forKey: id)
                budget.give(entry.costBytes)
                continue
            }
            let code: BusError.Code =
                entry.deadlineNs <= nowNs ? .deadlineExceeded : .notConnected
            if let one = end(id, code, nowNs: nowNs) { ended.append(one) }
        }
        line.remove { entries[$0] == nil }
        wakeNs = entries.values.reduce(.max) { min($0, dueNs($1)) }
        return ended
    }

    /// There is a connection.
    mutating func connected() { isConnected = true }

    /// The connection broke: what was sent on it will never be answered.
    mutating func lost(nowNs: UInt64) -> [Ended] {
        guard isConnected else { return [] }
        isConnected = false
        disconnectedSinceNs = nowNs
        var ended: [Ended] = []
        for id in entries.filter({ $0.value.phase != .waiting }).keys.sorted() {
            guard let context = entries.removeValue(forKey: id)?.context else { continue }
            ended.append(Ended(context: context, code: .connectionLost, mayHaveBeenSent: true))
        }
        sentCount = 0
        budget.reset(capacityBytesMax: settings.unknownBudgetBytes)
        wakeNs = min(wakeNs, saturatingSum(nowNs, settings.connectTimeoutNs))
        return ended
    }

    /// Ends everything: the channel closes.
    mutating func endAll(_ code: BusError.Code) -> [Ended] {
        let ended = entries.keys.sorted().compactMap { id -> Ended? in
            guard let entry = entries[id], let context = entry.context else { return nil }
            return Ended(
                context: context,
                code: code,
                mayHaveBeenSent: entry.phase != .waiting
            )
        }
        entries = [:]
        line = CallLine()
        sentCount = 0
        budget.reset(capacityBytesMax: settings.unknownBudgetBytes)
        wakeNs = .max
        return ended
    }

    /// The server said what it can buffer.
    mutating func resizeBudget(capacityBytes: Int) {
        budget.resize(capacityBytes: capacityBytes)
    }

    /// Ends one call with a caller; what was sent stays behind as late.
    ///
    /// The line is the caller's.
    private mutating func end(_ id: UInt32, _ code: BusError.Code, nowNs: UInt64) -> Ended? {
        guard var entry = entries[id], let context = entry.context else { return nil }
        guard entry.phase == .sent else {
            entries.removeValue(forKey: id)
            return Ended(context: context, code: code, mayHaveBeenSent: false)
        }
        let untilNs = saturatingSum(nowNs, settings.lateReplyGraceNs)
        entry.context = nil
        entry.phase = .late(untilNs: untilNs)
        entries[id] = entry
        sentCount -= 1
        wakeNs = min(wakeNs, untilNs)
        return Ended(context: context, code: code, mayHaveBeenSent: true)
    }

    private func dueNs(_ entry: Entry) -> UInt64 {
        switch entry.phase {
        case .late(let untilNs): untilNs
        case .sent: entry.deadlineNs
        case .waiting where isConnected: entry.deadlineNs
        case .waiting:
            min(
                entry.deadlineNs,
                saturatingSum(max(entry.madeNs, disconnectedSinceNs), settings.connectTimeoutNs)
            )
        }
    }

    private func saturatingSum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

/// Call numbers first in, first out; leaving from the middle is rare and may cost a pass.
private struct CallLine {
    private var numbers: [UInt32] = []
    private var head = 0

    var count: Int { numbers.count - head }
    var first: UInt32? { head < numbers.count ? numbers[head] : nil }

    mutating func append(_ id: UInt32) { numbers.append(id) }

    mutating func removeFirst() {
        head += 1
        if head == numbers.count {
            numbers.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1_024 {
            numbers.removeFirst(head)
            head = 0
        }
    }

    mutating func remove(where isGone: (UInt32) -> Bool) {
        numbers.removeFirst(head)
        head = 0
        numbers.removeAll(where: isGone)
    }
}
