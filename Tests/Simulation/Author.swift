// Somebody who makes segments and archives them, as an evaluator's door does for its callers.

import Basics
import Messages
import Segments
import Wire

/// Puts documents into the registry, and has ingestion bring them into the logs.
final class Author: Node {
    /// Segments of a run.
    private static let segmentsMax = 5

    private var random: SeededRandom
    private var documents: [SegmentV1.SegmentDocument] = []
    private var isBusy = false
    private var hasProject = false

    init(on stage: Simulation) {
        random = stage.chance()
        super.init("author", on: stage)
    }

    override var isDone: Bool { !isBusy }

    override func begin() async throws { try create() }

    override func finish() throws {
        if isBusy { throw Broken(.liveness, "\(name) still waits for an answer") }
    }

    private func create() throws {
        let request = RegistryV1.ProjectsRequest(create: Simulation.project.text)
        isBusy = true
        try call("registry", RegistryV1_RegistryMethods.projects, request) { [self] answer in
            guard case .success = answer else {
                return after(ms: 200) { [self] in try create() }
            }
            isBusy = false
            after(ms: 10) { [self] in try next() }
        }
    }

    private func plan() {
        isBusy = false
        after(ms: 300 + UInt64(random.below(4_000))) { [self] in try next() }
    }

    private func next() throws {
        guard !stage.isHealing else { return }
        let living = documents.indices.filter { !documents[$0].archived }
        if documents.count < Self.segmentsMax {
            let name = "segment-\(documents.count)"
            documents.append(try RandomSegment.document(name, &random))
            stage.judge.segments.append(name)
            isBusy = true
            try put(documents.count - 1)
        } else if let index = living.randomElement(using: &random), living.count > 2 {
            documents[index].archived = true
            isBusy = true
            try put(index)
        }
    }

    private func put(_ index: Int) throws {
        let request = RegistryV1.PutRequest(
            kind: "segment",
            name: documents[index].name,
            body: try documents[index].encode()
        )
        try call("registry", RegistryV1_CatalogueMethods.put, request) { [self] answer in
            switch answer {
            case .success(let reply):
                let told: RegistryV1.PutResponse = try reply.response()
                stage.note("\(documents[index].name): \(documents[index].archived)")
                try bring(told.document?.revision ?? 0)
            // It may have been written all the same: the same document again changes nothing.
            case .failure: after(ms: 200) { [self] in try put(index) }
            }
        }
    }

    private func bring(_ revision: UInt64) throws {
        let request = IngestionV1.AppendRequest(revision: revision)
        try call("ingestion", IngestionV1_IngestionMethods.append, request) { [self] answer in
            switch answer {
            case .success: plan()
            case .failure: after(ms: 200) { [self] in try bring(revision) }
            }
        }
    }
}

/// Segments by seed, whose waits end within a run.
enum RandomSegment {
    /// A segment that is followed.
    static func document(_ name: String, _ random: inout SeededRandom) throws
        -> SegmentV1.SegmentDocument
    {
        var document = SegmentV1.SegmentDocument(name: name)
        if random.chance(0.6) {
            document.live = try LiveCoding.encode(live(&random))
        } else {
            document.definition = try DefinitionCoding.encode(condition(&random))
        }
        return document
    }

    private static func live(_ random: inout SeededRandom) -> LiveDefinition {
        let event = event(&random)
        let trigger: Trigger =
            switch random.below(8) {
            case 0: .action(Action(EventMatch([event])))
            case 1: .action(Action(EventMatch([event]), times: .everyNth(2)))
            case 2, 3: .becomes(Becomes(condition(&random)))
            case 4: .date(DateTrigger("renewal", offsetMs: seconds(&random) - 5_500))
            case 5:
                .date(
                    DateTrigger(
                        "due",
                        of: .event(EventMatch(["Cart"])),
                        offsetMs: seconds(&random) - 5_500
                    )
                )
            default:
                .inaction(
                    Inaction(
                        did: EventMatch([event]),
                        didNot: EventMatch(["Buy"]),
                        withinMs: seconds(&random)
                    )
                )
            }
        var live = LiveDefinition(trigger)
        if random.chance(0.3) {
            live.filter = condition(&random)
            live.filterReads.events = random.chance(0.5) ? .before : .after
        }
        switch random.below(10) {
        case 0..<6: live.stay = .duration(ms: seconds(&random))
        case 6, 7: live.stay = .while(condition(&random))
        default: break
        }
        if random.chance(0.2) { live.limit = .coolDown(ms: seconds(&random)) }
        return live
    }

    private static func condition(_ random: inout SeededRandom) -> Definition {
        let event = event(&random)
        switch random.below(4) {
        case 0:
            return Definition(
                .user(UserProperty(PropertyFilter("plan", .equals, [.value(.text("pro"))])))
            )
        case 1: return Definition(.inList(InList("vip")))
        case 2:
            let window = Window.rolling(ms: seconds(&random))
            return Definition(.did(Did(EventMatch([event], window: window))))
        default:
            return Definition(.did(Did(EventMatch([event]), count: CountTest(.atLeast(2)))))
        }
    }

    private static func event(_ random: inout SeededRandom) -> ExactName {
        ["View", "Cart", "Buy"][random.below(3)]
    }

    /// Unit: ms.
    private static func seconds(_ random: inout SeededRandom) -> Int64 {
        1_000 + Int64(random.below(9_000))
    }
}
