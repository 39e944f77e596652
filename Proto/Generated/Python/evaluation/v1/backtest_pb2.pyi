from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.evaluation.v1 import feed_pb2 as _feed_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import live_pb2 as _live_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BacktestChange(_message.Message):
    __slots__ = ["at_ms", "kind", "member", "occurrence", "user_id"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    kind: _feed_pb2.MembershipKind
    member: bool
    occurrence: int
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., kind: _Optional[_Union[_feed_pb2.MembershipKind, str]] = ..., at_ms: _Optional[int] = ..., occurrence: _Optional[int] = ..., member: bool = ...) -> None: ...

class BacktestPartRequest(_message.Message):
    __slots__ = ["from_ms", "from_user", "limit", "live", "nested_definitions", "nested_names", "positions", "project_zone", "skip", "to_ms"]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    FROM_USER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    NESTED_DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NESTED_NAMES_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ZONE_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    from_user: int
    limit: int
    live: _live_pb2.LiveDefinition
    nested_definitions: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Definition]
    nested_names: _containers.RepeatedScalarFieldContainer[str]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    project_zone: str
    skip: int
    to_ms: int
    def __init__(self, live: _Optional[_Union[_live_pb2.LiveDefinition, _Mapping]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., from_user: _Optional[int] = ..., limit: _Optional[int] = ..., project_zone: _Optional[str] = ..., nested_names: _Optional[_Iterable[str]] = ..., nested_definitions: _Optional[_Iterable[_Union[_segment_pb2.Definition, _Mapping]]] = ..., skip: _Optional[int] = ...) -> None: ...

class BacktestPartResponse(_message.Message):
    __slots__ = ["changes", "next_skip", "next_user", "positions"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_SKIP_FIELD_NUMBER: _ClassVar[int]
    NEXT_USER_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[BacktestChange]
    next_skip: int
    next_user: int
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    def __init__(self, changes: _Optional[_Iterable[_Union[BacktestChange, _Mapping]]] = ..., next_user: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., next_skip: _Optional[int] = ...) -> None: ...

class BacktestRequest(_message.Message):
    __slots__ = ["cursor", "definition", "freshness", "from_ms", "limit", "live", "segment", "to_ms"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    definition: _segment_pb2.Definition
    freshness: _answers_pb2.Freshness
    from_ms: int
    limit: int
    live: _live_pb2.LiveDefinition
    segment: str
    to_ms: int
    def __init__(self, segment: _Optional[str] = ..., live: _Optional[_Union[_live_pb2.LiveDefinition, _Mapping]] = ..., definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., limit: _Optional[int] = ..., cursor: _Optional[bytes] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class BacktestResponse(_message.Message):
    __slots__ = ["changes", "exactness", "next_cursor"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[BacktestChange]
    exactness: _answers_pb2.Exactness
    next_cursor: bytes
    def __init__(self, changes: _Optional[_Iterable[_Union[BacktestChange, _Mapping]]] = ..., next_cursor: _Optional[bytes] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...
