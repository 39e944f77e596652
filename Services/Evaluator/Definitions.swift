// Definitions as they come over the wire: understood, checked, with what is probably not meant.

import Basics
import Messages
import Segments
import Wire

/// Turns definitions of the wire into plans, and their problems into what a caller reads.
enum Definitions {
    /// Most warnings told about one definition.
    static let warningsMax = 100

    /// What a caller hears of an instant that nobody can write down.
    static let instantFault = Fault.invalidArgument(
        "the instant is out of range",
        place: "at_ms",
        hint: "milliseconds since the Unix epoch, years 1 to 9999"
    )

    /// The definition a message carries.
    static func read(_ message: SegmentV1.Definition?) throws(Fault) -> Definition {
        guard let message else {
            throw Fault.invalidArgument(
                "the definition is missing",
                place: "definition",
                hint: "say who is meant"
            )
        }
        do {
            return try DefinitionCoding.decode(message)
        } catch {
            throw error.fault
        }
    }

    /// The segments a definition uses, as they come with a question.
    static func nested(_ names: [String], _ definitions: [SegmentV1.Definition]) throws(Fault)
        -> [NestedSegment]
    {
        guard names.count == definitions.count else {
            throw Fault.invalidArgument(
                "segments are told without what they mean",
                place: "nested_definitions",
                hint: "as many as nested_names"
            )
        }
        var nested: [NestedSegment] = []
        for (name, definition) in zip(names, definitions) {
            nested.append(NestedSegment(ExactName(name), try read(definition)))
        }
        return nested
    }

    /// The plan of a definition; `nested` are the segments that it uses.
    static func plan(
        _ definition: Definition,
        nested: [NestedSegment],
        projectZone: String?
    ) throws(Fault) -> Plan {
        let zone = try zone(ofProject: projectZone)
        do {
            return try Plan(definition, projectZone: zone, nested: nested)
        } catch {
            throw fault(error)
        }
    }

    /// The zone of a project; nil: UTC.
    static func zone(ofProject name: String?) throws(Fault) -> Zone? {
        let zone = name.flatMap(Zone.init)
        // Never another zone in its place: two evaluators would answer differently.
        guard zone != nil || name == nil else {
            throw Fault.failedPrecondition(
                "the project's zone \(name ?? "") is not known here",
                place: "project_zone",
                hint: "name a zone in the definition, or bring time zone data up to date"
            )
        }
        return zone
    }

    /// What a definition probably does not mean, by the names the project is known to use.
    static func warnings(_ problems: [DefinitionProblem]) -> [EvaluationV1.Warning] {
        problems.prefix(warningsMax).map {
            EvaluationV1.Warning(place: $0.place, message: $0.message, hint: $0.hint)
        }
    }

    /// The definition as one English sentence.
    static func sentence(_ definition: Definition) throws(Fault) -> String {
        do {
            return try Sentence.say(definition)
        } catch {
            throw fault(error)
        }
    }

    /// The live segment as one English sentence.
    static func sentence(_ live: LiveDefinition) throws(Fault) -> String {
        do {
            return try Sentence.say(live)
        } catch {
            throw fault(error)
        }
    }

    /// A problem as the status a caller hears.
    static func fault(_ problem: DefinitionProblem) -> Fault {
        Fault.invalidArgument(problem.message, place: problem.place, hint: problem.hint)
    }
}

extension Vocabulary {
    /// The names and types that ingestion has seen.
    init(_ schema: IngestionV1.SchemaResponse) {
        self.init(
            events: Dictionary(
                schema.events.map { (ExactName($0.name), Self.types($0.properties)) }
            ) { first, _ in first },
            userProperties: Self.types(schema.userProperties)
        )
    }

    private static func types(_ properties: [IngestionV1.PropertySchema])
        -> [ExactName: ValueTypes]
    {
        var types: [ExactName: ValueTypes] = [:]
        for property in properties {
            for type in property.types {
                let one: ValueTypes =
                    switch type {
                    case .text: .text
                    case .number: .number
                    case .flag: .bool
                    case .instant: .instant
                    case .list: .list
                    case .unspecified: []
                    }
                types[ExactName(property.name), default: []].insert(one)
            }
        }
        return types
    }
}
