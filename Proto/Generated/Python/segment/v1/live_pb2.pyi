from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import match_pb2 as _match_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
INACTION_ANCHOR_EACH: InactionAnchor
INACTION_ANCHOR_FIRST: InactionAnchor
INACTION_ANCHOR_LAST: InactionAnchor
INACTION_ANCHOR_UNSPECIFIED: InactionAnchor
LIMIT_KIND_COOL_DOWN: LimitKind
LIMIT_KIND_EVERY_TIME: LimitKind
LIMIT_KIND_ONCE: LimitKind
LIMIT_KIND_ONCE_PER_KEY: LimitKind
LIMIT_KIND_TIMES: LimitKind
LIMIT_KIND_UNSPECIFIED: LimitKind

class ActionTrigger(_message.Message):
    __slots__ = ["event", "ever", "nth", "repeating"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVER_FIELD_NUMBER: _ClassVar[int]
    NTH_FIELD_NUMBER: _ClassVar[int]
    REPEATING_FIELD_NUMBER: _ClassVar[int]
    event: EventTest
    ever: bool
    nth: int
    repeating: bool
    def __init__(self, event: _Optional[_Union[EventTest, _Mapping]] = ..., nth: _Optional[int] = ..., repeating: bool = ..., ever: bool = ...) -> None: ...

class ChangeTrigger(_message.Message):
    __slots__ = ["property", "to"]
    FROM_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    property: str
    to: _match_pb2.Filter
    def __init__(self, property: _Optional[str] = ..., to: _Optional[_Union[_match_pb2.Filter, _Mapping]] = ..., **kwargs) -> None: ...

class DateTrigger(_message.Message):
    __slots__ = ["event", "offset_ms", "property", "yearly"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    YEARLY_FIELD_NUMBER: _ClassVar[int]
    event: EventTest
    offset_ms: int
    property: str
    yearly: bool
    def __init__(self, property: _Optional[str] = ..., event: _Optional[_Union[EventTest, _Mapping]] = ..., offset_ms: _Optional[int] = ..., yearly: bool = ...) -> None: ...

class EventTest(_message.Message):
    __slots__ = ["events", "times", "where"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class InactionTrigger(_message.Message):
    __slots__ = ["anchor", "did", "did_not", "grace_ms", "key", "within_ms"]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    DID_FIELD_NUMBER: _ClassVar[int]
    DID_NOT_FIELD_NUMBER: _ClassVar[int]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    anchor: InactionAnchor
    did: EventTest
    did_not: EventTest
    grace_ms: int
    key: str
    within_ms: int
    def __init__(self, did: _Optional[_Union[EventTest, _Mapping]] = ..., did_not: _Optional[_Union[EventTest, _Mapping]] = ..., within_ms: _Optional[int] = ..., key: _Optional[str] = ..., anchor: _Optional[_Union[InactionAnchor, str]] = ..., grace_ms: _Optional[int] = ...) -> None: ...

class LiveDefinition(_message.Message):
    __slots__ = ["action", "becomes", "date", "filter", "filter_after_event", "filter_before_change", "inaction", "limit", "limit_count", "limit_ms", "page", "property_changed", "stay_ms", "stay_while", "zone"]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    BECOMES_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    FILTER_AFTER_EVENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_BEFORE_CHANGE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INACTION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_MS_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_CHANGED_FIELD_NUMBER: _ClassVar[int]
    STAY_MS_FIELD_NUMBER: _ClassVar[int]
    STAY_WHILE_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    action: ActionTrigger
    becomes: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Node]
    date: DateTrigger
    filter: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Node]
    filter_after_event: bool
    filter_before_change: bool
    inaction: InactionTrigger
    limit: LimitKind
    limit_count: int
    limit_ms: int
    page: PageTrigger
    property_changed: ChangeTrigger
    stay_ms: int
    stay_while: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Node]
    zone: str
    def __init__(self, action: _Optional[_Union[ActionTrigger, _Mapping]] = ..., inaction: _Optional[_Union[InactionTrigger, _Mapping]] = ..., date: _Optional[_Union[DateTrigger, _Mapping]] = ..., page: _Optional[_Union[PageTrigger, _Mapping]] = ..., property_changed: _Optional[_Union[ChangeTrigger, _Mapping]] = ..., becomes: _Optional[_Iterable[_Union[_segment_pb2.Node, _Mapping]]] = ..., filter: _Optional[_Iterable[_Union[_segment_pb2.Node, _Mapping]]] = ..., filter_after_event: bool = ..., filter_before_change: bool = ..., stay_ms: _Optional[int] = ..., stay_while: _Optional[_Iterable[_Union[_segment_pb2.Node, _Mapping]]] = ..., limit: _Optional[_Union[LimitKind, str]] = ..., limit_count: _Optional[int] = ..., limit_ms: _Optional[int] = ..., zone: _Optional[str] = ...) -> None: ...

class PageTrigger(_message.Message):
    __slots__ = ["count", "gap_ms", "referrer", "view"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    GAP_MS_FIELD_NUMBER: _ClassVar[int]
    REFERRER_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    count: int
    gap_ms: int
    referrer: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    view: EventTest
    def __init__(self, view: _Optional[_Union[EventTest, _Mapping]] = ..., count: _Optional[int] = ..., referrer: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., gap_ms: _Optional[int] = ...) -> None: ...

class InactionAnchor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class LimitKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
