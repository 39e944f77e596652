// One exported user as a line of NDJSON or CSV.

import ArgumentParser
import Basics
import Messages
import Wire

/// How exported users are written.
struct ExportLine: Sendable, Hashable {
    /// The formats there are.
    enum Format: String, Sendable, ExpressibleByArgument, CaseIterable {
        case ndjson, csv
    }

    let format: Format
    /// The properties, in the order of the columns.
    let properties: [String]

    /// What stands above the users: CSV's names of columns.
    var heading: String {
        format == .ndjson ? "" : Self.row(["user_id"] + properties)
    }

    /// A user's line, ended.
    ///
    /// NDJSON is what `shoal import` reads as profiles; a property that the user has not is left
    /// out there, and an empty cell in CSV.
    func text(_ user: EvaluationV1.ExportedUser) throws(WireError) -> String {
        var values: [PropertyValue?] = []
        for value in user.values {
            values.append(value.kind == nil ? nil : try ValueCoding.decode(value))
        }
        switch format {
        case .csv: return Self.row([user.userID] + values.map(Self.cell))
        case .ndjson:
            var fields: [(String, JSONText)] = [("user_id", .text(user.userID))]
            if !properties.isEmpty {
                let held = zip(properties, values).compactMap { name, value in
                    value.map { (name, JSONText($0)) }
                }
                fields.append(("properties", .object(held)))
            }
            return JSONText.object(fields).line + "\n"
        }
    }

    /// Numbers, flags and instants as they are, texts as they are, lists as JSON.
    private static func cell(_ value: PropertyValue?) -> String {
        switch value {
        case nil: ""
        case .text(let text)?: text
        case .number(let number)?: number.description
        case .instant(let instant)?: instant.rfc3339
        case let other?: JSONText(other).line
        }
    }

    /// Cells as RFC 4180 has them: quoted where a comma, a quote or a line break is in them.
    private static func row(_ cells: [String]) -> String {
        cells.map { cell in
            let isPlain = cell.unicodeScalars.allSatisfy { !["\"", ",", "\n", "\r"].contains($0) }
            guard !isPlain else { return cell }
            return "\""
                + cell.split(separator: "\"", omittingEmptySubsequences: false)
                .joined(separator: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
