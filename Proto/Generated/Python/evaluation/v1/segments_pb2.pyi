from shoal.contract.evaluation.v1 import activity_pb2 as _activity_pb2
from shoal.contract.evaluation.v1 import algebra_pb2 as _algebra_pb2
from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.evaluation.v1 import backtest_pb2 as _backtest_pb2
from shoal.contract.evaluation.v1 import explain_pb2 as _explain_pb2
from shoal.contract.evaluation.v1 import feed_pb2 as _feed_pb2
from shoal.contract.evaluation.v1 import reachability_pb2 as _reachability_pb2
from shoal.contract.evaluation.v1 import sizes_pb2 as _sizes_pb2
from shoal.contract.evaluation.v1 import trend_pb2 as _trend_pb2
from shoal.contract.evaluation.v1 import updates_pb2 as _updates_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import live_pb2 as _live_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActivityRequest(_message.Message):
    __slots__ = ["at_ms", "partitions", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    partitions: _containers.RepeatedScalarFieldContainer[int]
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., partitions: _Optional[_Iterable[int]] = ...) -> None: ...

class ActivityResponse(_message.Message):
    __slots__ = ["at_ms", "hours", "latest", "members", "minutes", "positions"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    hours: _containers.RepeatedCompositeFieldContainer[_activity_pb2.ActivityCount]
    latest: _containers.RepeatedCompositeFieldContainer[_feed_pb2.MembershipChange]
    members: int
    minutes: _containers.RepeatedCompositeFieldContainer[_activity_pb2.ActivityCount]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    def __init__(self, minutes: _Optional[_Iterable[_Union[_activity_pb2.ActivityCount, _Mapping]]] = ..., hours: _Optional[_Iterable[_Union[_activity_pb2.ActivityCount, _Mapping]]] = ..., members: _Optional[int] = ..., latest: _Optional[_Iterable[_Union[_feed_pb2.MembershipChange, _Mapping]]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., at_ms: _Optional[int] = ...) -> None: ...

class ArchiveRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ArchiveResponse(_message.Message):
    __slots__ = ["segment"]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _answers_pb2.Segment
    def __init__(self, segment: _Optional[_Union[_answers_pb2.Segment, _Mapping]] = ...) -> None: ...

class CancelRequest(_message.Message):
    __slots__ = ["question"]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    question: bytes
    def __init__(self, question: _Optional[bytes] = ...) -> None: ...

class CancelResponse(_message.Message):
    __slots__ = ["ended", "silent"]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    SILENT_FIELD_NUMBER: _ClassVar[int]
    ended: int
    silent: int
    def __init__(self, ended: _Optional[int] = ..., silent: _Optional[int] = ...) -> None: ...

class CountRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class CountResponse(_message.Message):
    __slots__ = ["exactness", "took_us", "universe", "users"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    took_us: int
    universe: int
    users: int
    def __init__(self, users: _Optional[int] = ..., universe: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., took_us: _Optional[int] = ...) -> None: ...

class CreateRequest(_message.Message):
    __slots__ = ["definition", "description", "follow", "live", "name"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    definition: _segment_pb2.Definition
    description: str
    follow: bool
    live: _live_pb2.LiveDefinition
    name: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., live: _Optional[_Union[_live_pb2.LiveDefinition, _Mapping]] = ..., follow: bool = ...) -> None: ...

class CreateResponse(_message.Message):
    __slots__ = ["positions", "segment", "warnings"]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    segment: _answers_pb2.Segment
    warnings: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Warning]
    def __init__(self, segment: _Optional[_Union[_answers_pb2.Segment, _Mapping]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[_answers_pb2.Warning, _Mapping]]] = ...) -> None: ...

class GetSegmentRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetSegmentResponse(_message.Message):
    __slots__ = ["segment"]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _answers_pb2.Segment
    def __init__(self, segment: _Optional[_Union[_answers_pb2.Segment, _Mapping]] = ...) -> None: ...

class IsMemberRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "subject", "user_id"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    subject: _answers_pb2.Subject
    user_id: str
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., user_id: _Optional[str] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class IsMemberResponse(_message.Message):
    __slots__ = ["exactness", "known", "member"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    known: bool
    member: bool
    def __init__(self, member: bool = ..., known: bool = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class ListSegmentsRequest(_message.Message):
    __slots__ = ["after_name", "archived", "limit"]
    AFTER_NAME_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after_name: str
    archived: bool
    limit: int
    def __init__(self, archived: bool = ..., limit: _Optional[int] = ..., after_name: _Optional[str] = ...) -> None: ...

class ListSegmentsResponse(_message.Message):
    __slots__ = ["more", "segments"]
    MORE_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    more: bool
    segments: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Segment]
    def __init__(self, segments: _Optional[_Iterable[_Union[_answers_pb2.Segment, _Mapping]]] = ..., more: bool = ...) -> None: ...

class MembersRequest(_message.Message):
    __slots__ = ["at_ms", "cursor", "freshness", "limit", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    cursor: bytes
    freshness: _answers_pb2.Freshness
    limit: int
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., limit: _Optional[int] = ..., cursor: _Optional[bytes] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class MembersResponse(_message.Message):
    __slots__ = ["exactness", "next_cursor", "users"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    next_cursor: bytes
    users: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, users: _Optional[_Iterable[str]] = ..., next_cursor: _Optional[bytes] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class NodeCount(_message.Message):
    __slots__ = ["node", "users"]
    NODE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    node: int
    users: int
    def __init__(self, node: _Optional[int] = ..., users: _Optional[int] = ...) -> None: ...

class PreviewRequest(_message.Message):
    __slots__ = ["at_ms", "definition", "freshness", "sample"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    definition: _segment_pb2.Definition
    freshness: _answers_pb2.Freshness
    sample: int
    def __init__(self, definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ..., sample: _Optional[int] = ...) -> None: ...

class PreviewResponse(_message.Message):
    __slots__ = ["cost", "exactness", "nodes", "sample", "sentence", "took_us", "universe", "users", "warnings"]
    COST_FIELD_NUMBER: _ClassVar[int]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    cost: _answers_pb2.QuestionCost
    exactness: _answers_pb2.Exactness
    nodes: _containers.RepeatedCompositeFieldContainer[NodeCount]
    sample: _containers.RepeatedScalarFieldContainer[str]
    sentence: str
    took_us: int
    universe: int
    users: int
    warnings: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Warning]
    def __init__(self, users: _Optional[int] = ..., nodes: _Optional[_Iterable[_Union[NodeCount, _Mapping]]] = ..., universe: _Optional[int] = ..., sample: _Optional[_Iterable[str]] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[_answers_pb2.Warning, _Mapping]]] = ..., took_us: _Optional[int] = ..., sentence: _Optional[str] = ..., cost: _Optional[_Union[_answers_pb2.QuestionCost, _Mapping]] = ...) -> None: ...

class SampleRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "seed", "size", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    seed: int
    size: int
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., size: _Optional[int] = ..., seed: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class SampleResponse(_message.Message):
    __slots__ = ["exactness", "of", "users"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    of: int
    users: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, users: _Optional[_Iterable[str]] = ..., of: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...
