// The naive reader of expressions, days, places, buckets, cells, from design/semantics.md alone.

import Basics
import Foundation
import Segments

extension Oracle {
    // "matches: a bounded regular expression", "on the day, on the same day of the year",
    // "within r km of a point".
    func passesByMeaning(_ filter: PropertyFilter, _ value: PropertyValue) -> Bool {
        guard let operand = filter.operands.first else { return false }
        switch (filter.operator, operand, value) {
        case (.matches, .value(.text(let pattern)), .text(let text)):
            return OraclePattern.matches(pattern, text, ignoreCase: filter.ignoreCase)
        case (.onDay, .value(.text(let day)), _):
            guard let found = instant(value) else { return false }
            let wanted = day == "today" ? written(now) : day
            return written(found) == wanted
        case (.sameDayOfYear, .value(.text(let day)), _):
            guard let found = instant(value) else { return false }
            let (own, today) = (written(found), written(now))
            // "29 February counts as 28 in other years."
            func inYear(_ year: Substring, _ day: Substring) -> Substring {
                let count = Int(year) ?? 0
                let isLeap = count % 4 == 0 && (count % 100 != 0 || count % 400 == 0)
                return day == "02-29" && !isLeap ? "02-28" : day
            }
            if day == "today" { return inYear(today.prefix(4), own.suffix(5)) == today.suffix(5) }
            return own.suffix(5) == inYear(own.prefix(4), day[...])
        case (.withinKm, _, .text(let text)): return isNear(filter, text)
        default: return false
        }
    }

    /// `2025-05-01`, of the local day.
    private func written(_ instant: Timestamp) -> String {
        let day = localFields(instant).day.split(separator: "-").map { Int($0) ?? 0 }
        return String(format: "%04d-%02d-%02d", day[0], day[1], day[2])
    }

    /// By the angle between the two directions from the middle of the Earth.
    private func isNear(_ filter: PropertyFilter, _ text: String) -> Bool {
        let parts = text.split(separator: ",").map {
            Double($0.trimmingCharacters(in: .whitespaces))
        }
        guard parts.count == 2, let latitude = parts[0], let longitude = parts[1],
            abs(latitude) <= 90, abs(longitude) <= 180
        else { return false }
        let numbers = filter.operands.map { operand -> Double in
            guard case .value(.number(let number)) = operand else { return 0 }
            return number.double
        }
        func direction(_ latitude: Double, _ longitude: Double) -> (Double, Double, Double) {
            let (north, east) = (latitude * .pi / 180, longitude * .pi / 180)
            return (cos(north) * cos(east), cos(north) * sin(east), sin(north))
        }
        let (a, b) = (direction(latitude, longitude), direction(numbers[0], numbers[1]))
        let product = a.0 * b.0 + a.1 * b.1 + a.2 * b.2
        let cross = (
            a.1 * b.2 - a.2 * b.1, a.2 * b.0 - a.0 * b.2, a.0 * b.1 - a.1 * b.0
        )
        let length = (cross.0 * cross.0 + cross.1 * cross.1 + cross.2 * cross.2).squareRoot()
        return atan2(length, product) * 6371.0088 <= numbers[2]
    }

    // "bucket(salt, from, to) = a documented hash of (immutable salt, user id)"
    func holds(_ bucket: Bucket, _ user: UserHistory) -> Bool {
        guard let id = user.user else { return false }
        let hash = Checksum.xxh64(Array("\(bucket.salt.text)\0\(id.text)".utf8))
        // The upper half of the product: 2^64 in 10,000 equal parts.
        let part = (hash.multipliedFullWidth(by: 10_000)).high
        let percent = Double(part) / 100
        return percent >= bucket.from.double && percent < bucket.to.double
    }

    // "rfm(recency, frequency) cells with documented edges"
    func holds(_ rfm: Rfm, _ user: UserHistory) -> Bool {
        let events = matching(rfm.match, user)
        guard let last = events.map(\.at.ms).max() else { return false }
        var recency = rfm.recencyEdgesMs.count + 1
        for edge in rfm.recencyEdgesMs where now.ms - last >= edge { recency -= 1 }
        var frequency = 1
        for edge in rfm.frequencyEdges where events.count >= edge { frequency += 1 }
        return (rfm.recency?.contains(recency) ?? true)
            && (rfm.frequency?.contains(frequency) ?? true)
    }
}
