from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import cells_pb2 as _cells_pb2
from shoal.contract.segment.v1 import habits_pb2 as _habits_pb2
from shoal.contract.segment.v1 import match_pb2 as _match_pb2
from shoal.contract.segment.v1 import sets_pb2 as _sets_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AGGREGATE_KIND_AVERAGE: AggregateKind
AGGREGATE_KIND_DISTINCT: AggregateKind
AGGREGATE_KIND_DISTINCT_DAYS: AggregateKind
AGGREGATE_KIND_FIRST: AggregateKind
AGGREGATE_KIND_GREATEST: AggregateKind
AGGREGATE_KIND_LAST: AggregateKind
AGGREGATE_KIND_LEAST: AggregateKind
AGGREGATE_KIND_SUM: AggregateKind
AGGREGATE_KIND_UNSPECIFIED: AggregateKind
COMPARISON_AT_LEAST: Comparison
COMPARISON_AT_MOST: Comparison
COMPARISON_BETWEEN: Comparison
COMPARISON_EXACTLY: Comparison
COMPARISON_GREATER_THAN: Comparison
COMPARISON_LESS_THAN: Comparison
COMPARISON_UNSPECIFIED: Comparison
DESCRIPTOR: _descriptor.FileDescriptor
OCCURRENCE_MODE_EVER: OccurrenceMode
OCCURRENCE_MODE_MATCHING: OccurrenceMode
OCCURRENCE_MODE_UNSPECIFIED: OccurrenceMode

class Aggregate(_message.Message):
    __slots__ = ["comparison", "count", "filter", "high", "kind", "low", "missing_is_zero", "property"]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    MISSING_IS_ZERO_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    count: Count
    filter: _match_pb2.Filter
    high: _log_pb2.Value
    kind: AggregateKind
    low: _log_pb2.Value
    missing_is_zero: bool
    property: str
    def __init__(self, kind: _Optional[_Union[AggregateKind, str]] = ..., property: _Optional[str] = ..., comparison: _Optional[_Union[Comparison, str]] = ..., low: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., high: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., missing_is_zero: bool = ..., filter: _Optional[_Union[_match_pb2.Filter, _Mapping]] = ..., count: _Optional[_Union[Count, _Mapping]] = ...) -> None: ...

class Count(_message.Message):
    __slots__ = ["comparison", "high", "include_zero", "low"]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ZERO_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    high: int
    include_zero: bool
    low: int
    def __init__(self, comparison: _Optional[_Union[Comparison, str]] = ..., low: _Optional[int] = ..., high: _Optional[int] = ..., include_zero: bool = ...) -> None: ...

class Definition(_message.Message):
    __slots__ = ["among_known", "nodes", "reachable_by", "zone"]
    AMONG_KNOWN_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_BY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    among_known: bool
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    reachable_by: _sets_pb2.Channel
    zone: str
    def __init__(self, nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., zone: _Optional[str] = ..., reachable_by: _Optional[_Union[_sets_pb2.Channel, str]] = ..., among_known: bool = ...) -> None: ...

