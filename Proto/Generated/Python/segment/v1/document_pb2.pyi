from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import live_pb2 as _live_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuarantinedVersion(_message.Message):
    __slots__ = ["at_ms", "attempts", "because_of", "by", "reason", "version"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_OF_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    attempts: int
    because_of: str
    by: str
    reason: str
    version: int
    def __init__(self, version: _Optional[int] = ..., attempts: _Optional[int] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., at_ms: _Optional[int] = ..., because_of: _Optional[str] = ...) -> None: ...

class SegmentDocument(_message.Message):
    __slots__ = ["archived", "created_at_ms", "definition", "description", "follow", "follow_zone", "live", "name", "quarantined", "version"]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_ZONE_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    archived: bool
    created_at_ms: int
    definition: _segment_pb2.Definition
    description: str
    follow: bool
    follow_zone: str
    live: _live_pb2.LiveDefinition
    name: str
    quarantined: _containers.RepeatedCompositeFieldContainer[QuarantinedVersion]
    version: int
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., version: _Optional[int] = ..., archived: bool = ..., created_at_ms: _Optional[int] = ..., live: _Optional[_Union[_live_pb2.LiveDefinition, _Mapping]] = ..., follow: bool = ..., follow_zone: _Optional[str] = ..., quarantined: _Optional[_Iterable[_Union[QuarantinedVersion, _Mapping]]] = ...) -> None: ...
