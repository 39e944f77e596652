// The stubs of one server, whatever the roster says: health, administration and the rest.

public import Messages

/// Every stub of the contract, called at one address.
///
/// A value; any thread. A service that the server does not have answers UNIMPLEMENTED.
public struct ServerStubs: Sendable {
    /// Whether it can do its work.
    public let health: HealthV1_HealthClient
    /// What it understands.
    public let reflection: ReflectionV1_ReflectionClient
    /// The operator's door.
    public let admin: AdminV1_AdminClient
    /// Who is here and who owns what.
    public let registry: RegistryV1_RegistryClient
    /// Revisioned documents.
    public let catalogue: RegistryV1_CatalogueClient
    /// Events in, a durable log out.
    public let ingestion: IngestionV1_IngestionClient
    /// Records by which evaluators have ended.
    public let quarantine: IngestionV1_QuarantineClient
    /// Segments.
    public let segments: EvaluationV1_SegmentsClient
    /// What evaluators ask each other.
    public let sets: EvaluationV1_SetsClient
    /// What evaluators copy of each other.
    public let checkpoints: EvaluationV1_CheckpointsClient
    /// Uploaded lists of users.
    public let lists: EvaluationV1_ListsClient
    /// Single users.
    public let users: EvaluationV1_UsersClient
    /// Changes as they happen.
    public let feed: EvaluationV1_FeedClient

    init(_ caller: any Caller) {
        health = HealthV1_HealthClient(caller)
        reflection = ReflectionV1_ReflectionClient(caller)
        admin = AdminV1_AdminClient(caller)
        registry = RegistryV1_RegistryClient(caller)
        catalogue = RegistryV1_CatalogueClient(caller)
        ingestion = IngestionV1_IngestionClient(caller)
        quarantine = IngestionV1_QuarantineClient(caller)
        segments = EvaluationV1_SegmentsClient(caller)
        sets = EvaluationV1_SetsClient(caller)
        checkpoints = EvaluationV1_CheckpointsClient(caller)
        lists = EvaluationV1_ListsClient(caller)
        users = EvaluationV1_UsersClient(caller)
        feed = EvaluationV1_FeedClient(caller)
    }
}
