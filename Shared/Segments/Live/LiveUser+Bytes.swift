// A user's state in a live segment as bytes: what is kept in memory for everybody, and on disk.
//
// version u8, flags u16 (inside, firm, then one bit per optional field in the order below), varints
// for counts, zigzag varints for instants: ms from the instant before it in the bytes, of the first
// since 1970; version 1: always since 1970; version 3, written no more: as version 2, with the
// event time from which a user who was counted anew could start timers; version 4: as version 2,
// with what a build that wrote that does not know.

public import Basics

extension LiveUser {
    private static let version: UInt8 = 2
    private static let newestVersion: UInt8 = 4

    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let inside = Flags(rawValue: 1)
        static let firm = Flags(rawValue: 2)
        static let seen = Flags(rawValue: 4)
        static let leaves = Flags(rawValue: 8)
        static let newest = Flags(rawValue: 16)
        static let newestDidNot = Flags(rawValue: 32)
        static let session = Flags(rawValue: 64)
        static let becoming = Flags(rawValue: 128)
        static let staying = Flags(rawValue: 256)
        static let recheck = Flags(rawValue: 512)
        static let lists = Flags(rawValue: 1_024)
        static let counted = Flags(rawValue: 2_048)
        static let firmUntil = Flags(rawValue: 4_096)
        static let tooLate = Flags(rawValue: 8_192)
    }

    /// The state; a user with one timer takes about 18 bytes.
    public var bytes: [UInt8] {
        var flags: Flags = []
        func mark(_ flag: Flags, _ isThere: Bool) { if isThere { flags.insert(flag) } }
        mark(.inside, isInside)
        mark(.firm, isFirm)
        mark(.seen, seen != nil)
        mark(.leaves, leavesAt != nil)
        mark(.newest, newest != nil)
        mark(.newestDidNot, newestDidNot != nil)
        mark(.session, session != nil)
        mark(.becoming, becoming != nil)
        mark(.staying, staying != nil)
        mark(.recheck, recheckAt != nil)
        mark(.firmUntil, firmUntil != nil)
        mark(.tooLate, !tooLate.isEmpty)
        mark(.lists, !(settled.isEmpty && keys.isEmpty && recent.isEmpty))
        var writer = ByteWriter()
        var last = Timestamp(ms: 0)
        let isOld = firmUntil == nil && tooLate.isEmpty && settled.allSatisfy { $0.movedMs == 0 }
        writer.u8(isOld ? Self.version : Self.newestVersion)
        writer.u16(flags.rawValue)
        writer.count(occurrence)
        if let seen { writer.count(seen) }
        for instant in [leavesAt, newest, newestDidNot, recheckAt, firmUntil] {
            if let instant { writer.instant(instant, &last) }
        }
        if let session {
            writer.instant(session.start, &last)
            writer.instant(session.last, &last)
            writer.count(session.count)
            writer.u8(session.isWanted ? 1 : 0)
        }
        for watch in [becoming, staying] {
            guard let watch else { continue }
            let flags: [(UInt8, Bool)] = [
                (1, watch.holds), (2, watch.next != nil), (4, watch.isLast),
            ]
            writer.u8(flags.reduce(0) { $0 | ($1.1 ? $1.0 : 0) })
            if let next = watch.next { writer.instant(next, &last) }
        }
        writer.count(armed.count)
        for timer in armed { timer.write(&writer, &last) }
        if !tooLate.isEmpty {
            writer.count(tooLate.count)
            for instant in tooLate { writer.instant(instant, &last) }
        }
        guard flags.contains(.lists) else { return writer.bytes }
        writer.count(settled.count)
        for one in settled {
            one.timer.write(&writer, &last)
            writer.count(one.occurrence)
            writer.u8((one.isStanding ? 1 : 0) | (one.movedMs == 0 ? 0 : 2))
            if one.movedMs != 0 { writer.zigzag(one.movedMs) }
        }
        writer.count(keys.count)
        for key in keys { key.write(&writer) }
        writer.count(recent.count)
        for instant in recent { writer.instant(instant, &last) }
        return writer.bytes
    }

    /// The state that bytes hold.
    public init(bytes: [UInt8]) throws(BytesError) { try self.init(ByteReader(bytes)) }

    /// The state that lent bytes hold.
    public init(_ bytes: ByteReader) throws(BytesError) {
        var reader = bytes
        let version = try reader.u8()
        guard (1...Self.newestVersion).contains(version) else {
            throw BytesError(.outOfBounds, "live user version \(version)", at: 0)
        }
        var last = version == 1 ? nil : Timestamp(ms: 0)
        let flags = Flags(rawValue: try reader.u16())
        self.init()
        isInside = flags.contains(.inside)
        isFirm = flags.contains(.firm)
        occurrence = try reader.whole()
        if flags.contains(.seen) { seen = try reader.whole() }
        if flags.contains(.leaves) { leavesAt = try reader.instant(&last) }
        if flags.contains(.newest) { newest = try reader.instant(&last) }
        if flags.contains(.newestDidNot) { newestDidNot = try reader.instant(&last) }
        if flags.contains(.recheck) { recheckAt = try reader.instant(&last) }
        if flags.contains(.counted) { _ = try reader.instant(&last) }
        if flags.contains(.firmUntil) { firmUntil = try reader.instant(&last) }
        if flags.contains(.session) {
            session = Session(
                start: try reader.instant(&last),
                last: try reader.instant(&last),
                count: try reader.whole(),
                isWanted: try reader.u8() != 0
            )
        }
        if flags.contains(.becoming) { becoming = try Watch(&reader, &last) }
        if flags.contains(.staying) { staying = try Watch(&reader, &last) }
        for _ in 0..<(try reader.count()) { armed.append(try Armed(&reader, &last)) }
        if flags.contains(.tooLate) {
            for _ in 0..<(try reader.count()) { tooLate.append(try reader.instant(&last)) }
        }
        guard flags.contains(.lists) else { return }
        for _ in 0..<(try reader.count()) {
            let (timer, occurrence) = (try Armed(&reader, &last), try reader.whole())
            let flags = try reader.u8()
            settled.append(
                Settled(
                    timer: timer,
                    occurrence: occurrence,
                    isStanding: flags & 1 != 0,
                    movedMs: flags & 2 != 0 ? try reader.zigzag() : 0
                )
            )
        }
        for _ in 0..<(try reader.count()) { keys.append(try PropertyValue(&reader)) }
        for _ in 0..<(try reader.count()) { recent.append(try reader.instant(&last)) }
    }
}

