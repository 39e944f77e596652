// `shoal shell completions`: what makes the Tab key know the commands.

import ArgumentParser
import Chassis

/// What a shell needs.
struct ShellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Make the shell complete commands and options.",
        subcommands: [Completions.self]
    )

    /// `shoal shell completions`.
    struct Completions: DeskCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the completion script of a shell.",
            discussion: """
                Install it for the next shells:

                \(Shell.allCases.map { "  \($0.install)" }.joined(separator: "\n"))

                For zsh, fpath+=(~/.zfunc) has to stand before compinit in ~/.zshrc.
                """
        )

        /// The shells there are scripts for.
        enum Shell: String, ExpressibleByArgument, CaseIterable {
            case bash, zsh, fish

            /// The command that installs the script.
            var install: String {
                let print = "shoal shell completions \(rawValue) >"
                return switch self {
                case .bash: "\(print) ~/.local/share/bash-completion/completions/shoal"
                case .zsh: "\(print) ~/.zfunc/_shoal"
                case .fish: "\(print) ~/.config/fish/completions/shoal.fish"
                }
            }

            var parsers: CompletionShell {
                switch self {
                case .bash: .bash
                case .zsh: .zsh
                case .fish: .fish
                }
            }
        }

        @Argument(help: "The shell: bash, zsh or fish.")
        var shell: Shell

        var isJSON: Bool { false }

        func run(_ desk: Desk) async throws {
            if desk.outside.isTerminal { desk.say("# install it with: \(shell.install)") }
            desk.print(Shoal.completionScript(for: shell.parsers))
        }
    }
}