class Did(_message.Message):
    __slots__ = ["aggregates", "count", "events", "times", "where", "window"]
    AGGREGATES_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    aggregates: _containers.RepeatedCompositeFieldContainer[Aggregate]
    count: Count
    events: _containers.RepeatedScalarFieldContainer[str]
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., count: _Optional[_Union[Count, _Mapping]] = ..., aggregates: _Optional[_Iterable[_Union[Aggregate, _Mapping]]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class DidNot(_message.Message):
    __slots__ = ["events", "times", "where", "window"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class Distinct(_message.Message):
    __slots__ = ["count", "events", "property", "times", "where", "window"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    count: Count
    events: _containers.RepeatedScalarFieldContainer[str]
    property: str
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., property: _Optional[str] = ..., count: _Optional[_Union[Count, _Mapping]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ["children"]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    children: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, children: _Optional[_Iterable[int]] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ["all", "any", "bucket", "did", "did_not", "distinct", "in_feed", "in_list", "in_segment", "known", "occurrence", "predominantly", "reachable", "regularly", "restarted", "rfm", "sequence", "share", "stopped", "user"]
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    DID_FIELD_NUMBER: _ClassVar[int]
    DID_NOT_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_FIELD_NUMBER: _ClassVar[int]
    IN_FEED_FIELD_NUMBER: _ClassVar[int]
    IN_LIST_FIELD_NUMBER: _ClassVar[int]
    IN_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    NOT_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    PREDOMINANTLY_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    REGULARLY_FIELD_NUMBER: _ClassVar[int]
    RESTARTED_FIELD_NUMBER: _ClassVar[int]
    RFM_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    all: Group
    any: Group
    bucket: _cells_pb2.Bucket
    did: Did
    did_not: DidNot
    distinct: Distinct
    in_feed: _sets_pb2.InFeed
    in_list: _sets_pb2.InList
    in_segment: _sets_pb2.InSegment
    known: _sets_pb2.Known
    occurrence: Occurrence
    predominantly: Predominantly
    reachable: _sets_pb2.Reachable
    regularly: _habits_pb2.Regularly
    restarted: _habits_pb2.Restarted
    rfm: _cells_pb2.Rfm
    sequence: Sequence
    share: Share
    stopped: _habits_pb2.Stopped
    user: _match_pb2.Filter
    def __init__(self, all: _Optional[_Union[Group, _Mapping]] = ..., any: _Optional[_Union[Group, _Mapping]] = ..., did: _Optional[_Union[Did, _Mapping]] = ..., did_not: _Optional[_Union[DidNot, _Mapping]] = ..., user: _Optional[_Union[_match_pb2.Filter, _Mapping]] = ..., occurrence: _Optional[_Union[Occurrence, _Mapping]] = ..., share: _Optional[_Union[Share, _Mapping]] = ..., predominantly: _Optional[_Union[Predominantly, _Mapping]] = ..., sequence: _Optional[_Union[Sequence, _Mapping]] = ..., distinct: _Optional[_Union[Distinct, _Mapping]] = ..., bucket: _Optional[_Union[_cells_pb2.Bucket, _Mapping]] = ..., rfm: _Optional[_Union[_cells_pb2.Rfm, _Mapping]] = ..., in_segment: _Optional[_Union[_sets_pb2.InSegment, _Mapping]] = ..., regularly: _Optional[_Union[_habits_pb2.Regularly, _Mapping]] = ..., stopped: _Optional[_Union[_habits_pb2.Stopped, _Mapping]] = ..., restarted: _Optional[_Union[_habits_pb2.Restarted, _Mapping]] = ..., in_list: _Optional[_Union[_sets_pb2.InList, _Mapping]] = ..., reachable: _Optional[_Union[_sets_pb2.Reachable, _Mapping]] = ..., in_feed: _Optional[_Union[_sets_pb2.InFeed, _Mapping]] = ..., known: _Optional[_Union[_sets_pb2.Known, _Mapping]] = ..., **kwargs) -> None: ...

class Occurrence(_message.Message):
    __slots__ = ["events", "mode", "named", "number", "times", "where", "window"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NAMED_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    mode: OccurrenceMode
    named: _containers.RepeatedScalarFieldContainer[str]
    number: int
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, number: _Optional[int] = ..., events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., mode: _Optional[_Union[OccurrenceMode, str]] = ..., named: _Optional[_Iterable[str]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class Predominantly(_message.Message):
    __slots__ = ["events", "property", "times", "value", "where", "window"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    property: str
    times: _match_pb2.LocalTimes
    value: _log_pb2.Value
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., property: _Optional[str] = ..., value: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class Sequence(_message.Message):
    __slots__ = ["exclude", "from_previous", "same", "steps", "strict", "strictly_later", "window", "within_ms"]
    EXCLUDE_FIELD_NUMBER: _ClassVar[int]
    FROM_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    SAME_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    STRICTLY_LATER_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    exclude: _containers.RepeatedCompositeFieldContainer[_match_pb2.Step]
    from_previous: bool
    same: str
    steps: _containers.RepeatedCompositeFieldContainer[_match_pb2.Step]
    strict: bool
    strictly_later: bool
    window: _match_pb2.Window
    within_ms: int
    def __init__(self, steps: _Optional[_Iterable[_Union[_match_pb2.Step, _Mapping]]] = ..., within_ms: _Optional[int] = ..., from_previous: bool = ..., strict: bool = ..., exclude: _Optional[_Iterable[_Union[_match_pb2.Step, _Mapping]]] = ..., same: _Optional[str] = ..., strictly_later: bool = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ...) -> None: ...

class Share(_message.Message):
    __slots__ = ["at_least_e4", "events", "minimum", "times", "where", "window"]
    AT_LEAST_E4_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    at_least_e4: int
    events: _containers.RepeatedScalarFieldContainer[str]
    minimum: int
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., at_least_e4: _Optional[int] = ..., minimum: _Optional[int] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ...) -> None: ...

class Comparison(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class AggregateKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class OccurrenceMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
