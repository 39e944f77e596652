// A caller that says which project a call is about when the call itself does not.

import Basics
import Messages

/// Carries calls for one project, unless their options name another.
struct ProjectCaller: Caller {
    let inner: any Caller
    let project: ProjectName?

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        var options = options
        if options.project == nil { options.project = project }
        return try await inner.call(method, request, options)
    }
}
