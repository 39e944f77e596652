from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuarantinedRecord(_message.Message):
    __slots__ = ["attempts", "by", "log_time_ms", "offset", "partition", "project", "reason", "retried_offset", "set_aside_at_ms", "user_number", "what"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    LOG_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRIED_OFFSET_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_AT_MS_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    by: str
    log_time_ms: int
    offset: int
    partition: int
    project: str
    reason: str
    retried_offset: int
    set_aside_at_ms: int
    user_number: int
    what: str
    def __init__(self, partition: _Optional[int] = ..., offset: _Optional[int] = ..., project: _Optional[str] = ..., user_number: _Optional[int] = ..., what: _Optional[str] = ..., attempts: _Optional[int] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., log_time_ms: _Optional[int] = ..., set_aside_at_ms: _Optional[int] = ..., retried_offset: _Optional[int] = ...) -> None: ...

class QuarantinedRequest(_message.Message):
    __slots__ = ["cursor", "limit", "retried"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    RETRIED_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    limit: int
    retried: bool
    def __init__(self, cursor: _Optional[bytes] = ..., limit: _Optional[int] = ..., retried: bool = ...) -> None: ...

class QuarantinedResponse(_message.Message):
    __slots__ = ["count", "next_cursor", "records", "segments"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    count: int
    next_cursor: bytes
    records: _containers.RepeatedCompositeFieldContainer[QuarantinedRecord]
    segments: _containers.RepeatedCompositeFieldContainer[QuarantinedSegment]
    def __init__(self, records: _Optional[_Iterable[_Union[QuarantinedRecord, _Mapping]]] = ..., next_cursor: _Optional[bytes] = ..., count: _Optional[int] = ..., segments: _Optional[_Iterable[_Union[QuarantinedSegment, _Mapping]]] = ...) -> None: ...

class QuarantinedSegment(_message.Message):
    __slots__ = ["at_ms", "attempts", "by", "over", "reason", "version"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    OVER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    attempts: int
    by: str
    over: bool
    reason: str
    version: SegmentVersion
    def __init__(self, version: _Optional[_Union[SegmentVersion, _Mapping]] = ..., attempts: _Optional[int] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., at_ms: _Optional[int] = ..., over: bool = ...) -> None: ...

class RetryQuarantinedRequest(_message.Message):
    __slots__ = ["offset", "partition"]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    offset: int
    partition: int
    def __init__(self, partition: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...

class RetryQuarantinedResponse(_message.Message):
    __slots__ = ["record"]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: QuarantinedRecord
    def __init__(self, record: _Optional[_Union[QuarantinedRecord, _Mapping]] = ...) -> None: ...

class SegmentVersion(_message.Message):
    __slots__ = ["project", "segment", "version"]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    project: str
    segment: str
    version: int
    def __init__(self, project: _Optional[str] = ..., segment: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class SetAsideRequest(_message.Message):
    __slots__ = ["attempts", "by", "instance", "offset", "partition", "reason"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    by: str
    instance: bytes
    offset: int
    partition: int
    reason: str
    def __init__(self, partition: _Optional[int] = ..., offset: _Optional[int] = ..., attempts: _Optional[int] = ..., by: _Optional[str] = ..., instance: _Optional[bytes] = ..., reason: _Optional[str] = ...) -> None: ...

class SetAsideResponse(_message.Message):
    __slots__ = ["record"]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: QuarantinedRecord
    def __init__(self, record: _Optional[_Union[QuarantinedRecord, _Mapping]] = ...) -> None: ...

class ShowQuarantinedRequest(_message.Message):
    __slots__ = ["offset", "partition"]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    offset: int
    partition: int
    def __init__(self, partition: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...

class ShowQuarantinedResponse(_message.Message):
    __slots__ = ["record", "stored", "user_id"]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    record: QuarantinedRecord
    stored: _log_pb2.LogRecord
    user_id: str
    def __init__(self, record: _Optional[_Union[QuarantinedRecord, _Mapping]] = ..., stored: _Optional[_Union[_log_pb2.LogRecord, _Mapping]] = ..., user_id: _Optional[str] = ...) -> None: ...
