from shoal.contract.ingestion.v1 import corrections_pb2 as _corrections_pb2
from shoal.contract.ingestion.v1 import identity_pb2 as _identity_pb2
from shoal.contract.ingestion.v1 import lists_pb2 as _lists_pb2
from shoal.contract.ingestion.v1 import positions_pb2 as _positions_pb2
from shoal.contract.ingestion.v1 import quarantine_pb2 as _quarantine_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.rpc.v1 import rpc_pb2 as _rpc_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
VALUE_TYPE_FLAG: ValueType
VALUE_TYPE_INSTANT: ValueType
VALUE_TYPE_LIST: ValueType
VALUE_TYPE_NUMBER: ValueType
VALUE_TYPE_TEXT: ValueType
VALUE_TYPE_UNSPECIFIED: ValueType
VERDICT_KIND_ACCEPTED: VerdictKind
VERDICT_KIND_DUPLICATE: VerdictKind
VERDICT_KIND_REJECTED: VerdictKind
VERDICT_KIND_UNSPECIFIED: VerdictKind

class AppendRequest(_message.Message):
    __slots__ = ["revision"]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class AppendResponse(_message.Message):
    __slots__ = ["active_at_ms", "positions"]
    ACTIVE_AT_MS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    active_at_ms: int
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    def __init__(self, positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., active_at_ms: _Optional[int] = ...) -> None: ...

class EventSchema(_message.Message):
    __slots__ = ["count", "first_at_ms", "last_at_ms", "name", "properties"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    count: int
    first_at_ms: int
    last_at_ms: int
    name: str
    properties: _containers.RepeatedCompositeFieldContainer[PropertySchema]
    def __init__(self, name: _Optional[str] = ..., properties: _Optional[_Iterable[_Union[PropertySchema, _Mapping]]] = ..., count: _Optional[int] = ..., first_at_ms: _Optional[int] = ..., last_at_ms: _Optional[int] = ...) -> None: ...

class FetchCursor(_message.Message):
    __slots__ = ["next_offset", "partition"]
    NEXT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    next_offset: int
    partition: int
    def __init__(self, partition: _Optional[int] = ..., next_offset: _Optional[int] = ...) -> None: ...

class FetchRequest(_message.Message):
    __slots__ = ["cursors", "max_bytes", "wait_ms"]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    cursors: _containers.RepeatedCompositeFieldContainer[FetchCursor]
    max_bytes: int
    wait_ms: int
    def __init__(self, cursors: _Optional[_Iterable[_Union[FetchCursor, _Mapping]]] = ..., max_bytes: _Optional[int] = ..., wait_ms: _Optional[int] = ...) -> None: ...

class FetchResponse(_message.Message):
    __slots__ = ["partitions", "quarantined"]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    partitions: _containers.RepeatedCompositeFieldContainer[PartitionRecords]
    quarantined: _containers.RepeatedCompositeFieldContainer[_quarantine_pb2.SegmentVersion]
    def __init__(self, partitions: _Optional[_Iterable[_Union[PartitionRecords, _Mapping]]] = ..., quarantined: _Optional[_Iterable[_Union[_quarantine_pb2.SegmentVersion, _Mapping]]] = ...) -> None: ...

class ImportFault(_message.Message):
    __slots__ = ["line", "verdict"]
    LINE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    line: int
    verdict: Verdict
    def __init__(self, line: _Optional[int] = ..., verdict: _Optional[_Union[Verdict, _Mapping]] = ...) -> None: ...

class ImportRequest(_message.Message):
    __slots__ = ["first_line", "import_id", "records"]
    FIRST_LINE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    first_line: int
    import_id: str
    records: _containers.RepeatedCompositeFieldContainer[TrackRecord]
    def __init__(self, import_id: _Optional[str] = ..., first_line: _Optional[int] = ..., records: _Optional[_Iterable[_Union[TrackRecord, _Mapping]]] = ...) -> None: ...

class ImportResponse(_message.Message):
    __slots__ = ["accepted", "duplicates", "faults", "rejected"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    faults: _containers.RepeatedCompositeFieldContainer[ImportFault]
    rejected: int
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[ImportFault, _Mapping]]] = ...) -> None: ...

class PartitionRecords(_message.Message):
    __slots__ = ["end_offset", "epoch", "next_offset", "partition", "records", "state_epoch", "watermark_ms"]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NEXT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    STATE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_MS_FIELD_NUMBER: _ClassVar[int]
    end_offset: int
    epoch: int
    next_offset: int
    partition: int
    records: _containers.RepeatedCompositeFieldContainer[_log_pb2.LogRecord]
    state_epoch: int
    watermark_ms: int
    def __init__(self, partition: _Optional[int] = ..., records: _Optional[_Iterable[_Union[_log_pb2.LogRecord, _Mapping]]] = ..., next_offset: _Optional[int] = ..., end_offset: _Optional[int] = ..., watermark_ms: _Optional[int] = ..., epoch: _Optional[int] = ..., state_epoch: _Optional[int] = ...) -> None: ...

