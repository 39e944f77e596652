from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.evaluation.v1 import explain_pb2 as _explain_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BitmapRequest(_message.Message):
    __slots__ = ["at_ms", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ...) -> None: ...

class BitmapResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ["at_ms", "definition", "explain_bytes_max", "first_event", "members_bytes_max", "members_from", "members_limit", "nested_definitions", "nested_names", "node_counts", "positions", "project_zone", "sample", "seed", "trend_at_ms", "user_id"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    FIRST_EVENT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FROM_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_LIMIT_FIELD_NUMBER: _ClassVar[int]
    NESTED_DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NESTED_NAMES_FIELD_NUMBER: _ClassVar[int]
    NODE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ZONE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    TREND_AT_MS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    definition: _segment_pb2.Definition
    explain_bytes_max: int
    first_event: bool
    members_bytes_max: int
    members_from: int
    members_limit: int
    nested_definitions: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Definition]
    nested_names: _containers.RepeatedScalarFieldContainer[str]
    node_counts: bool
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    project_zone: str
    sample: int
    seed: int
    trend_at_ms: _containers.RepeatedScalarFieldContainer[int]
    user_id: str
    def __init__(self, definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., at_ms: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., node_counts: bool = ..., sample: _Optional[int] = ..., seed: _Optional[int] = ..., user_id: _Optional[str] = ..., members_from: _Optional[int] = ..., members_limit: _Optional[int] = ..., members_bytes_max: _Optional[int] = ..., project_zone: _Optional[str] = ..., trend_at_ms: _Optional[_Iterable[int]] = ..., first_event: bool = ..., explain_bytes_max: _Optional[int] = ..., nested_names: _Optional[_Iterable[str]] = ..., nested_definitions: _Optional[_Iterable[_Union[_segment_pb2.Definition, _Mapping]]] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ["explanation", "first_event_ms", "known", "member", "members", "next_member", "node_users", "positions", "sample", "took_us", "trend_users", "universe", "users", "windows"]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    FIRST_EVENT_MS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    NEXT_MEMBER_FIELD_NUMBER: _ClassVar[int]
    NODE_USERS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    TREND_USERS_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    explanation: _explain_pb2.Explanation
    first_event_ms: int
    known: bool
    member: bool
    members: _containers.RepeatedScalarFieldContainer[str]
    next_member: int
    node_users: _containers.RepeatedScalarFieldContainer[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    sample: _containers.RepeatedCompositeFieldContainer[SampledUser]
    took_us: int
    trend_users: _containers.RepeatedScalarFieldContainer[int]
    universe: int
    users: int
    windows: _containers.RepeatedCompositeFieldContainer[_answers_pb2.ResolvedWindow]
    def __init__(self, users: _Optional[int] = ..., universe: _Optional[int] = ..., node_users: _Optional[_Iterable[int]] = ..., sample: _Optional[_Iterable[_Union[SampledUser, _Mapping]]] = ..., member: bool = ..., known: bool = ..., members: _Optional[_Iterable[str]] = ..., next_member: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[_answers_pb2.ResolvedWindow, _Mapping]]] = ..., took_us: _Optional[int] = ..., trend_users: _Optional[_Iterable[int]] = ..., first_event_ms: _Optional[int] = ..., explanation: _Optional[_Union[_explain_pb2.Explanation, _Mapping]] = ...) -> None: ...

class PositionsRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class PositionsResponse(_message.Message):
    __slots__ = ["positions"]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    def __init__(self, positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class SampledUser(_message.Message):
    __slots__ = ["rank", "user_id"]
    RANK_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    rank: int
    user_id: str
    def __init__(self, rank: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...
