// Segments by seed, whose waits end within a run.

import Basics
import Kit
import Messages
import Segments
import Wire

/// Makes documents and changes them; what they use is in their conditions.
struct RandomSegment {
    /// Segments that conditions may use.
    private let others: [ExactName]
    private var random: SeededRandom

    init(using others: [ExactName], _ random: SeededRandom) {
        self.others = others
        self.random = random
    }

    /// A segment that is followed, or a condition that others may use.
    mutating func document(_ name: String) throws -> SegmentV1.SegmentDocument {
        var document = SegmentV1.SegmentDocument(name: name)
        if random.chance(0.7) {
            document.live = try LiveCoding.encode(live())
        } else {
            document.definition = try DefinitionCoding.encode(condition())
            document.follow = random.chance(0.6)
        }
        return document
    }

    /// The same with another definition: often only the time of a wait, or the stay.
    mutating func changed(_ document: SegmentV1.SegmentDocument) throws
        -> SegmentV1.SegmentDocument
    {
        var document = document
        guard let sent = document.live else {
            document.definition = try DefinitionCoding.encode(condition())
            return document
        }
        var live = try LiveCoding.decode(sent)
        switch (random.below(4), live.trigger) {
        case (0, _): live = self.live()
        case (1, _): live.stay = stay()
        case (2, _): live.filter = random.chance(0.3) ? nil : condition()
        case (_, .inaction(var inaction)):
            inaction.withinMs = seconds()
            live.trigger = .inaction(inaction)
        case (_, .date(var date)):
            date.offsetMs = seconds() - 5_500
            live.trigger = .date(date)
        default: live.stay = .duration(ms: seconds())
        }
        document.live = try LiveCoding.encode(live)
        return document
    }

    private mutating func live() -> LiveDefinition {
        var live = LiveDefinition(trigger())
        if random.chance(0.35) {
            live.filter = condition()
            live.filterReads = FilterReads(
                events: random.chance(0.5) ? .before : .after,
                properties: random.chance(0.3) ? .before : .after
            )
        }
        live.stay = stay()
        if random.chance(0.2) { live.limit = .coolDown(ms: seconds()) }
        return live
    }

    private mutating func stay() -> Stay {
        switch random.below(10) {
        case 0..<5: .duration(ms: seconds())
        case 5..<8: .while(condition())
        default: .forever
        }
    }

    private mutating func trigger() -> Trigger {
        let event = event()
        switch random.below(11) {
        case 0: return .action(Action(EventMatch([event])))
        case 1: return .action(Action(EventMatch([event]), times: .everyNth(2)))
        case 2, 3: return .becomes(Becomes(condition()))
        case 4: return .date(DateTrigger("renewal", offsetMs: seconds() - 5_500))
        case 5:
            let carts = DateTrigger.Source.event(EventMatch(["Cart"]))
            return .date(DateTrigger("due", of: carts, offsetMs: seconds() - 5_500))
        case 6, 7: return .page(page())
        case 8:
            let plan = random.chance(0.5) ? "pro" : "free"
            let to = PropertyFilter("plan", .equals, [.value(.text(plan))])
            return .propertyChanged(PropertyChange("plan", to: random.chance(0.6) ? to : nil))
        default:
            return .inaction(
                Inaction(
                    did: EventMatch([event]),
                    didNot: EventMatch(["Buy"]),
                    withinMs: seconds()
                )
            )
        }
    }

    /// Pauses as long as those between views, which come at times of one grid.
    private mutating func page() -> PageTrigger {
        let pricing = PropertyFilter("path", .equals, [.value(.text("/pricing"))])
        let ad = PropertyFilter("referrer", .equals, [.value(.text("ad"))])
        return PageTrigger(
            EventMatch([PageTrigger.event], where: random.chance(0.4) ? [pricing] : []),
            count: 1 + random.below(2),
            referrer: random.chance(0.3) ? [ad] : [],
            gapMs: Producer.gridMs * Int64(1 + random.below(3))
        )
    }

    private mutating func condition() -> Definition {
        if let other = others.randomElement(using: &random), random.chance(0.45) {
            let isIn = DefinitionTree.leaf(.inSegment(InSegment(other)))
            return random.chance(0.3)
                ? DefinitionTree.not(isIn).definition() : isIn.definition()
        }
        let event = event()
        switch random.below(4) {
        case 0:
            return Definition(
                .user(UserProperty(PropertyFilter("plan", .equals, [.value(.text("pro"))])))
            )
        case 1: return Definition(.inList(InList("vip")))
        case 2:
            let window = Window.rolling(ms: seconds())
            return Definition(.did(Did(EventMatch([event], window: window))))
        default:
            return Definition(.did(Did(EventMatch([event]), count: CountTest(.atLeast(2)))))
        }
    }

    private mutating func event() -> ExactName { ["View", "Cart", "Buy"][random.below(3)] }

    /// Unit: ms.
    private mutating func seconds() -> Int64 { 1_000 + Int64(random.below(9_000)) }
}
