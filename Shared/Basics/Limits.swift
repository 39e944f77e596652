// The wire-wide limits of the protocol, each with its unit in the name and its reason.

/// What nobody may exceed; a room's own limits live in its configuration.
public enum Limits {
    // Frames

    /// Frame from a client: one full batch of 4 MiB and the header beside it.
    public static let clientFrameBytes = trackBatchBytes + headerBytes
    /// Frame between services: a page of records or bitmaps of four client batches.
    public static let serviceFrameBytes = 16 << 20
    /// Header of a frame: a method, ids and a little metadata; more is an attack.
    public static let headerBytes = 64 << 10
    /// Page of a cursor stream, at most: a quarter of a 1 MiB budget keeps four in flight.
    public static let pageBytes = 256 << 10
    /// Replies in flight per channel until a server says more: Linux's smallest usual buffer.
    public static let replyBudgetBytes = 128 << 10

    // Batches

    /// Records of a Track or Import batch: a group commit stays within milliseconds.
    public static let batchRecords = 10_000
    /// Bytes of a Track or Import batch: fits a frame and 128 events of the largest size.
    public static let trackBatchBytes = 4 << 20
    /// Memory to unpack one message: eight times the largest client frame's payload.
    public static let arenaBytes = 32 << 20

    // Events and profiles

    /// One event with all its properties: larger ones are documents, not events.
    public static let eventBytes = 32 << 10
    /// Properties of one event or of one profile change.
    public static let eventProperties = 256
    /// Values of a list property: condition `in` and the index stay small.
    public static let listValues = 100
    /// Nesting of property values: a list of plain values is 2.
    public static let valueDepth = 2
    /// Name of an event or property in UTF-8; names are dictionary entries and metric labels.
    public static let nameBytes = 128
    /// Text value in UTF-8: longer texts are not segmented by.
    public static let textValueBytes = 1 << 10
    /// A user's identifier in UTF-8: an e-mail address (254) fits.
    public static let userIDBytes = 256
    /// An event's own id in UTF-8: a UUID or a customer's composed key.
    public static let eventIDBytes = 128
    /// A project's name: a DNS label, so that it may stand in paths and host names.
    public static let projectNameBytes = 63

    // Dictionaries

    /// Event names per project: each has its own columns.
    public static let eventNames = 1_024
    /// Properties per event name: each is a column.
    public static let propertiesPerName = 256
    /// Distinct texts per (project, property) in a dictionary; beyond it they are stored plain.
    public static let dictionaryValues = 1_000_000

    // Definitions

    /// Nodes of a segment's definition: compiles within a millisecond.
    public static let definitionNodes = 1_000
    /// Depth of a definition: no reader recurses deeper.
    public static let definitionDepth = 32
    /// Segments per project.
    public static let segmentsPerProject = 20_000
    /// Segments per project whose changes are told as they happen.
    public static let segmentsFollowed = 10_000

    // Calls

    /// Calls in flight per client.
    public static let callsPerClient = 64
    /// Calls in flight per server; the next is answered RESOURCE_EXHAUSTED.
    public static let callsPerServer = 1_024
    /// Time of a call that names none, in milliseconds.
    public static let callTimeoutMs = 10_000

    // Deployment

    /// Partitions of a deployment: beyond it per-partition cost outweighs the spread.
    public static let partitions = 4_096
    /// Versions of segments that are quarantined: more are no single bad segments, and all are told
    /// with each fetched page.
    public static let quarantinedVersions = 256

    /// Checks how the limits hang together; a broken relation is our mistake and stops the start.
    public static func checkRelations() {
        precondition(
            trackBatchBytes + headerBytes <= clientFrameBytes,
            "a full batch and its header must fit a client's frame"
        )
        precondition(clientFrameBytes <= serviceFrameBytes, "services must hear all clients say")
        precondition(eventBytes <= trackBatchBytes, "one event must fit a batch")
        precondition(
            trackBatchBytes * 8 <= arenaBytes,
            "a batch unpacks to at most 8 times its bytes"
        )
        precondition(textValueBytes < eventBytes, "one text must fit an event")
        precondition(nameBytes < textValueBytes, "a name is shorter than a text value")
        precondition(eventProperties * (nameBytes + 1) > eventBytes / 2, "names cannot be all")
        precondition(listValues <= eventBytes, "a list must fit an event")
        precondition(propertiesPerName >= eventProperties, "an event's properties must be known")
        precondition(segmentsFollowed <= segmentsPerProject, "one follows what there is")
        precondition(definitionDepth < definitionNodes, "a chain is a definition too")
        precondition(callsPerClient <= callsPerServer, "one client must be served whole")
        precondition(pageBytes <= serviceFrameBytes, "a page must fit a frame")
        precondition(partitions <= Int(UInt16.max), "a partition's index has 16 bits")
        precondition(
            projectNameBytes + 1 + userIDBytes < headerBytes,
            "a full user name fits a header"
        )
    }
}
