// Between set expressions and their messages.

public import Messages
public import Segments

/// The coding of set expressions.
public enum SetCoding {
    /// The nodes of a message; whether they make an expression is the expression's to say.
    ///
    /// Throws for an operation that is not known, which a newer peer may send.
    public static func decode(_ nodes: [EvaluationV1.SetNode]) throws(DefinitionProblem)
        -> [SetExpression.Node]
    {
        var decoded: [SetExpression.Node] = []
        for (index, node) in nodes.enumerated() {
            let inputs = node.inputs.map { Int($0) }
            switch node.operation {
            case .subject?: decoded.append(.subject(Int(node.subject)))
            case .all?: decoded.append(.all(inputs))
            case .any?: decoded.append(.any(inputs))
            case .minus?: decoded.append(.minus(inputs))
            case .not? where inputs.count == 1: decoded.append(.not(inputs[0]))
            default:
                throw DefinitionProblem(
                    .shape,
                    .read,
                    place: "nodes[\(index)]",
                    message: "its operation is not known here, or has other inputs",
                    hint: "a subject, all, any, not of one input, or minus"
                )
            }
        }
        return decoded
    }

    /// The messages of an expression.
    public static func encode(_ expression: SetExpression) -> [EvaluationV1.SetNode] {
        expression.nodes.map { node in
            let inputs = node.inputs.map { UInt32(clamping: $0) }
            return switch node {
            case .subject(let index):
                EvaluationV1.SetNode(operation: .subject, subject: UInt32(clamping: index))
            case .all: EvaluationV1.SetNode(operation: .all, inputs: inputs)
            case .any: EvaluationV1.SetNode(operation: .any, inputs: inputs)
            case .not: EvaluationV1.SetNode(operation: .not, inputs: inputs)
            case .minus: EvaluationV1.SetNode(operation: .minus, inputs: inputs)
            }
        }
    }
}
