// tmp
import ArgumentParser
struct DemoCommand: DeskCommand {
    static let configuration = CommandConfiguration(commandName: "demo")
    var isJSON: Bool { false }
    func run(_ desk: Desk) async throws {}
}