extension ByteReader {
    /// An instant behind the last one; nil: it stands alone.
    fileprivate mutating func instant(_ last: inout Timestamp?) throws(BytesError) -> Timestamp {
        let instant = Timestamp(ms: (last?.ms ?? 0) &+ (try zigzag()))
        if last != nil { last = instant }
        return instant
    }

    fileprivate mutating func whole() throws(BytesError) -> Int { Int(clamping: try varint()) }
}

extension ByteWriter {
    /// An instant behind the last one.
    fileprivate mutating func instant(_ instant: Timestamp, _ last: inout Timestamp) {
        zigzag(instant.ms &- last.ms)
        last = instant
    }
}

extension LiveUser.Watch {
    fileprivate init(_ reader: inout ByteReader, _ last: inout Timestamp?) throws(BytesError) {
        let flags = try reader.u8()
        self.init(
            holds: flags & 1 != 0,
            next: flags & 2 != 0 ? try reader.instant(&last) : nil,
            isLast: flags & 4 != 0
        )
    }
}

extension LiveUser.Armed {
    fileprivate func write(_ writer: inout ByteWriter, _ last: inout Timestamp) {
        writer.instant(anchor, &last)
        writer.instant(due, &last)
        writer.u8(key == nil ? 0 : 1)
        key?.write(&writer)
    }

    fileprivate init(_ reader: inout ByteReader, _ last: inout Timestamp?) throws(BytesError) {
        let anchor = try reader.instant(&last)
        let due = anchor + (try reader.zigzag())
        if last != nil { last = due }
        self.init(
            key: try reader.u8() == 0 ? nil : try PropertyValue(&reader),
            anchor: anchor,
            due: due
        )
    }
}

extension PropertyValue {
    fileprivate func write(_ writer: inout ByteWriter) {
        switch self {
        case .number(let number):
            switch number.form {
            case .decimal(let e4):
                writer.u8(0)
                writer.zigzag(e4)
            case .double(let double):
                writer.u8(1)
                writer.f64(double)
            }
        case .text(let text):
            writer.u8(2)
            writer.text(text)
        case .bool(let bool): writer.u8(bool ? 4 : 3)
        case .instant(let instant):
            writer.u8(5)
            writer.zigzag(instant.ms)
        case .list(let values):
            writer.u8(6)
            writer.count(values.count)
            for value in values { value.write(&writer) }
        }
    }

    fileprivate init(_ reader: inout ByteReader, isInList: Bool = false) throws(BytesError) {
        let place = reader.position
        switch try reader.u8() {
        case 0: self = .number(Number(e4: try reader.zigzag()))
        case 1:
            guard let number = Number(try reader.f64()) else {
                throw BytesError(.outOfBounds, "number", at: place)
            }
            self = .number(number)
        case 2: self = .text(try reader.text())
        case 3: self = .bool(false)
        case 4: self = .bool(true)
        case 5: self = .instant(Timestamp(ms: try reader.zigzag()))
        case 6 where !isInList:
            var values: [PropertyValue] = []
            for _ in 0..<(try reader.count()) {
                values.append(try PropertyValue(&reader, isInList: true))
            }
            self = .list(values)
        default: throw BytesError(.outOfBounds, "value tag", at: place)
        }
    }
}
