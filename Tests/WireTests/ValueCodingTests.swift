// Values: every kind both ways, and what has no meaning is refused.
import Basics
import Messages
import Testing

@testable import Wire

@Suite struct ValueCodingTests {
    private func refusal(_ kind: LogV1.Value.Kind?) -> WireError? {
        do {
            _ = try ValueCoding.decode(LogV1.Value(kind: kind))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "every kind of value comes back equal",
        arguments: [
            .text(""), .text("grün 🐟"), .bool(false), .bool(true), .instant(Timestamp(ms: -1)),
            .number(Number(153)), .number(Number(e4: 153_001)), .number(Number(Int.max)),
            .number(Number(Int.min)), .list([]), .list([.text("a"), .number(.zero), .bool(true)]),
        ] as [PropertyValue]
    )
    func roundTrip(_ value: PropertyValue) throws {
        let bytes = try ValueCoding.encode(value).encode()
        #expect(try ValueCoding.decode(LogV1.Value.decode(bytes)) == value)
    }

    @Test("numbers of every form become one normal form")
    func normalForm() throws {
        let forms: [LogV1.Value.Kind] = [.number(3), .integer(3), .decimalE4(30_000)]
        for form in forms {
            #expect(try ValueCoding.decode(LogV1.Value(kind: form)) == .number(Number(3)))
        }
        #expect(try ValueCoding.decode(LogV1.Value(kind: .number(-0.0))) == .number(.zero))
        let large = try ValueCoding.decode(LogV1.Value(kind: .decimalE4(.max)))
        guard case .number = large else { return #expect(Bool(false)) }
    }

    @Test("NaN, infinities, versions, absent values are refused with their place")
    func refusals() {
        for double in [Double.nan, .infinity, -.infinity, .signalingNaN] {
            #expect(refusal(.number(double))?.place == "number")
        }
        #expect(refusal(.version("1.0.0"))?.place == "version")
        #expect(refusal(nil)?.code == .badValue)
        let list = LogV1.ValueList(values: [
            LogV1.PlainValue(kind: .flag(true)), LogV1.PlainValue(),
        ])
        #expect(refusal(.list(list))?.place == "list.values[1]")
        let bad = LogV1.ValueList(values: [LogV1.PlainValue(kind: .number(.nan))])
        #expect(refusal(.list(bad))?.place == "list.values[0].number")
        #expect(refusal(.text(String(repeating: "x", count: 1_025)))?.place == "text")
    }

    @Test("a list inside a list, and one of 101 values, cannot be sent")
    func lists() {
        #expect(throws: WireError.self) { try ValueCoding.encode(.list([.list([])])) }
        let long = [PropertyValue](repeating: .bool(true), count: 101)
        #expect(throws: WireError.self) { try ValueCoding.encode(.list(long)) }
    }

    @Test("a property needs a name and a value")
    func properties() throws {
        let good = try ValueCoding.encode(name: "amount", .number(Number(5)))
        let back = try ValueCoding.decode(good)
        #expect(back.name == "amount")
        #expect(back.value == .number(Number(5)))
        func place(_ property: LogV1.Property) -> String? {
            do {
                _ = try ValueCoding.decode(property)
                return nil
            } catch {
                return error.place
            }
        }
        #expect(place(LogV1.Property(name: "", value: good.value)) == "name")
        #expect(place(LogV1.Property(name: "n")) == "value")
        let nan = LogV1.Value(kind: .number(.nan))
        #expect(place(LogV1.Property(name: "n", value: nan)) == "value.number")
    }
}
