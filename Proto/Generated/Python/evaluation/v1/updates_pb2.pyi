from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import live_pb2 as _live_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CHANGE_KIND_ADDED: ChangeKind
CHANGE_KIND_CHANGED: ChangeKind
CHANGE_KIND_REMOVED: ChangeKind
CHANGE_KIND_UNSPECIFIED: ChangeKind
DESCRIPTOR: _descriptor.FileDescriptor

class CloneRequest(_message.Message):
    __slots__ = ["name", "new_name", "version"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    new_name: str
    version: int
    def __init__(self, name: _Optional[str] = ..., new_name: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class CloneResponse(_message.Message):
    __slots__ = ["segment"]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _answers_pb2.Segment
    def __init__(self, segment: _Optional[_Union[_answers_pb2.Segment, _Mapping]] = ...) -> None: ...

class ConditionChange(_message.Message):
    __slots__ = ["after", "before", "kind"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    after: ConditionSize
    before: ConditionSize
    kind: ChangeKind
    def __init__(self, kind: _Optional[_Union[ChangeKind, str]] = ..., before: _Optional[_Union[ConditionSize, _Mapping]] = ..., after: _Optional[_Union[ConditionSize, _Mapping]] = ...) -> None: ...

class ConditionSize(_message.Message):
    __slots__ = ["place", "text", "users"]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    place: str
    text: str
    users: int
    def __init__(self, place: _Optional[str] = ..., text: _Optional[str] = ..., users: _Optional[int] = ...) -> None: ...

class DiffRequest(_message.Message):
    __slots__ = ["after", "at_ms", "before", "freshness", "sample"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    after: _answers_pb2.Subject
    at_ms: int
    before: _answers_pb2.Subject
    freshness: _answers_pb2.Freshness
    sample: int
    def __init__(self, before: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., after: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., sample: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class DiffResponse(_message.Message):
    __slots__ = ["after_universe", "after_users", "before_universe", "before_users", "changes", "changes_left", "entering", "entering_sample", "exactness", "leaving", "leaving_sample", "took_us", "universe", "universe_changed", "zone_changed"]
    AFTER_UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    AFTER_USERS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_USERS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CHANGES_LEFT_FIELD_NUMBER: _ClassVar[int]
    ENTERING_FIELD_NUMBER: _ClassVar[int]
    ENTERING_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    LEAVING_FIELD_NUMBER: _ClassVar[int]
    LEAVING_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    ZONE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    after_universe: str
    after_users: int
    before_universe: str
    before_users: int
    changes: _containers.RepeatedCompositeFieldContainer[ConditionChange]
    changes_left: int
    entering: int
    entering_sample: _containers.RepeatedScalarFieldContainer[str]
    exactness: _answers_pb2.Exactness
    leaving: int
    leaving_sample: _containers.RepeatedScalarFieldContainer[str]
    took_us: int
    universe: int
    universe_changed: bool
    zone_changed: bool
    def __init__(self, before_users: _Optional[int] = ..., after_users: _Optional[int] = ..., entering: _Optional[int] = ..., leaving: _Optional[int] = ..., entering_sample: _Optional[_Iterable[str]] = ..., leaving_sample: _Optional[_Iterable[str]] = ..., changes: _Optional[_Iterable[_Union[ConditionChange, _Mapping]]] = ..., changes_left: _Optional[int] = ..., zone_changed: bool = ..., universe: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., universe_changed: bool = ..., before_universe: _Optional[str] = ..., after_universe: _Optional[str] = ..., took_us: _Optional[int] = ...) -> None: ...

class LintRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class LintResponse(_message.Message):
    __slots__ = ["exactness", "universe", "users", "warnings"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    universe: int
    users: int
    warnings: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Warning]
    def __init__(self, warnings: _Optional[_Iterable[_Union[_answers_pb2.Warning, _Mapping]]] = ..., users: _Optional[int] = ..., universe: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class LiveDiff(_message.Message):
    __slots__ = ["after_users", "before_users", "changes", "entering", "entering_sample", "leaving", "leaving_by_condition", "leaving_by_time", "leaving_sample", "timers_ended", "timers_kept", "timers_moved"]
    AFTER_USERS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_USERS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    ENTERING_FIELD_NUMBER: _ClassVar[int]
    ENTERING_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    LEAVING_BY_CONDITION_FIELD_NUMBER: _ClassVar[int]
    LEAVING_BY_TIME_FIELD_NUMBER: _ClassVar[int]
    LEAVING_FIELD_NUMBER: _ClassVar[int]
    LEAVING_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    TIMERS_ENDED_FIELD_NUMBER: _ClassVar[int]
    TIMERS_KEPT_FIELD_NUMBER: _ClassVar[int]
    TIMERS_MOVED_FIELD_NUMBER: _ClassVar[int]
    after_users: int
    before_users: int
    changes: _containers.RepeatedCompositeFieldContainer[LivePartChange]
    entering: int
    entering_sample: _containers.RepeatedScalarFieldContainer[str]
    leaving: int
    leaving_by_condition: int
    leaving_by_time: int
    leaving_sample: _containers.RepeatedScalarFieldContainer[str]
    timers_ended: int
    timers_kept: int
    timers_moved: int
    def __init__(self, before_users: _Optional[int] = ..., after_users: _Optional[int] = ..., entering: _Optional[int] = ..., leaving: _Optional[int] = ..., leaving_by_time: _Optional[int] = ..., leaving_by_condition: _Optional[int] = ..., timers_kept: _Optional[int] = ..., timers_moved: _Optional[int] = ..., timers_ended: _Optional[int] = ..., entering_sample: _Optional[_Iterable[str]] = ..., leaving_sample: _Optional[_Iterable[str]] = ..., changes: _Optional[_Iterable[_Union[LivePartChange, _Mapping]]] = ...) -> None: ...

class LivePartChange(_message.Message):
    __slots__ = ["after", "before", "place"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    after: str
    before: str
    place: str
    def __init__(self, place: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class UpdateRequest(_message.Message):
    __slots__ = ["definition", "description", "dry_run", "expected_revision", "expected_version", "live", "name", "partitions", "sample"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    definition: _segment_pb2.Definition
    description: str
    dry_run: bool
    expected_revision: int
    expected_version: int
    live: _live_pb2.LiveDefinition
    name: str
    partitions: _containers.RepeatedScalarFieldContainer[int]
    sample: int
    def __init__(self, name: _Optional[str] = ..., definition: _Optional[_Union[_segment_pb2.Definition, _Mapping]] = ..., expected_revision: _Optional[int] = ..., dry_run: bool = ..., description: _Optional[str] = ..., expected_version: _Optional[int] = ..., sample: _Optional[int] = ..., live: _Optional[_Union[_live_pb2.LiveDefinition, _Mapping]] = ..., partitions: _Optional[_Iterable[int]] = ...) -> None: ...

class UpdateResponse(_message.Message):
    __slots__ = ["diff", "entering", "leaving", "live_diff", "positions", "segment", "warnings"]
    DIFF_FIELD_NUMBER: _ClassVar[int]
    ENTERING_FIELD_NUMBER: _ClassVar[int]
    LEAVING_FIELD_NUMBER: _ClassVar[int]
    LIVE_DIFF_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    diff: DiffResponse
    entering: int
    leaving: int
    live_diff: LiveDiff
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    segment: _answers_pb2.Segment
    warnings: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Warning]
    def __init__(self, segment: _Optional[_Union[_answers_pb2.Segment, _Mapping]] = ..., entering: _Optional[int] = ..., leaving: _Optional[int] = ..., diff: _Optional[_Union[DiffResponse, _Mapping]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[_answers_pb2.Warning, _Mapping]]] = ..., live_diff: _Optional[_Union[LiveDiff, _Mapping]] = ...) -> None: ...

class VersionsRequest(_message.Message):
    __slots__ = ["after_version", "name"]
    AFTER_VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    after_version: int
    name: str
    def __init__(self, name: _Optional[str] = ..., after_version: _Optional[int] = ...) -> None: ...

class VersionsResponse(_message.Message):
    __slots__ = ["more", "since_ms", "versions"]
    MORE_FIELD_NUMBER: _ClassVar[int]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    more: bool
    since_ms: _containers.RepeatedScalarFieldContainer[int]
    versions: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Segment]
    def __init__(self, versions: _Optional[_Iterable[_Union[_answers_pb2.Segment, _Mapping]]] = ..., since_ms: _Optional[_Iterable[int]] = ..., more: bool = ...) -> None: ...

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
