from shoal.contract.admin.v1 import backup_pb2 as _backup_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AUDIT_ACTION_CONFIGURATION_CHANGED: AuditAction
AUDIT_ACTION_DOCUMENT_ARCHIVED: AuditAction
AUDIT_ACTION_DOCUMENT_CHANGED: AuditAction
AUDIT_ACTION_DOCUMENT_CREATED: AuditAction
AUDIT_ACTION_DOCUMENT_DELETED: AuditAction
AUDIT_ACTION_INSTANCE_CHANGED: AuditAction
AUDIT_ACTION_INSTANCE_DEREGISTERED: AuditAction
AUDIT_ACTION_INSTANCE_DRAINED: AuditAction
AUDIT_ACTION_INSTANCE_LOST: AuditAction
AUDIT_ACTION_INSTANCE_REGISTERED: AuditAction
AUDIT_ACTION_INSTANCE_RETURNED: AuditAction
AUDIT_ACTION_PARTITIONS_MOVED: AuditAction
AUDIT_ACTION_PROJECT_CREATED: AuditAction
AUDIT_ACTION_UNSPECIFIED: AuditAction
DESCRIPTOR: _descriptor.FileDescriptor

class AuditDetail(_message.Message):
    __slots__ = ["after", "before", "name"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    after: str
    before: str
    name: str
    def __init__(self, name: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class AuditEntry(_message.Message):
    __slots__ = ["action", "address", "at_ms", "caller", "details", "instance", "instance_id", "kind", "name", "project", "revision_after", "revision_before", "sequence", "via"]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    REVISION_AFTER_FIELD_NUMBER: _ClassVar[int]
    REVISION_BEFORE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    VIA_FIELD_NUMBER: _ClassVar[int]
    action: AuditAction
    address: str
    at_ms: int
    caller: str
    details: _containers.RepeatedCompositeFieldContainer[AuditDetail]
    instance: str
    instance_id: bytes
    kind: str
    name: str
    project: str
    revision_after: int
    revision_before: int
    sequence: int
    via: str
    def __init__(self, sequence: _Optional[int] = ..., at_ms: _Optional[int] = ..., action: _Optional[_Union[AuditAction, str]] = ..., caller: _Optional[str] = ..., via: _Optional[str] = ..., address: _Optional[str] = ..., instance_id: _Optional[bytes] = ..., instance: _Optional[str] = ..., project: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., revision_before: _Optional[int] = ..., revision_after: _Optional[int] = ..., details: _Optional[_Iterable[_Union[AuditDetail, _Mapping]]] = ...) -> None: ...

class AuditRequest(_message.Message):
    __slots__ = ["after_ms", "after_sequence", "limit"]
    AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after_ms: int
    after_sequence: int
    limit: int
    def __init__(self, after_ms: _Optional[int] = ..., after_sequence: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class AuditResponse(_message.Message):
    __slots__ = ["entries", "first_sequence", "last_sequence", "more"]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    first_sequence: int
    last_sequence: int
    more: bool
    def __init__(self, entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ..., more: bool = ..., first_sequence: _Optional[int] = ..., last_sequence: _Optional[int] = ...) -> None: ...

class DrainRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class DrainResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class Fact(_message.Message):
    __slots__ = ["name", "value"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class HelloRequest(_message.Message):
    __slots__ = ["version"]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class HelloResponse(_message.Message):
    __slots__ = ["boot_id", "frame_bytes_max", "in_flight_max", "instance_id", "reply_budget_bytes", "version_max", "version_min"]
    BOOT_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_MAX_FIELD_NUMBER: _ClassVar[int]
    REPLY_BUDGET_BYTES_FIELD_NUMBER: _ClassVar[int]
    VERSION_MAX_FIELD_NUMBER: _ClassVar[int]
    VERSION_MIN_FIELD_NUMBER: _ClassVar[int]
    boot_id: bytes
    frame_bytes_max: int
    in_flight_max: int
    instance_id: bytes
    reply_budget_bytes: int
    version_max: int
    version_min: int
    def __init__(self, version_min: _Optional[int] = ..., version_max: _Optional[int] = ..., reply_budget_bytes: _Optional[int] = ..., frame_bytes_max: _Optional[int] = ..., in_flight_max: _Optional[int] = ..., boot_id: _Optional[bytes] = ..., instance_id: _Optional[bytes] = ...) -> None: ...

class InfoRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class InfoResponse(_message.Message):
    __slots__ = ["at_ms", "facts", "instance_id", "process_id", "resident_bytes", "service", "uptime_ms", "version"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    instance_id: bytes
    process_id: int
    resident_bytes: int
    service: str
    uptime_ms: int
    version: str
    def __init__(self, service: _Optional[str] = ..., version: _Optional[str] = ..., instance_id: _Optional[bytes] = ..., uptime_ms: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., process_id: _Optional[int] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., at_ms: _Optional[int] = ...) -> None: ...

class LogLevelRequest(_message.Message):
    __slots__ = ["level"]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    level: str
    def __init__(self, level: _Optional[str] = ...) -> None: ...

class LogLevelResponse(_message.Message):
    __slots__ = ["previous"]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    previous: str
    def __init__(self, previous: _Optional[str] = ...) -> None: ...

class MetricsRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class MetricsResponse(_message.Message):
    __slots__ = ["text"]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class AuditAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
