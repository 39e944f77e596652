// Definitions off the wire: understood or refused with a place, whatever they are.

import Basics
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct DefinitionsTests {
    private func refused(_ message: SegmentV1.Definition?, zone: String? = nil) -> Fault? {
        do throws(Fault) {
            _ = try Definitions.plan(Definitions.read(message), nested: [], projectZone: zone)
            return nil
        } catch {
            return error
        }
    }

    @Test("what is missing, empty, unknown or no tree is INVALID_ARGUMENT with a place")
    func invalid() {
        let node = SegmentV1.Node(kind: .not(SegmentV1.Group(children: [0])))
        let cases: [SegmentV1.Definition?] = [
            nil, SegmentV1.Definition(), SegmentV1.Definition(nodes: [SegmentV1.Node()]),
            SegmentV1.Definition(nodes: [node]),
            SegmentV1.Definition(
                nodes: [SegmentV1.Node(kind: .all(SegmentV1.Group(children: [.max])))]),
        ]
        for message in cases {
            let fault = refused(message)
            #expect(fault?.code == .invalidArgument)
            #expect(fault?.place?.isEmpty == false, "\(String(describing: message))")
        }
    }

    @Test("a definition 1,000 deep is refused, not followed")
    func deep() {
        var nodes = (1..<1_000).map {
            SegmentV1.Node(kind: .not(SegmentV1.Group(children: [UInt32($0)])))
        }
        nodes.append(SegmentV1.Node(kind: .did(SegmentV1.Did(events: ["A"]))))
        let fault = refused(SegmentV1.Definition(nodes: nodes))
        #expect(fault?.code == .invalidArgument)
        #expect(fault?.message.contains("deep") == true, "\(String(describing: fault))")
    }

    @Test("a project's zone that this build does not know is refused, never replaced by another")
    func zone() throws {
        let window = SegmentV1.Definition(
            nodes: [SegmentV1.Node(kind: .did(SegmentV1.Did(events: ["A"])))])
        #expect(refused(window, zone: "Mars/Olympus")?.code == .failedPrecondition)
        #expect(refused(window, zone: "Europe/Berlin") == nil)
        let plan = try Definitions.plan(
            Definitions.read(window),
            nested: [],
            projectZone: "Asia/Kathmandu"
        )
        #expect(plan.zone.name == "Asia/Kathmandu")
    }

    @Test("names that the project does not know are warned about, with the nearest one")
    func warnings() {
        let schema = IngestionV1.SchemaResponse(
            events: [
                IngestionV1.EventSchema(
                    name: "Charged",
                    properties: [IngestionV1.PropertySchema(name: "amount", types: [.number])]
                )
            ],
            userProperties: [
                IngestionV1.PropertySchema(name: "city", types: [.text, .list, .flag, .instant])
            ]
        )
        let vocabulary = Vocabulary(schema)
        let warnings = Definitions.warnings(
            Validation(did("Chargd"), vocabulary: vocabulary).warnings
        )
        #expect(warnings.count == 1)
        #expect(warnings.first?.hint?.contains("Charged") == true)
        #expect(Validation(did("Charged"), vocabulary: vocabulary).warnings.isEmpty)
    }
}
