from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AGGREGATE_KIND_SUM: AggregateKind
AGGREGATE_KIND_UNSPECIFIED: AggregateKind
CALENDAR_UNIT_DAY: CalendarUnit
CALENDAR_UNIT_MONTH: CalendarUnit
CALENDAR_UNIT_QUARTER: CalendarUnit
CALENDAR_UNIT_UNSPECIFIED: CalendarUnit
CALENDAR_UNIT_WEEK: CalendarUnit
CALENDAR_UNIT_YEAR: CalendarUnit
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
OPERATOR_AFTER: Operator
OPERATOR_AT_LEAST: Operator
OPERATOR_AT_MOST: Operator
OPERATOR_BEFORE: Operator
OPERATOR_BETWEEN: Operator
OPERATOR_CONTAINS: Operator
OPERATOR_ENDS_WITH: Operator
OPERATOR_EQUALS: Operator
OPERATOR_EXISTS: Operator
OPERATOR_GREATER_THAN: Operator
OPERATOR_HAS_ALL: Operator
OPERATOR_HAS_ANY: Operator
OPERATOR_HAS_NONE: Operator
OPERATOR_IN: Operator
OPERATOR_LESS_THAN: Operator
OPERATOR_MATCHES: Operator
OPERATOR_MISSING: Operator
OPERATOR_NOT_EQUALS: Operator
OPERATOR_NOT_IN: Operator
OPERATOR_ON_DAY: Operator
OPERATOR_SAME_DAY_OF_YEAR: Operator
OPERATOR_STARTS_WITH: Operator
OPERATOR_UNSPECIFIED: Operator
OPERATOR_WITHIN_KM: Operator
OPERATOR_WITHIN_LAST: Operator
OPERATOR_WITHIN_NEXT: Operator

class Aggregate(_message.Message):
    __slots__ = ["comparison", "high", "kind", "low", "missing_is_zero", "property"]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    MISSING_IS_ZERO_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    high: _log_pb2.Value
    kind: AggregateKind
    low: _log_pb2.Value
    missing_is_zero: bool
    property: str
    def __init__(self, kind: _Optional[_Union[AggregateKind, str]] = ..., property: _Optional[str] = ..., comparison: _Optional[_Union[Comparison, str]] = ..., low: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., high: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., missing_is_zero: bool = ...) -> None: ...

class AgoWindow(_message.Message):
    __slots__ = ["from_ms", "to_ms"]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    to_ms: int
    def __init__(self, from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ...) -> None: ...

class BetweenWindow(_message.Message):
    __slots__ = ["from_ms", "to_ms"]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    to_ms: int
    def __init__(self, from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ...) -> None: ...

