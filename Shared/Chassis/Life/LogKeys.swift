// The metadata keys that may stand in a log line; users' data have no key here.

/// Names of log metadata.
///
/// A key that is not listed here is dropped, and the line says how many were.
public enum LogKeys {
    /// A partition's index.
    public static let partition = "partition"
    /// A project's name.
    public static let project = "project"
    /// An instance's id.
    public static let instance = "instance"
    /// Another instance or its address.
    public static let peer = "peer"
    /// An address listened on.
    public static let endpoint = "endpoint"
    /// A method's full name.
    public static let method = "method"
    /// A request's id in hex.
    public static let requestID = "request_id"
    /// A canonical status.
    public static let status = "status"
    /// A log offset.
    public static let offset = "offset"
    /// An owner's epoch.
    public static let epoch = "epoch"
    /// A log time or other instant.
    public static let instant = "instant"
    /// A duration in milliseconds.
    public static let elapsedMs = "elapsed_ms"
    /// How many.
    public static let count = "count"
    /// How many bytes.
    public static let bytes = "bytes"
    /// A file or folder.
    public static let path = "path"
    /// A segment's name or id; never its members.
    public static let segment = "segment"
    /// A catalogue revision.
    public static let revision = "revision"
    /// A part of the process: a lane, a door, a thread.
    public static let part = "part"
    /// Why something was done or not.
    public static let reason = "reason"
    /// What an operator can do.
    public static let hint = "hint"
    /// A version.
    public static let version = "version"
    /// A process id.
    public static let processID = "pid"
    /// A signal's name.
    public static let signal = "signal"

    /// All of them.
    public static let all: Set<String> = [
        partition, project, instance, peer, endpoint, method, requestID, status, offset, epoch,
        instant, elapsedMs, count, bytes, path, segment, revision, part, reason, hint, version,
        processID, signal,
    ]
}
