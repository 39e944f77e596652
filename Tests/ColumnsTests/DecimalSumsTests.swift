// Sums of decimals per user are those of a plain loop, or refused.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct DecimalSumsTests {
    private func tail(_ amounts: [PropertyValue?]) throws -> Tail {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for (row, amount) in amounts.enumerated() {
            try tail.append(
                event: "Charged",
                user: UserNumber(UInt32(row % 7)),
                at: Timestamp(ms: Int64(row)),
                offset: LogOffset(UInt64(row)),
                properties: amount.map { [(name: "amount", value: $0)] } ?? []
            )
        }
        return tail
    }

    private func sums(_ table: EventTable, to: Int64? = nil) -> DecimalSums? {
        var sums = DecimalSums(universe: 7)
        let to = to.map(Timestamp.init(ms:))
        let isWhole = sums.add(table, "amount", from: nil, to: to, mask: nil)
        return isWhole ? sums : nil
    }

    @Test("rows, numbers and sums of each user, in tail and chunk", arguments: 1...8)
    func plain(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let most = [200, 60_000, 4_000_000_000, 1 << 40][seed % 4]
        let amounts: [PropertyValue?] = (0..<300).map { _ in
            switch chance.below(5) {
            case 0: nil
            case 1: .text("12")
            default: .number(Number(e4: Int64(chance.below(most)) - 50))
            }
        }
        let tail = try tail(amounts)
        let tables = try [EventTable(tail.events[0], of: tail)] + sealed(tail).events
        for table in tables {
            let sums = try #require(self.sums(table, to: 250))
            for user in 0..<7 {
                let own = stride(from: user, to: 250, by: 7).map { amounts[$0] }
                let numbers = own.compactMap { value -> Int64? in
                    guard case .number(let number)? = value, case .decimal(let e4) = number.form
                    else { return nil }
                    return e4
                }
                #expect(sums.rows[user] == UInt32(own.count), "seed \(seed)")
                #expect(sums.numbers[user] == UInt32(numbers.count))
                #expect(sums.sumsE4[user] == numbers.reduce(0, +))
                let exact = sums.users(in: sums.sumsE4[user]...sums.sumsE4[user])
                #expect(exact[UserNumber(UInt32(user))])
            }
        }
    }

    @Test("a double, or sums that might not fit, are left to the careful way")
    func refused() throws {
        let third = try #require(Number(1.0 / 3))
        let tail = try tail([.number(Number(e4: 1)), .number(third)])
        #expect(sums(EventTable(tail.events[0], of: tail)) == nil)
        let great = try self.tail(
            Array(repeating: .number(Number(e4: Number.e4Max)), count: 400)
        )
        #expect(sums(EventTable(great.events[0], of: great)) == nil)
    }
}
