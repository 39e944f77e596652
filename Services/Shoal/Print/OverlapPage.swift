// How segments overlap, as a page: each, every pair, every region of the Venn diagram.

import Basics
import Messages

/// An answer about overlaps, ready to be printed.
struct OverlapPage: Sendable {
    /// What the segments are called, in the order asked.
    let titles: [String]
    let overlap: EvaluationV1.OverlapResponse

    /// For people.
    func text(_ ink: Ink) -> String {
        var sizes = Table([("SEGMENT", .left), ("USERS", .right), ("SHARE", .right)])
        for (title, users) in zip(titles, overlap.users) {
            sizes.add([
                title, Quantity.count(users), Quantity.share(users, of: overlap.universe),
            ])
        }
        for (title, users) in [("(any)", overlap.inAny), ("(all)", overlap.inAll)] {
            sizes.add([
                title, Quantity.count(users), Quantity.share(users, of: overlap.universe),
            ])
        }
        var text = sizes.text(ink)
        var pairs = Table([("BOTH", .left), ("USERS", .right), ("OF THE SMALLER", .right)])
        for pair in overlap.pairs {
            let smaller = min(size(pair.first), size(pair.second))
            pairs.add([
                "\(title(pair.first)) and \(title(pair.second))", Quantity.count(pair.users),
                Quantity.share(pair.users, of: smaller),
            ])
        }
        text += "\n" + pairs.text(ink)
        if !overlap.regions.isEmpty {
            var regions = Table([("ONLY IN", .left), ("USERS", .right), ("OF ANY", .right)])
            for region in overlap.regions {
                regions.add([
                    region.segments.map(title).joined(separator: " and "),
                    Quantity.count(region.users), Quantity.share(region.users, of: overlap.inAny),
                ])
            }
            text += "\n" + regions.text(ink)
        }
        return text
    }

    /// Every region of the Venn diagram as a bar; of more than eight segments every pair.
    var chart: Chart {
        let isWhole = titles.count <= 8
        let regions = overlap.regions.map { region in
            let names = region.segments.map(title).joined(separator: " and ")
            return Chart.Bar(name: "only \(names)", value: region.users)
        }
        let pairs = overlap.pairs.map { pair in
            Chart.Bar(name: "\(title(pair.first)) and \(title(pair.second))", value: pair.users)
        }
        return Chart(
            title: "users in \(isWhole ? "exactly these" : "both")",
            content: .bars(isWhole ? regions : pairs)
        )
    }

    /// For programs.
    var json: JSONText {
        .object([
            ("at", UserCommand.json(overlap.exactness?.atMs)),
            ("universe", .unsigned(overlap.universe)), ("any", .unsigned(overlap.inAny)),
            ("all", .unsigned(overlap.inAll)),
            (
                "segments",
                .list(
                    zip(titles, overlap.users).map { title, users in
                        .object([("segment", .text(title)), ("users", .unsigned(users))])
                    }
                )
            ),
            (
                "pairs",
                .list(
                    overlap.pairs.map { pair in
                        .object([
                            ("segments", names([pair.first, pair.second])),
                            ("users", .unsigned(pair.users)),
                        ])
                    }
                )
            ),
            (
                "regions",
                .list(
                    overlap.regions.map { region in
                        .object([
                            ("only_in", names(region.segments)),
                            ("users", .unsigned(region.users)),
                        ])
                    }
                )
            ),
            ("took_us", .unsigned(overlap.tookUs)),
        ])
    }

    private func names(_ segments: [UInt32]) -> JSONText {
        .list(segments.map { .text(title($0)) })
    }

    private func title(_ segment: UInt32) -> String {
        titles.indices.contains(Int(segment)) ? titles[Int(segment)] : "\(segment)"
    }

    private func size(_ segment: UInt32) -> UInt64 {
        overlap.users.indices.contains(Int(segment)) ? overlap.users[Int(segment)] : 0
    }
}
