from shoal.contract.evaluation.v1 import algebra_pb2 as _algebra_pb2
from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.evaluation.v1 import backtest_pb2 as _backtest_pb2
from shoal.contract.evaluation.v1 import explain_pb2 as _explain_pb2
from shoal.contract.evaluation.v1 import sizes_pb2 as _sizes_pb2
from shoal.contract.evaluation.v1 import users_pb2 as _users_pb2
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

class CancelPartRequest(_message.Message):
    __slots__ = ["question"]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    question: bytes
    def __init__(self, question: _Optional[bytes] = ...) -> None: ...

class CancelPartResponse(_message.Message):
    __slots__ = ["ended"]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ended: int
    def __init__(self, ended: _Optional[int] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ["at_ms", "definition", "explain_bytes_max", "first_event", "members_bytes_max", "members_from", "members_limit", "nested_definitions", "nested_names", "node_counts", "positions", "project_zone", "sample", "seed", "trend_at_ms", "user_id", "want_cost"]
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
    WANT_COST_FIELD_NUMBER: _ClassVar[int]
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
    want_cost: bool
    def __init__(self, definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., at_ms: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., node_counts: bool = ..., sample: _Optional[int] = ..., seed: _Optional[int] = ..., user_id: _Optional[str] = ..., members_from: _Optional[int] = ..., members_limit: _Optional[int] = ..., members_bytes_max: _Optional[int] = ..., project_zone: _Optional[str] = ..., trend_at_ms: _Optional[_Iterable[int]] = ..., first_event: bool = ..., explain_bytes_max: _Optional[int] = ..., nested_names: _Optional[_Iterable[str]] = ..., nested_definitions: _Optional[_Iterable[_Union[_segment_pb2.Definition, _Mapping]]] = ..., want_cost: bool = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ["cost", "explanation", "first_event_ms", "known", "member", "members", "needed", "next_member", "node_users", "positions", "sample", "took_us", "trend_universe", "trend_users", "universe", "users", "windows"]
    COST_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    FIRST_EVENT_MS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    NEXT_MEMBER_FIELD_NUMBER: _ClassVar[int]
    NODE_USERS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    TREND_UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    TREND_USERS_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    cost: _answers_pb2.QuestionCost
    explanation: _explain_pb2.Explanation
    first_event_ms: int
    known: bool
    member: bool
    members: _containers.RepeatedScalarFieldContainer[str]
    needed: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    next_member: int
    node_users: _containers.RepeatedScalarFieldContainer[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    sample: _containers.RepeatedCompositeFieldContainer[SampledUser]
    took_us: int
    trend_universe: _containers.RepeatedScalarFieldContainer[int]
    trend_users: _containers.RepeatedScalarFieldContainer[int]
    universe: int
    users: int
    windows: _containers.RepeatedCompositeFieldContainer[_answers_pb2.ResolvedWindow]
    def __init__(self, users: _Optional[int] = ..., universe: _Optional[int] = ..., node_users: _Optional[_Iterable[int]] = ..., sample: _Optional[_Iterable[_Union[SampledUser, _Mapping]]] = ..., member: bool = ..., known: bool = ..., members: _Optional[_Iterable[str]] = ..., next_member: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[_answers_pb2.ResolvedWindow, _Mapping]]] = ..., took_us: _Optional[int] = ..., trend_users: _Optional[_Iterable[int]] = ..., first_event_ms: _Optional[int] = ..., explanation: _Optional[_Union[_explain_pb2.Explanation, _Mapping]] = ..., trend_universe: _Optional[_Iterable[int]] = ..., cost: _Optional[_Union[_answers_pb2.QuestionCost, _Mapping]] = ..., needed: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class PositionsRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class PositionsResponse(_message.Message):
    __slots__ = ["positions", "standbys"]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    STANDBYS_FIELD_NUMBER: _ClassVar[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    standbys: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    def __init__(self, positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., standbys: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class RegionSample(_message.Message):
    __slots__ = ["region", "user"]
    REGION_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    region: int
    user: SampledUser
    def __init__(self, region: _Optional[int] = ..., user: _Optional[_Union[SampledUser, _Mapping]] = ...) -> None: ...

class ResolvedSet(_message.Message):
    __slots__ = ["definition", "nested_definitions", "nested_names"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    NESTED_DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NESTED_NAMES_FIELD_NUMBER: _ClassVar[int]
    definition: _segment_pb2.Definition
    nested_definitions: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Definition]
    nested_names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., nested_names: _Optional[_Iterable[str]] = ..., nested_definitions: _Optional[_Iterable[_Union[_segment_pb2.Definition, _Mapping]]] = ...) -> None: ...

class SampledUser(_message.Message):
    __slots__ = ["rank", "user_id"]
    RANK_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    rank: int
    user_id: str
    def __init__(self, rank: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class SetsPartRequest(_message.Message):
    __slots__ = ["at_ms", "hold_id", "members_bytes_max", "members_from", "members_limit", "node_counts", "nodes", "overlap", "positions", "project_zone", "properties", "region_sample", "sets", "take_hold"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FROM_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_LIMIT_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    NODE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ZONE_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    REGION_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SETS_FIELD_NUMBER: _ClassVar[int]
    TAKE_HOLD_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    hold_id: bytes
    members_bytes_max: int
    members_from: int
    members_limit: int
    node_counts: bool
    nodes: _containers.RepeatedCompositeFieldContainer[_algebra_pb2.SetNode]
    overlap: bool
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    project_zone: str
    properties: _containers.RepeatedScalarFieldContainer[str]
    region_sample: int
    sets: _containers.RepeatedCompositeFieldContainer[ResolvedSet]
    take_hold: bool
    def __init__(self, sets: _Optional[_Iterable[_Union[ResolvedSet, _Mapping]]] = ..., at_ms: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., project_zone: _Optional[str] = ..., overlap: bool = ..., nodes: _Optional[_Iterable[_Union[_algebra_pb2.SetNode, _Mapping]]] = ..., members_from: _Optional[int] = ..., members_limit: _Optional[int] = ..., members_bytes_max: _Optional[int] = ..., properties: _Optional[_Iterable[str]] = ..., region_sample: _Optional[int] = ..., node_counts: bool = ..., hold_id: _Optional[bytes] = ..., take_hold: bool = ...) -> None: ...

class SetsPartResponse(_message.Message):
    __slots__ = ["hold_id", "in_all", "in_any", "made_users", "members", "needed", "next_member", "node_users", "pair_users", "positions", "region_sample", "region_users", "took_us", "universe", "users"]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    IN_ALL_FIELD_NUMBER: _ClassVar[int]
    IN_ANY_FIELD_NUMBER: _ClassVar[int]
    MADE_USERS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    NEXT_MEMBER_FIELD_NUMBER: _ClassVar[int]
    NODE_USERS_FIELD_NUMBER: _ClassVar[int]
    PAIR_USERS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    REGION_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    REGION_USERS_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    hold_id: bytes
    in_all: int
    in_any: int
    made_users: int
    members: _containers.RepeatedCompositeFieldContainer[_algebra_pb2.ExportedUser]
    needed: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    next_member: int
    node_users: _containers.RepeatedScalarFieldContainer[int]
    pair_users: _containers.RepeatedScalarFieldContainer[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    region_sample: _containers.RepeatedCompositeFieldContainer[RegionSample]
    region_users: _containers.RepeatedScalarFieldContainer[int]
    took_us: int
    universe: int
    users: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, users: _Optional[_Iterable[int]] = ..., pair_users: _Optional[_Iterable[int]] = ..., region_users: _Optional[_Iterable[int]] = ..., in_any: _Optional[int] = ..., in_all: _Optional[int] = ..., made_users: _Optional[int] = ..., universe: _Optional[int] = ..., members: _Optional[_Iterable[_Union[_algebra_pb2.ExportedUser, _Mapping]]] = ..., next_member: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., took_us: _Optional[int] = ..., region_sample: _Optional[_Iterable[_Union[RegionSample, _Mapping]]] = ..., node_users: _Optional[_Iterable[int]] = ..., hold_id: _Optional[bytes] = ..., needed: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class UserSegmentsQuestion(_message.Message):
    __slots__ = ["after_name", "at_ms", "limit", "user_id"]
    AFTER_NAME_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    after_name: str
    at_ms: int
    limit: int
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., at_ms: _Optional[int] = ..., after_name: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class UsersPartRequest(_message.Message):
    __slots__ = ["bytes_max", "find", "positions", "profile", "project_zone", "segments_of", "timeline"]
    BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    FIND_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ZONE_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_OF_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    bytes_max: int
    find: _users_pb2.FindUsersRequest
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    profile: _users_pb2.ProfileRequest
    project_zone: str
    segments_of: UserSegmentsQuestion
    timeline: _users_pb2.TimelineRequest
    def __init__(self, positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., bytes_max: _Optional[int] = ..., profile: _Optional[_Union[_users_pb2.ProfileRequest, _Mapping]] = ..., timeline: _Optional[_Union[_users_pb2.TimelineRequest, _Mapping]] = ..., find: _Optional[_Union[_users_pb2.FindUsersRequest, _Mapping]] = ..., segments_of: _Optional[_Union[UserSegmentsQuestion, _Mapping]] = ..., project_zone: _Optional[str] = ...) -> None: ...

class UsersPartResponse(_message.Message):
    __slots__ = ["find", "positions", "profile", "segments_of", "timeline"]
    FIND_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_OF_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    find: _users_pb2.FindUsersResponse
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    profile: _users_pb2.ProfileResponse
    segments_of: _algebra_pb2.SegmentsOfResponse
    timeline: _users_pb2.TimelineResponse
    def __init__(self, positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., profile: _Optional[_Union[_users_pb2.ProfileResponse, _Mapping]] = ..., timeline: _Optional[_Union[_users_pb2.TimelineResponse, _Mapping]] = ..., find: _Optional[_Union[_users_pb2.FindUsersResponse, _Mapping]] = ..., segments_of: _Optional[_Union[_algebra_pb2.SegmentsOfResponse, _Mapping]] = ...) -> None: ...
