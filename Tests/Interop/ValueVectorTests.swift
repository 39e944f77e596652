// The values and homes of `vectors/`: what a property's bytes mean, and where a user lives.

import Basics
import Messages
import Testing

@testable import Wire

@Suite struct ValueVectorTests {
    private static let plain: [LogV1.PlainValue.Kind] = [
        .text(""), .text("grün 🐟"), .number(12.5), .number(-0.1), .number(1e300), .integer(3),
        .integer(.min), .integer(9_007_199_254_740_993), .decimalE4(125_000), .decimalE4(-1),
        .flag(true), .flag(false), .instantMs(1_746_266_400_000), .instantMs(-1),
    ]

    private static func madeValues() throws -> ValueVectors {
        let singles = plain.map { (LogV1.Value($0), ValueVectors.Value($0)) }
        let mixed = LogV1.ValueList(values: plain.prefix(4).map { LogV1.PlainValue(kind: $0) })
        let lists = [
            (LogV1.Value(kind: .list(LogV1.ValueList())), []),
            (LogV1.Value(kind: .list(mixed)), plain.prefix(4).map(ValueVectors.Value.init)),
        ].map { ($0.0, ValueVectors.Value(kind: "list", list: $0.1)) }
        let good = try (singles + lists).map { (sent, value) in
            ValueVectors.Good(
                value: value,
                means: try ValueCoding.decode(sent).description,
                hex: Hex.text(try sent.encode())
            )
        }
        return ValueVectors(good: good, refused: try madeRefused())
    }

    private static func madeRefused() throws -> [ValueVectors.Refused] {
        let hole = LogV1.ValueList(values: [
            LogV1.PlainValue(kind: .flag(true)), LogV1.PlainValue(),
        ])
        let values: [(String, String, LogV1.Value)] = [
            ("not a number", "number", LogV1.Value(kind: .number(.nan))),
            ("without an end", "number", LogV1.Value(kind: .number(.infinity))),
            ("a version outside a definition", "version", LogV1.Value(kind: .version("5.2"))),
            ("no kind", "", LogV1.Value()),
            ("a list with a hole", "list.values[1]", LogV1.Value(kind: .list(hole))),
        ]
        return try values.map { name, place, value in
            ValueVectors.Refused(name: name, place: place, hex: Hex.text(try value.encode()))
        }
    }

    private static func madeHomes() throws -> PartitionVectors {
        let users = [
            "", "a", "ann", "grün 🐟", "user-1234567", "somebody@some-company.example.com",
            String(repeating: "x", count: 256),
        ]
        let homes = try [("shop", 64), ("a", 1), ("music-app-2", 4_096), ("shop", 7)]
            .flatMap { (name, count) in
                let project = try #require(ProjectName(name))
                let partitions = try #require(PartitionCount(count))
                return users.map { user in
                    PartitionVectors.Home(
                        project: name,
                        user: user,
                        partitions: count,
                        partition: partitions.home(project: project, identifier: user).index
                    )
                }
            }
        return PartitionVectors(homes: homes)
    }

    @Test("values are written and understood as the file says")
    func values() throws {
        let made = try Self.madeValues()
        let kept = try VectorFile.load("values.json", made: made)
        #expect(made == kept)
        for vector in kept.good {
            let value = try LogV1.Value.decode(Hex.bytes(vector.hex))
            #expect(try ValueCoding.decode(value).description == vector.means)
        }
        for vector in kept.refused {
            let value = try LogV1.Value.decode(Hex.bytes(vector.hex))
            let error = #expect(throws: WireError.self, "\(vector.name)") {
                try ValueCoding.decode(value)
            }
            #expect(error?.place == vector.place, "\(vector.name)")
        }
    }

    @Test("users live in the partitions the file says")
    func homes() throws {
        let made = try Self.madeHomes()
        #expect(try VectorFile.load("partitions.json", made: made) == made)
    }
}

extension LogV1.Value {
    /// The same value where it stands alone.
    fileprivate init(_ plain: LogV1.PlainValue.Kind) {
        switch plain {
        case .text(let text): self.init(kind: .text(text))
        case .number(let number): self.init(kind: .number(number))
        case .integer(let integer): self.init(kind: .integer(integer))
        case .decimalE4(let e4): self.init(kind: .decimalE4(e4))
        case .flag(let flag): self.init(kind: .flag(flag))
        case .instantMs(let ms): self.init(kind: .instantMs(ms))
        }
    }
}

extension ValueVectors.Value {
    fileprivate init(_ plain: LogV1.PlainValue.Kind) {
        switch plain {
        case .text(let text): self.init(kind: "text", text: text)
        case .number(let number): self.init(kind: "number", number: number)
        case .integer(let integer): self.init(kind: "integer", integer: integer)
        case .decimalE4(let e4): self.init(kind: "decimal_e4", decimalE4: e4)
        case .flag(let flag): self.init(kind: "flag", flag: flag)
        case .instantMs(let ms): self.init(kind: "instant_ms", instantMs: ms)
        }
    }
}
