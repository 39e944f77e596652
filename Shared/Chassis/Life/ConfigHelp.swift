// What --help prints: every key with its flag, variable, default and sentence.

/// The help text of a service.
enum ConfigHelp {
    static func text(program: String, common: [ConfigKey], own: [ConfigKey]) -> String {
        var text = """
            Usage: \(program) --data-directory FOLDER [--flag value | --flag=value]…

            A flag wins over its variable (SHOAL_…), a variable over the YAML file
            (--config FILE or SHOAL_CONFIG), the file over the default.

            """
        if !own.isEmpty { text += section("\(program)'s own settings", own) }
        text += section("Settings of every service", common)
        text += "\n  --config FILE    SHOAL_CONFIG    the YAML file\n"
        text += "  --help           this text\n  --version        the version\n"
        text +=
            "  --show-config    every setting and what is wrong with it, in JSON; starts nothing\n"
        text += "\nExit codes\n"
        for code in ExitCode.allCases { text += "  \(code.rawValue)  \(code.meaning)\n" }
        return text
    }

    private static func section(_ title: String, _ keys: [ConfigKey]) -> String {
        var text = "\n\(title)\n"
        for key in keys {
            text += "  \(key.flag) \(key.form)\n"
            text += "      \(key.sentence)\n"
            let value = key.defaultText.map { "; default \($0)" } ?? ""
            text += "      \(key.variable), in the file \(key.name)\(value)\n"
        }
        return text
    }
}
