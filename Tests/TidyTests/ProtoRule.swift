// The contract's own rules: everything commented, every method with a role, numbers never reused.
enum ProtoRule {
    typealias Element = ProtoFile.Element

    static let roles: Set = [
        "ingest", "segment.read", "segment.write", "campaign.write", "campaign.send",
        "analytics.read", "export", "admin", "service", "anyone",
    ]

    static func findings(in file: SourceFile) -> [Finding] {
        let elements = ProtoFile.elements(of: file)
        return uncommented(elements, in: file) + roleless(elements, in: file)
            + doubled(elements, in: file)
    }

    /// Messages, fields, enums, services, methods; an enum's values may speak for themselves.
    static func uncommented(_ elements: [Element], in file: SourceFile) -> [Finding] {
        let named: Set<Element.Kind> = [.message, .field, .enumeration, .service, .method]
        return elements.filter { named.contains($0.kind) && file.commentAbove($0.line).isEmpty }
            .map { Finding(file.path, $0.line, "\($0.name): a comment above: what, unit, limit") }
    }

    static func roleless(_ elements: [Element], in file: SourceFile) -> [Finding] {
        elements.filter { $0.kind == .method }.compactMap { method in
            let words = method.options.split(separator: " ")
            let at = words.firstIndex { $0.hasSuffix("options.v1.role") }
            let role = at.flatMap { words.dropFirst($0 + 1).first { $0.hasPrefix("\"") } }
            guard let role, roles.contains(String(role.dropFirst().dropLast())) else {
                return Finding(
                    file.path,
                    method.line,
                    "\(method.name): a role option, one of \(roles.sorted())"
                )
            }
            return nil
        }
    }

    static func doubled(_ elements: [Element], in file: SourceFile) -> [Finding] {
        let fields = elements.filter { $0.kind == .field || $0.kind == .value }
        var seen: Set<String> = []
        return fields.compactMap { field in
            seen.insert("\(field.owner) \(field.number)").inserted
                ? nil
                : Finding(file.path, field.line, "\(field.name): \(field.number) is taken already")
        }
    }

    /// One line per field, value and method; what a snapshot holds.
    static func snapshot(of elements: [Element]) -> [String] {
        elements.compactMap { element in
            switch element.kind {
            case .field: "\(element.name) = \(element.number) \(element.type)"
            case .value: "\(element.name) = \(element.number)"
            case .method: "\(element.name) = \(element.type)"
            default: nil
            }
        }.sorted()
    }

    /// What broke a promise made to older programs, and what is not recorded yet.
    static func evolution(from old: [String], to elements: [Element]) -> [Finding] {
        let new = snapshot(of: elements)
        let byName = Dictionary(new.map { (name($0), $0) }, uniquingKeysWith: { a, _ in a })
        var broken: [String] = []
        for line in old where byName[name(line)] != line {
            if let now = byName[name(line)] {
                broken.append("`\(line)` has become `\(now)`: add a new field instead")
            } else if !isReserved(line, in: elements) {
                broken.append("`\(line)` is gone: reserve its number in its place")
            }
        }
        let numbered = old.filter { !$0.contains("/") }
        let byPlace = Dictionary(numbered.map { (place($0), $0) }, uniquingKeysWith: { a, _ in a })
        let names = Set(old.map(name))
        for line in new where !names.contains(name(line)) {
            if !line.contains("/"), let before = byPlace[place(line)] {
                broken.append("`\(line)` takes the number of `\(before)`: never reuse one")
            } else {
                broken.append("does not hold `\(line)` yet: \(howToAdd)")
            }
        }
        return broken.map { Finding(path, $0) }
    }

    static let path = "Tests/TidyTests/Fixtures/descriptor-snapshot.txt"
    static let howToAdd = "SHOAL_TEST_RECORD_CONTRACT=1 swift test --filter TidyTests"

    /// What may be added to a snapshot: new names under new numbers; nothing that breaks a promise.
    static func additions(to old: [String], from elements: [Element]) -> [String] {
        let names = Set(old.map(name))
        let places = Set(old.filter { !$0.contains("/") }.map(place))
        return snapshot(of: elements).filter {
            !names.contains(name($0)) && ($0.contains("/") || !places.contains(place($0)))
        }
    }

    private static func name(_ line: String) -> String {
        line.split(separator: " ").first.map(String.init) ?? ""
    }

    /// "shoal.log.v1.Value 3": the message and the number.
    private static func place(_ line: String) -> String {
        let words = line.split(separator: " ")
        let owner = (words.first ?? "").split(separator: ".").dropLast().joined(separator: ".")
        return "\(owner) \(words.count > 2 ? words[2] : "")"
    }

    private static func isReserved(_ line: String, in elements: [Element]) -> Bool {
        let words = place(line).split(separator: " ")
        guard words.count == 2 else { return false }
        return elements.contains { element in
            element.kind == .reserved && element.owner == words[0]
                && element.type.split(separator: " ").contains(words[1])
        }
    }
}
