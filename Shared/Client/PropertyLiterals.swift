// Property values as they are written in a program.

public import Basics

extension PropertyValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    /// A text.
    public init(stringLiteral text: String) { self = .text(text) }

    /// A whole number.
    public init(integerLiteral whole: Int) { self = .number(Number(whole)) }

    /// A number; kept exactly when it has up to four places.
    public init(floatLiteral double: Double) {
        guard let number = Number(double) else {
            preconditionFailure("a number in a program is finite")
        }
        self = .number(number)
    }

    /// True or false.
    public init(booleanLiteral flag: Bool) { self = .bool(flag) }

    /// A list of plain values.
    public init(arrayLiteral values: PropertyValue...) { self = .list(values) }
}
