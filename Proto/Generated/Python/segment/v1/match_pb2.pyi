from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CALENDAR_UNIT_DAY: CalendarUnit
CALENDAR_UNIT_MONTH: CalendarUnit
CALENDAR_UNIT_QUARTER: CalendarUnit
CALENDAR_UNIT_UNSPECIFIED: CalendarUnit
CALENDAR_UNIT_WEEK: CalendarUnit
CALENDAR_UNIT_YEAR: CalendarUnit
DESCRIPTOR: _descriptor.FileDescriptor
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

class EverWindow(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class Filter(_message.Message):
    __slots__ = ["ignore_case", "of_user", "operands", "operator", "property"]
    IGNORE_CASE_FIELD_NUMBER: _ClassVar[int]
    OF_USER_FIELD_NUMBER: _ClassVar[int]
    OPERANDS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    ignore_case: bool
    of_user: bool
    operands: _containers.RepeatedCompositeFieldContainer[_log_pb2.Value]
    operator: Operator
    property: str
    def __init__(self, property: _Optional[str] = ..., operator: _Optional[_Union[Operator, str]] = ..., operands: _Optional[_Iterable[_Union[_log_pb2.Value, _Mapping]]] = ..., ignore_case: bool = ..., of_user: bool = ...) -> None: ...

class LocalTimes(_message.Message):
    __slots__ = ["from_ms", "in_users_zone", "to_ms", "weekdays"]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    IN_USERS_ZONE_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    WEEKDAYS_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    in_users_zone: bool
    to_ms: int
    weekdays: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., weekdays: _Optional[_Iterable[int]] = ..., in_users_zone: bool = ...) -> None: ...

class RollingWindow(_message.Message):
    __slots__ = ["duration_ms"]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    duration_ms: int
    def __init__(self, duration_ms: _Optional[int] = ...) -> None: ...

class SinceWindow(_message.Message):
    __slots__ = ["duration_ms", "events", "last", "times", "where"]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    duration_ms: int
    events: _containers.RepeatedScalarFieldContainer[str]
    last: bool
    times: LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., times: _Optional[_Union[LocalTimes, _Mapping]] = ..., last: bool = ..., duration_ms: _Optional[int] = ...) -> None: ...

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
    __slots__ = ["ago", "between", "calendar", "ever", "rolling", "since"]
    AGO_FIELD_NUMBER: _ClassVar[int]
    BETWEEN_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    EVER_FIELD_NUMBER: _ClassVar[int]
    ROLLING_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    ago: AgoWindow
    between: BetweenWindow
    calendar: CalendarWindow
    ever: EverWindow
    rolling: RollingWindow
    since: SinceWindow
    def __init__(self, ever: _Optional[_Union[EverWindow, _Mapping]] = ..., rolling: _Optional[_Union[RollingWindow, _Mapping]] = ..., ago: _Optional[_Union[AgoWindow, _Mapping]] = ..., between: _Optional[_Union[BetweenWindow, _Mapping]] = ..., calendar: _Optional[_Union[CalendarWindow, _Mapping]] = ..., since: _Optional[_Union[SinceWindow, _Mapping]] = ...) -> None: ...

class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class CalendarUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
