// What a service's program would start with, as the program itself tells it.

import Foundation

/// The settings and refusals that `--show-config` prints.
struct EffectiveConfig: Sendable, Hashable {
    /// A setting with its origin.
    struct Setting: Sendable, Hashable {
        var key: String
        /// Nil when it is not set and has no default.
        var value: String?
        var unit: String
        /// `default`, `FILE:LINE`, a flag or a variable.
        var origin: String
        /// Places that set it, too, without effect.
        var overrides: [String]
    }

    /// Something that keeps the service from starting.
    struct Refusal: Sendable, Hashable {
        var what: String
        var place: String
        var hint: String
    }

    private(set) var settings: [Setting] = []
    private(set) var refusals: [Refusal] = []

    /// A line of the program's output: one of the two.
    private struct Line: Decodable {
        var key: String?
        var value: String?
        var unit: String?
        var origin: String?
        var overrides: String?
        var refused: String?
        var place: String?
        var hint: String?

        enum CodingKeys: String, CodingKey {
            case key, value, unit, origin, overrides, refused, hint
            case place = "where"
        }
    }

    /// Reads the program's output; where it said nothing of a refusal, its last words are it.
    ///
    /// - Parameter file: the variables it was given, whose lines are their origin.
    init(output: String, lastWords: String, isRefused: Bool, file: EnvironmentFile?) throws {
        for text in output.split(separator: "\n") {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            if let key = line.key, let origin = line.origin {
                settings.append(
                    Setting(
                        key: key,
                        value: line.value,
                        unit: line.unit ?? "",
                        origin: file?.place(of: origin) ?? origin,
                        overrides: (line.overrides ?? "").split(separator: ", ").map { place in
                            file?.place(of: String(place)) ?? String(place)
                        }
                    )
                )
            } else if let what = line.refused {
                add(what, line.place ?? "", line.hint ?? "", file)
            }
        }
        guard isRefused, refusals.isEmpty else { return }
        let words = lastWords.split(separator: "\n").map(String.init)
        func said(_ mark: String) -> String? {
            words.first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
        }
        let first = words.first ?? "it ended without a word"
        let what = first.hasPrefix("shoal-") ? first.drop { $0 != " " }.dropFirst() : first[...]
        add(String(what), said("  where: ") ?? "", said("  hint:  ") ?? "", file)
    }

    private mutating func add(
        _ what: String,
        _ place: String,
        _ hint: String,
        _ file: EnvironmentFile?
    ) {
        // A variable that nobody knows is told with its name, not with a place of its own.
        let name = what.split(separator: " ").last.map(String.init) ?? ""
        let known = file?.place(of: place) ?? (place == "environment" ? file?.place(of: name) : nil)
        refusals.append(Refusal(what: what, place: known ?? place, hint: hint))
    }
}
