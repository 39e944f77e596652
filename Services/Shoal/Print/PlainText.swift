// Text from outside as one line that does nothing to a terminal.

/// What users sent may hold line breaks and a terminal's escapes.
enum PlainText {
    /// The text with its control characters written out, such as `\u{1b}`.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || ["\u{2028}", "\u{2029}"].contains(scalar)
    }
}
