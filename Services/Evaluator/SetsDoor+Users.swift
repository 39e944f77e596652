// The owner's part of a question about single users: their columns as they stand at one moment.

import Basics
import Columns
import Messages
import Wire

extension SetsDoor {
    func users(_ request: EvaluationV1.UsersPartRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.UsersPartResponse
    {
        guard let project = call.project else {
            throw Fault.invalidArgument("the project is missing", place: "header.project")
        }
        let positions = request.positions.byPartition
        try await wait(for: positions, call)
        let partitions = positions.keys.sorted()
        let bytesMax = min(Int(request.bytesMax), Limits.pageBytes)
        do {
            switch request.kind {
            case .profile(let profile):
                return try await page(profile.userID, partitions, project) { page, answer in
                    let at = Timestamp(ms: profile.atMs ?? 0)
                    let told = try page?.profile(at: at, bytesMax: bytesMax)
                    answer.kind = .profile(told ?? EvaluationV1.ProfileResponse())
                }
            case .timeline(let timeline):
                let cursor = try TimelineCursor(timeline.cursor)
                let place = cursor ?? TimelineCursor(to: Timestamp(ms: timeline.toMs ?? 0))
                return try await page(timeline.userID, partitions, project) { page, answer in
                    let told = try page?.timeline(timeline, from: place, bytesMax: bytesMax)
                    answer.kind = .timeline(told ?? EvaluationV1.TimelineResponse())
                }
            case .segmentsOf(let segments):
                let zone = request.projectZone
                return try await self.segments(segments, zone, partitions, project, call)
            case .find(let find): return try await self.find(find, partitions, project, call)
            case nil: throw Fault.invalidArgument("nothing is asked", place: "kind")
            }
        } catch let error as EvaluatorError {
            throw error.fault
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }

    /// The lane only finds the user and lends the columns; what they say is read beside it.
    private func page(
        _ text: String,
        _ partitions: [Partition],
        _ project: ProjectName,
        _ body: (UserPage?, inout EvaluationV1.UsersPartResponse) throws -> Void
    ) async throws -> EvaluationV1.UsersPartResponse {
        let (home, user) = try one(text, partitions)
        let (page, position) = try await lend(user, of: home, project)
        var answer = EvaluationV1.UsersPartResponse(positions: [position])
        try body(page, &answer)
        return answer
    }

    private func lend(_ user: UserID, of home: Partition, _ project: ProjectName) async throws
        -> (UserPage?, LogV1.Position)
    {
        try await lanes[home].ask([home]) { states in
            var page: UserPage?
            // Through the dictionary's own storage, so that the index stays there.
            if let index = states[0].projects.index(forKey: project),
                let number = states[0].projects.values[index].number(of: user)
            {
                page = UserPage(columns: states[0].projects.values[index], user: number)
            }
            return (page, states[0].position(in: project))
        }
    }

    /// The catalogue is at least as new as the position: its changes stand in every log.
    private func segments(
        _ request: EvaluationV1.UserSegmentsQuestion,
        _ zone: String?,
        _ partitions: [Partition],
        _ project: ProjectName,
        _ call: CallContext
    ) async throws -> EvaluationV1.UsersPartResponse {
        let (home, user) = try one(request.userID, partitions)
        let (page, position) = try await lend(user, of: home, project)
        var answer = EvaluationV1.SegmentsOfResponse()
        if let page {
            let question = SegmentsOfUser(
                columns: page.columns,
                user: page.user,
                at: Timestamp(ms: request.atMs),
                projectZone: zone
            )
            let saved = catalogue.project(project)
            let limit = limit(of: call)
            answer = try await threads.run(limit) { try question.page(saved, request, limit) }
        }
        return EvaluationV1.UsersPartResponse(positions: [position], kind: .segmentsOf(answer))
    }

    /// The one user asked about, and the one partition.
    private func one(_ text: String, _ partitions: [Partition]) throws -> (Partition, UserID) {
        guard let user = UserID(text), let home = partitions.first, partitions.count == 1 else {
            throw EvaluatorError(
                .badRequest,
                "answer",
                place: "user_id",
                hint: "ask one partition about a user of 1 to \(Limits.userIDBytes) bytes"
            )
        }
        return (home, user)
    }

    private func find(
        _ request: EvaluationV1.FindUsersRequest,
        _ partitions: [Partition],
        _ project: ProjectName,
        _ call: CallContext
    ) async throws -> EvaluationV1.UsersPartResponse {
        let whole = try await snapshot(project, partitions)
        let columns = whole.columns
        let search = UserSearch(request)
        let limit = limit(of: call)
        let found = try await threads.run(limit) { try search.users(columns, limit) }
        return EvaluationV1.UsersPartResponse(positions: whole.positions, kind: .find(found))
    }
}
