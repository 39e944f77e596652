// Which operands an operator can take, and what to write instead of those it cannot.

import Basics

extension PropertyFilter {
    func check(_ audit: inout Audit, place: String) {
        audit.checkName(property, what: "a property's name", place: place + ".property")
        let at = place + ".\(self.operator.rawValue)"
        guard self.operator.operandCount.contains(operands.count) else {
            let range = self.operator.operandCount
            let wanted =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            audit.refuse(
                .operand,
                at,
                "`\(self.operator.rawValue)` takes \(wanted) operands,"
                    + " not \(operands.count)"
            )
            return
        }
        if ignoreCase, !self.operator.canIgnoreCase {
            audit.warn(
                .pointless,
                place + ".ignoreCase",
                "`\(self.operator.rawValue)` does not compare texts",
                hint: "leave it out"
            )
        }
        var allFine = true
        for (index, operand) in operands.enumerated() {
            let operandPlace = operands.count == 1 ? at : at + "[\(index)]"
            if !checkOperand(operand, &audit, operandPlace) { allFine = false }
        }
        if allFine, self.operator == .between { checkRange(&audit, at) }
        if allFine, self.operator == .withinKm, circle == nil {
            audit.refuse(
                .operand,
                at,
                "no place on the globe, or no distance on it",
                hint: "latitudes are -90 to 90, longitudes -180 to 180, distances above 0 and at"
                    + " most 20,016 km"
            )
        }
    }

    /// Refuses what has a meaning beside an event only.
    func checkStandsAlone(_ audit: inout Audit, place: String) {
        guard isOfUser else { return }
        audit.refuse(
            .operand,
            place + ".at",
            "`at: event` has a meaning in the `where` of events only",
            hint: "leave it out"
        )
    }

    /// Whether the operand is fine.
    private func checkOperand(
        _ operand: Operand,
        _ audit: inout Audit,
        _ place: String
    ) -> Bool {
        let before = audit.errors.count
        switch operand {
        case .duration(let ms):
            if self.operator.isDuration {
                audit.checkDuration(ms, least: 1, place: place)
            } else {
                audit.refuse(.operand, place, "a duration is no value to compare with")
            }
        case .version(let text): checkVersion(text, &audit, place)
        case .value(let value): checkValue(value, &audit, place)
        }
        return audit.errors.count == before
    }

    private func checkVersion(_ text: String, _ audit: inout Audit, _ place: String) {
        if !self.operator.takesVersions {
            audit.refuse(.operand, place, "`\(self.operator.rawValue)` takes no version")
        } else if SemanticVersion(text) == nil {
            audit.refuse(
                .operand,
                place,
                "\(Quoted.name(text)) is not a version",
                hint: "write numbers with dots, such as 5.10.0 or 5.10.0-beta.1"
            )
        }
    }

    private func checkValue(
        _ value: PropertyValue,
        _ audit: inout Audit,
        _ place: String
    ) {
        if case .list = value {
            audit.refuse(
                .operand,
                place,
                "an operand cannot be a list",
                hint: "write its values as operands of `in` or `hasAny`"
            )
            return
        }
        if case .text(let text) = value, text.utf8.count > Limits.textValueBytes {
            audit.refuse(
                .operand,
                place,
                "the text is longer than \(Limits.textValueBytes) bytes"
            )
            return
        }
        if case .instant(let instant) = value, !instant.hasText {
            audit.refuse(.operand, place, "the instant is outside the years 1 to 9999")
            return
        }
        let type = ValueTypes(of: value)
        if let wanted = wantedOperand, wanted.types.isDisjoint(with: type) {
            audit.refuse(
                .operand,
                place,
                "`\(self.operator.rawValue)` takes \(wanted.words), not \(type)",
                hint: orderHint(value)
            )
        } else if self.operator.isTextPiece, value == .text("") {
            audit.warn(
                .pointless,
                place,
                "every text passes",
                hint: "write `exists: true`"
            )
        } else if self.operator == .matches {
            checkPattern(&audit, place)
        } else if self.operator.isDay, day == nil {
            let isYearly = self.operator == .sameDayOfYear
            audit.refuse(
                .operand,
                place,
                isYearly ? "no day of the year" : "no day",
                hint: isYearly ? "write it such as 12-24, or today" : "write 2025-05-01 or today"
            )
        }
    }

    private func checkPattern(_ audit: inout Audit, _ place: String) {
        switch pattern {
        case .failure(let problem):
            audit.refuse(
                .operand,
                place,
                "character \(problem.character) of the expression: \(problem.message)",
                hint: problem.hint
            )
        case .success(let pattern) where pattern.matches(""):
            audit.warn(
                .pointless,
                place,
                "every text has such a part, the empty one",
                hint: "write ^ and $ around what the whole text must be"
            )
        default: break
        }
    }

    /// What the operator's operands must be; nil: any plain value.
    private var wantedOperand: (types: ValueTypes, words: String)? {
        let op = self.operator
        if op.isTextPiece { return (.text, "a text") }
        if op == .matches { return (.text, "a regular expression") }
        if op.isDay { return (.text, "a day") }
        if op == .withinKm { return (.number, "numbers") }
        if op.isInstant { return (.instant, "an instant") }
        if op.isDuration { return ([], "a duration") }
        if op.isOrdering { return ([.number, .instant], "a number, a version or an instant") }
        return nil
    }

    /// A text where an order is asked for: most often quotation marks too many.
    private func orderHint(_ value: PropertyValue) -> String? {
        guard case .text(let text) = value, self.operator.isOrdering else { return nil }
        if Number(text: text) != nil {
            return "for a number leave the quotation marks out; for a version write"
                + " {version: \(Quoted.name(text))}"
        }
        if Timestamp.rfc3339(text) != nil { return "write {instant: \(text)}" }
        if SemanticVersion(text) != nil { return "write {version: \(Quoted.name(text))}" }
        return nil
    }

    private func checkRange(_ audit: inout Audit, _ place: String) {
        switch (operands[0], operands[1]) {
        case (.value(.number(let low)), .value(.number(let high))):
            if high < low { refuseRange(&audit, place) }
        case (.value(.instant(let low)), .value(.instant(let high))):
            if high < low { refuseRange(&audit, place) }
        case (.version(let lowText), .version(let highText)):
            if let low = SemanticVersion(lowText), let high = SemanticVersion(highText),
                high < low
            {
                refuseRange(&audit, place)
            }
        default:
            audit.refuse(
                .operand,
                place,
                "the two ends are of different types",
                hint: "write two numbers, two versions or two instants"
            )
        }
    }

    private func refuseRange(_ audit: inout Audit, _ place: String) {
        audit.refuse(
            .operand,
            place,
            "the upper end is below the lower end",
            hint: "swap them"
        )
    }

    /// The types of values the comparison is about; empty: any.
    var wantedTypes: ValueTypes {
        let op = self.operator
        if op.isPresence { return [] }
        if op.isList { return .list }
        if op.isTextPiece || op == .matches || op == .withinKm { return .text }
        if op.isInstant || op.isDuration || op.isDay { return [.instant, .text] }
        var types: ValueTypes = []
        for operand in operands {
            switch operand {
            case .version: types.insert(.text)
            case .value(let value):
                types.insert(ValueTypes(of: value))
                // Orders read instants from texts too.
                if op.isOrdering, case .instant = value { types.insert(.text) }
            case .duration: break
            }
        }
        return types
    }
}
