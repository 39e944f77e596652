// What Health, Reflection and Admin tell of a process: small doors into the rest of it.

public import Basics
public import Messages

/// Whether a process can do its work, and when that changes.
///
/// Any thread.
public protocol HealthSource: Sendable {
    /// Whether it can.
    var isReady: Bool { get }
    /// Why it cannot; nil when it can.
    var reason: String? { get }
    /// Rises with every change of the two.
    var changes: RisingNumber { get }
}

/// The process behind a server, as its Health, Reflection and Admin methods see it.
///
/// The closures may be called from any thread, several at once; they must not block.
public struct ServerHouse: Sendable {
    /// What `Admin.Info` says that changes from call to call.
    public struct Vitals: Sendable, Hashable {
        /// The process id.
        public var processID: UInt32
        /// Memory resident now, in bytes.
        public var residentBytes: UInt64
        /// How long it has been running, in milliseconds.
        public var uptimeMs: UInt64

        /// These; 0 is unknown.
        public init(processID: UInt32 = 0, residentBytes: UInt64 = 0, uptimeMs: UInt64 = 0) {
            self.processID = processID
            self.residentBytes = residentBytes
            self.uptimeMs = uptimeMs
        }
    }

    /// Answers from the audit log; may suspend, unlike the other doors.
    public typealias Audit =
        @Sendable (AdminV1.AuditRequest, CallContext) async throws(Fault) -> AdminV1.AuditResponse

    /// Answers with parts of a copy of the service's storage; may suspend.
    public typealias Backup =
        @Sendable (AdminV1.BackupRequest, CallContext) async throws(Fault) -> AdminV1.BackupResponse

    /// The service, such as ingestion.
    public var service: String
    /// The build's version.
    public var version: String
    /// The instance, as kept in its data folder.
    public var instance: InstanceID
    /// Random per process start.
    public var bootID: InstanceID
    /// Whether it can do its work.
    public var health: any HealthSource
    /// The process in numbers.
    public var vitals: @Sendable () -> Vitals = { Vitals() }
    /// Facts about the service's state, for people; at most 64.
    public var facts: @Sendable () -> [AdminV1.Fact] = { [] }
    /// All metrics in Prometheus' text format.
    public var metricsText: @Sendable () -> String = { "" }
    /// Sets the log level of this name and returns the one before; nil when there is no such level.
    public var setLogLevel: @Sendable (String) -> String? = { _ in nil }
    /// Begins the graceful stop of the whole process.
    public var drain: @Sendable () -> Void = {}
    /// The audit log; nil where none is kept, which is everywhere but at the registry.
    public var audit: Audit?
    /// Copies of the storage; nil where nobody takes them.
    public var backup: Backup?
    /// The server stops: from here on `health` says not ready.
    public var willStop: @Sendable () -> Void = {}

    /// A house whose optional doors are closed until they are set.
    public init(
        service: String,
        version: String,
        instance: InstanceID,
        bootID: InstanceID,
        health: any HealthSource
    ) {
        self.service = service
        self.version = version
        self.instance = instance
        self.bootID = bootID
        self.health = health
    }
}