class CalendarWindow(_message.Message):
    __slots__ = ["count", "include_current", "unit", "zone"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    count: int
    include_current: bool
    unit: CalendarUnit
    zone: str
    def __init__(self, count: _Optional[int] = ..., unit: _Optional[_Union[CalendarUnit, str]] = ..., include_current: bool = ..., zone: _Optional[str] = ...) -> None: ...

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
    __slots__ = ["nodes", "zone"]
    NODES_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    zone: str
    def __init__(self, nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., zone: _Optional[str] = ...) -> None: ...

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
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    window: Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., count: _Optional[_Union[Count, _Mapping]] = ..., aggregates: _Optional[_Iterable[_Union[Aggregate, _Mapping]]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

class DidNot(_message.Message):
    __slots__ = ["events", "times", "where", "window"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    window: Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

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
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    window: Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., property: _Optional[str] = ..., count: _Optional[_Union[Count, _Mapping]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

class EverWindow(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class Filter(_message.Message):
    __slots__ = ["ignore_case", "operands", "operator", "property"]
    IGNORE_CASE_FIELD_NUMBER: _ClassVar[int]
    OPERANDS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    ignore_case: bool
    operands: _containers.RepeatedCompositeFieldContainer[_log_pb2.Value]
    operator: Operator
    property: str
    def __init__(self, property: _Optional[str] = ..., operator: _Optional[_Union[Operator, str]] = ..., operands: _Optional[_Iterable[_Union[_log_pb2.Value, _Mapping]]] = ..., ignore_case: bool = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ["children"]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    children: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, children: _Optional[_Iterable[int]] = ...) -> None: ...

class LocalTimes(_message.Message):
    __slots__ = ["from_ms", "to_ms", "weekdays"]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    WEEKDAYS_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    to_ms: int
    weekdays: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., weekdays: _Optional[_Iterable[int]] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ["all", "any", "did", "did_not", "distinct", "occurrence", "predominantly", "sequence", "share", "user"]
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    DID_FIELD_NUMBER: _ClassVar[int]
    DID_NOT_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_FIELD_NUMBER: _ClassVar[int]
    NOT_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    PREDOMINANTLY_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    all: Group
    any: Group
    did: Did
    did_not: DidNot
    distinct: Distinct
    occurrence: Occurrence
    predominantly: Predominantly
    sequence: Sequence
    share: Share
    user: Filter
    def __init__(self, all: _Optional[_Union[Group, _Mapping]] = ..., any: _Optional[_Union[Group, _Mapping]] = ..., did: _Optional[_Union[Did, _Mapping]] = ..., did_not: _Optional[_Union[DidNot, _Mapping]] = ..., user: _Optional[_Union[Filter, _Mapping]] = ..., occurrence: _Optional[_Union[Occurrence, _Mapping]] = ..., share: _Optional[_Union[Share, _Mapping]] = ..., predominantly: _Optional[_Union[Predominantly, _Mapping]] = ..., sequence: _Optional[_Union[Sequence, _Mapping]] = ..., distinct: _Optional[_Union[Distinct, _Mapping]] = ..., **kwargs) -> None: ...

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
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    window: Window
    def __init__(self, number: _Optional[int] = ..., events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., mode: _Optional[_Union[OccurrenceMode, str]] = ..., named: _Optional[_Iterable[str]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

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
    times: LocalTimes
    value: _log_pb2.Value
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    window: Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., property: _Optional[str] = ..., value: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

class RollingWindow(_message.Message):
    __slots__ = ["duration_ms"]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    duration_ms: int
    def __init__(self, duration_ms: _Optional[int] = ...) -> None: ...

class SegmentDocument(_message.Message):
    __slots__ = ["archived", "created_at_ms", "definition", "description", "name", "version"]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    archived: bool
    created_at_ms: int
    definition: Definition
    description: str
    name: str
    version: int
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., definition: _Optional[_Union[Definition, _Mapping]] = ..., version: _Optional[int] = ..., archived: bool = ..., created_at_ms: _Optional[int] = ...) -> None: ...

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
    exclude: _containers.RepeatedCompositeFieldContainer[Step]
    from_previous: bool
    same: str
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    strict: bool
    strictly_later: bool
    window: Window
    within_ms: int
    def __init__(self, steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., within_ms: _Optional[int] = ..., from_previous: bool = ..., strict: bool = ..., exclude: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., same: _Optional[str] = ..., strictly_later: bool = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

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
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    window: Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., at_least_e4: _Optional[int] = ..., minimum: _Optional[int] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ["events", "times", "where"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ["ago", "between", "calendar", "ever", "rolling"]
    AGO_FIELD_NUMBER: _ClassVar[int]
    BETWEEN_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    EVER_FIELD_NUMBER: _ClassVar[int]
    ROLLING_FIELD_NUMBER: _ClassVar[int]
    ago: AgoWindow
    between: BetweenWindow
    calendar: CalendarWindow
    ever: EverWindow
    rolling: RollingWindow
    def __init__(self, ever: _Optional[_Union[EverWindow, _Mapping]] = ..., rolling: _Optional[_Union[RollingWindow, _Mapping]] = ..., ago: _Optional[_Union[AgoWindow, _Mapping]] = ..., between: _Optional[_Union[BetweenWindow, _Mapping]] = ..., calendar: _Optional[_Union[CalendarWindow, _Mapping]] = ...) -> None: ...

class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class CalendarUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class Comparison(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class AggregateKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class OccurrenceMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
