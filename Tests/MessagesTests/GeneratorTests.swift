// The generator: its output is what is committed, it agrees with Google's library, it refuses what
// it must.
import Foundation
import Messages
import Testing

@Suite struct GeneratorTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func run(_ program: String, _ arguments: [String]) throws -> (
        status: Int32, text: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = Self.root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private func generate(_ arguments: [String]) throws -> (status: Int32, text: String) {
        try run("/usr/bin/env", ["python3", "Proto/generate.py"] + arguments)
    }

    @Test("the committed files are what the generator writes")
    func committed() throws {
        let result = try generate(["--check"])
        #expect(result.status == 0, "\(result.text)")
    }

    @Test("Google's library reads our bytes and writes what we read")
    func interoperation() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("shoal-messages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let request = Sample.batch(20)
        let ours = folder.appendingPathComponent("ours")
        try Data(request.encode()).write(to: ours)
        try Data(Contract.descriptorSet).write(to: folder.appendingPathComponent("set"))
        let script = folder.appendingPathComponent("again.py")
        try Self.script.write(to: script, atomically: true, encoding: .utf8)
        let result = try run("/usr/bin/python3", [script.path, folder.path])
        #expect(result.status == 0, "\(result.text)")
        let theirs = [UInt8](try Data(contentsOf: folder.appendingPathComponent("theirs")))
        #expect(try IngestionV1.TrackRequest.decode(theirs) == request)
    }

    /// Reads our bytes by the descriptor set that Reflection answers, goes through JSON, writes
    /// again.
    private static let script = """
        import sys
        from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
        folder = sys.argv[1]
        found = descriptor_pb2.FileDescriptorSet.FromString(open(folder + "/set", "rb").read())
        pool = descriptor_pool.DescriptorPool()
        for file in found.file:
            pool.Add(file)
        descriptor = pool.FindMessageTypeByName("shoal.ingestion.v1.TrackRequest")
        Track = message_factory.MessageFactory(pool).GetPrototype(descriptor)
        message = Track.FromString(open(folder + "/ours", "rb").read())
        assert len(message.records) == 20, message
        assert message.records[7].user_id == "user-7", message
        assert message.records[7].event.properties[0].value.text == "grün 🐟", message
        again = json_format.Parse(json_format.MessageToJson(message), Track())
        assert again == message
        open(folder + "/theirs", "wb").write(again.SerializeToString())
        """

    private static let head = """
        // A fixture.
        syntax = "proto2";
        package shoal.bad.v1;
        import "shoal/options/v1/options.proto";
        // A fine message.
        message Fine {
          // A fine field.
          optional uint32 number = 1;
        }

        """

    @Test(
        "what protobuf-c or the house cannot stand is refused with the reason",
        arguments: [
            ("// M.\nmessage M {\n // F.\n required uint32 f = 1;\n}", "required"),
            ("// M.\nmessage M {\n // F.\n optional M f = 1;\n}", "recursive"),
            ("// M.\nmessage M {\n // F.\n map<string, uint32> f = 1;\n}", "nested"),
            ("// M.\nmessage M {\n // N.\n message N {}\n}", "nested"),
            ("// M.\nmessage M {\n // F.\n repeated group F = 1 {}\n}", "nested"),
            ("// M.\nmessage M {\n // F.\n repeated uint32 f = 1;\n}", "max_items"),
            ("// M.\nmessage M {\n // F.\n optional string f = 1;\n}", "max_bytes"),
            ("// M.\nmessage M {\n // F.\n optional bytes f = 1;\n}", "max_bytes"),
            ("// M.\nmessage M {\n optional uint32 f = 1;\n}", "no comment"),
            ("message M {}", "no comment"),
            ("// M.\nmessage M {\n // F.\n optional uint32 has_f = 1;\n}", "collide"),
            (
                "// M.\nmessage M {\n // F.\n optional uint32 f_x = 1;\n"
                    + " // G.\n optional uint32 f__x = 1;\n}",
                "1"
            ),
            (
                "// M.\nmessage M {\n // F.\n repeated Fine f = 1 "
                    + "[(shoal.options.v1.max_items) = 1, (shoal.options.v1.isolated) = true];\n}",
                "isolated"
            ),
            ("// E.\nenum E {\n A = 0;\n}", "UNSPECIFIED"),
            ("// S.\nservice S {\n // R.\n rpc R(Fine) returns (Fine);\n}", "role"),
            (
                "// S.\nservice S {\n // R.\n rpc R(Fine) returns (stream Fine) {\n"
                    + " option (shoal.options.v1.role) = \"admin\";\n }\n}",
                "stream"
            ),
            (
                "// S.\nservice S {\n rpc R(Fine) returns (Fine) {\n"
                    + " option (shoal.options.v1.role) = \"admin\";\n }\n}",
                "no comment"
            ),
        ]
    )
    func refusals(_ text: String, _ reason: String) throws {
        let result = try lint(Self.head + text)
        #expect(result.status == 1)
        #expect(result.text.contains(reason), "\(result.text)")
    }

    @Test("a fine contract passes, and proto3 optional does not")
    func syntax() throws {
        #expect(try lint(Self.head).status == 0)
        let proto3 = Self.head.replacingOccurrences(of: "proto2", with: "proto3")
        #expect(try lint(proto3).status == 1)
    }

    private func lint(_ text: String) throws -> (status: Int32, text: String) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("shoal-contract-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["bad", "options"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("shoal/\(name)/v1"),
                withIntermediateDirectories: true
            )
        }
        try FileManager.default.copyItem(
            at: Self.root.appendingPathComponent("Proto/shoal/options/v1/options.proto"),
            to: folder.appendingPathComponent("shoal/options/v1/options.proto")
        )
        try text.write(
            to: folder.appendingPathComponent("shoal/bad/v1/bad.proto"),
            atomically: true,
            encoding: .utf8
        )
        return try generate(["--lint", folder.path])
    }
}
