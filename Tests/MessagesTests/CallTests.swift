// A client, a caller that dispatches in place, and a service behind the method table.
import Basics
import Messages
import Testing

private struct CountingIngestion: IngestionV1_IngestionService {
    func track(
        _ request: IngestionV1.TrackRequest,
        _ call: CallContext
    ) async throws(Fault) -> IngestionV1.TrackResponse {
        guard call.project != nil else {
            throw .invalidArgument("no project", place: "header.project", hint: "name one")
        }
        return IngestionV1.TrackResponse(
            accepted: UInt32(request.records.count),
            rejected: UInt32(call.isolated.count)
        )
    }
}

/// Carries calls to a method table in the same process.
private struct DirectCaller: Caller {
    let methods: [String: ServedMethod]

    init(_ served: [ServedMethod]) {
        methods = Dictionary(uniqueKeysWithValues: served.map { ($0.description.name, $0) })
    }

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        guard let served = methods[method.name] else { throw .unimplemented(method.name) }
        do {
            let context = CallContext(method: method.name, project: options.project)
            return try await served.invoke(request.encode(), context).encode()
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .internal("\(error)")
        }
    }
}

@Suite struct CallTests {
    private let client = IngestionV1_IngestionClient(
        DirectCaller(IngestionV1_IngestionMethods.serve(CountingIngestion()))
    )

    @Test("a call reaches the service and its answer comes back")
    func call() async throws {
        let options = CallOptions(project: ProjectName("shop"))
        let response = try await client.track(Sample.batch(5), options)
        #expect(response.accepted == 5)
    }

    @Test("a method without an implementation answers UNIMPLEMENTED")
    func unimplemented() async {
        do {
            _ = try await client.fetch(IngestionV1.FetchRequest())
            Issue.record("fetch was served")
        } catch {
            #expect(error.code == .unimplemented)
            #expect(error.place == "/shoal.ingestion.v1.Ingestion/Fetch")
        }
    }

    @Test("a service's fault comes through whole")
    func fault() async {
        do {
            _ = try await client.track(Sample.batch(1))
            Issue.record("track was served")
        } catch {
            #expect(
                error == .invalidArgument("no project", place: "header.project", hint: "name one")
            )
        }
    }

    @Test("bad records reach the service as isolated faults")
    func isolated() async throws {
        let bytes = Bytes().block(1, try Sample.record("a").encode()).block(1, [0xff]).bytes
        let served = IngestionV1_IngestionMethods.serve(CountingIngestion())
        let track = try #require(
            served.first { $0.description == IngestionV1_IngestionMethods.track }
        )
        let answer = try await track.invoke(bytes, CallContext(project: ProjectName("shop")))
        #expect(
            answer as? IngestionV1.TrackResponse
                == IngestionV1.TrackResponse(accepted: 1, rejected: 1)
        )
    }

    @Test("a request that cannot be read is an invalid argument")
    func unreadable() async {
        let served = IngestionV1_IngestionMethods.serve(CountingIngestion())
        for method in served {
            await #expect(throws: Fault.self) {
                try await method.invoke([0xff] as [UInt8], CallContext())
            }
        }
    }
}