class PropertySchema(_message.Message):
    __slots__ = ["name", "seen", "types"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    name: str
    seen: _containers.RepeatedCompositeFieldContainer[TypeSeen]
    types: _containers.RepeatedScalarFieldContainer[ValueType]
    def __init__(self, name: _Optional[str] = ..., types: _Optional[_Iterable[_Union[ValueType, str]]] = ..., seen: _Optional[_Iterable[_Union[TypeSeen, _Mapping]]] = ...) -> None: ...

class SchemaLimits(_message.Message):
    __slots__ = ["event_names", "properties_per_event", "user_properties"]
    EVENT_NAMES_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_PER_EVENT_FIELD_NUMBER: _ClassVar[int]
    USER_PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    event_names: int
    properties_per_event: int
    user_properties: int
    def __init__(self, event_names: _Optional[int] = ..., properties_per_event: _Optional[int] = ..., user_properties: _Optional[int] = ...) -> None: ...

class SchemaRequest(_message.Message):
    __slots__ = ["event", "limit", "seen"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    event: str
    limit: int
    seen: bool
    def __init__(self, limit: _Optional[int] = ..., event: _Optional[str] = ..., seen: bool = ...) -> None: ...

class SchemaResponse(_message.Message):
    __slots__ = ["events", "known_events", "known_user_properties", "limits", "user_properties"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_EVENTS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_USER_PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    USER_PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[EventSchema]
    known_events: int
    known_user_properties: int
    limits: SchemaLimits
    user_properties: _containers.RepeatedCompositeFieldContainer[PropertySchema]
    def __init__(self, events: _Optional[_Iterable[_Union[EventSchema, _Mapping]]] = ..., user_properties: _Optional[_Iterable[_Union[PropertySchema, _Mapping]]] = ..., known_events: _Optional[int] = ..., known_user_properties: _Optional[int] = ..., limits: _Optional[_Union[SchemaLimits, _Mapping]] = ...) -> None: ...

class StoredFetchResponse(_message.Message):
    __slots__ = ["partitions", "quarantined"]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    partitions: _containers.RepeatedCompositeFieldContainer[StoredPartitionRecords]
    quarantined: _containers.RepeatedCompositeFieldContainer[_quarantine_pb2.SegmentVersion]
    def __init__(self, partitions: _Optional[_Iterable[_Union[StoredPartitionRecords, _Mapping]]] = ..., quarantined: _Optional[_Iterable[_Union[_quarantine_pb2.SegmentVersion, _Mapping]]] = ...) -> None: ...

class StoredPartitionRecords(_message.Message):
    __slots__ = ["end_offset", "epoch", "next_offset", "partition", "records", "state_epoch", "watermark_ms"]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NEXT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    STATE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_MS_FIELD_NUMBER: _ClassVar[int]
    end_offset: int
    epoch: int
    next_offset: int
    partition: int
    records: _containers.RepeatedScalarFieldContainer[bytes]
    state_epoch: int
    watermark_ms: int
    def __init__(self, partition: _Optional[int] = ..., records: _Optional[_Iterable[bytes]] = ..., next_offset: _Optional[int] = ..., end_offset: _Optional[int] = ..., watermark_ms: _Optional[int] = ..., epoch: _Optional[int] = ..., state_epoch: _Optional[int] = ...) -> None: ...

class TrackRecord(_message.Message):
    __slots__ = ["anonymous", "event", "profile", "user_id"]
    ANONYMOUS_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    anonymous: bool
    event: TrackedEvent
    profile: TrackedProfile
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., event: _Optional[_Union[TrackedEvent, _Mapping]] = ..., profile: _Optional[_Union[TrackedProfile, _Mapping]] = ..., anonymous: bool = ...) -> None: ...

class TrackRequest(_message.Message):
    __slots__ = ["records"]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[TrackRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[TrackRecord, _Mapping]]] = ...) -> None: ...

class TrackResponse(_message.Message):
    __slots__ = ["accepted", "duplicates", "rejected", "verdicts"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    rejected: int
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[int] = ..., verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ...) -> None: ...

class TrackedEvent(_message.Message):
    __slots__ = ["client_sequence", "event_id", "name", "occurred_at_ms", "properties", "sent_at_ms"]
    CLIENT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_MS_FIELD_NUMBER: _ClassVar[int]
    client_sequence: int
    event_id: str
    name: str
    occurred_at_ms: int
    properties: _containers.RepeatedCompositeFieldContainer[_log_pb2.Property]
    sent_at_ms: int
    def __init__(self, name: _Optional[str] = ..., occurred_at_ms: _Optional[int] = ..., sent_at_ms: _Optional[int] = ..., event_id: _Optional[str] = ..., client_sequence: _Optional[int] = ..., properties: _Optional[_Iterable[_Union[_log_pb2.Property, _Mapping]]] = ...) -> None: ...

class TrackedProfile(_message.Message):
    __slots__ = ["at_ms", "set", "unset"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    UNSET_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    set: _containers.RepeatedCompositeFieldContainer[_log_pb2.Property]
    unset: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, set: _Optional[_Iterable[_Union[_log_pb2.Property, _Mapping]]] = ..., unset: _Optional[_Iterable[str]] = ..., at_ms: _Optional[int] = ...) -> None: ...

class TypeSeen(_message.Message):
    __slots__ = ["count", "first_at_ms", "last_at_ms", "type"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    count: int
    first_at_ms: int
    last_at_ms: int
    type: ValueType
    def __init__(self, type: _Optional[_Union[ValueType, str]] = ..., count: _Optional[int] = ..., first_at_ms: _Optional[int] = ..., last_at_ms: _Optional[int] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ["code", "field", "hint", "kind", "message", "offset", "partition"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    code: _rpc_pb2.StatusCode
    field: str
    hint: str
    kind: VerdictKind
    message: str
    offset: int
    partition: int
    def __init__(self, kind: _Optional[_Union[VerdictKind, str]] = ..., partition: _Optional[int] = ..., offset: _Optional[int] = ..., code: _Optional[_Union[_rpc_pb2.StatusCode, str]] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., hint: _Optional[str] = ...) -> None: ...

class VerdictKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class ValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
