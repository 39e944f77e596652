from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import document_pb2 as _document_pb2
from shoal.contract.segment.v1 import live_pb2 as _live_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FRESHNESS_LATEST: Freshness
FRESHNESS_LOCAL: Freshness
FRESHNESS_UNSPECIFIED: Freshness

class Exactness(_message.Message):
    __slots__ = ["at_ms", "positions", "windows"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    windows: _containers.RepeatedCompositeFieldContainer[ResolvedWindow]
    def __init__(self, at_ms: _Optional[int] = ..., windows: _Optional[_Iterable[_Union[ResolvedWindow, _Mapping]]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class QuestionCost(_message.Message):
    __slots__ = ["bytes", "memory_bytes", "rows"]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    bytes: int
    memory_bytes: int
    rows: int
    def __init__(self, rows: _Optional[int] = ..., bytes: _Optional[int] = ..., memory_bytes: _Optional[int] = ...) -> None: ...

class ResolvedWindow(_message.Message):
    __slots__ = ["from_ms", "node", "to_ms"]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    node: int
    to_ms: int
    def __init__(self, node: _Optional[int] = ..., from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ...) -> None: ...

class Segment(_message.Message):
    __slots__ = ["archived", "created_at_ms", "definition", "description", "follow", "live", "name", "quarantined", "revision", "sentence", "version"]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    archived: bool
    created_at_ms: int
    definition: _segment_pb2.Definition
    description: str
    follow: bool
    live: _live_pb2.LiveDefinition
    name: str
    quarantined: _document_pb2.QuarantinedVersion
    revision: int
    sentence: str
    version: int
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., version: _Optional[int] = ..., revision: _Optional[int] = ..., archived: bool = ..., created_at_ms: _Optional[int] = ..., sentence: _Optional[str] = ..., live: _Optional[_Union[_live_pb2.LiveDefinition, _Mapping]] = ..., follow: bool = ..., quarantined: _Optional[_Union[_document_pb2.QuarantinedVersion, _Mapping]] = ...) -> None: ...

class Subject(_message.Message):
    __slots__ = ["definition", "segment"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    definition: _segment_pb2.Definition
    segment: str
    def __init__(self, segment: _Optional[str] = ..., definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ...) -> None: ...

class Warning(_message.Message):
    __slots__ = ["hint", "message", "place"]
    HINT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    hint: str
    message: str
    place: str
    def __init__(self, place: _Optional[str] = ..., message: _Optional[str] = ..., hint: _Optional[str] = ...) -> None: ...

class Freshness(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
