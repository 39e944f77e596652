from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import match_pb2 as _match_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Regularly(_message.Message):
    __slots__ = ["at_least", "events", "include_current", "of", "times", "unit", "where"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    at_least: int
    events: _containers.RepeatedScalarFieldContainer[str]
    include_current: bool
    of: int
    times: _match_pb2.LocalTimes
    unit: _match_pb2.CalendarUnit
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ..., at_least: _Optional[int] = ..., of: _Optional[int] = ..., unit: _Optional[_Union[_match_pb2.CalendarUnit, str]] = ..., include_current: bool = ...) -> None: ...

class Restarted(_message.Message):
    __slots__ = ["events", "pause_ms", "times", "where", "within_ms"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    PAUSE_MS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    pause_ms: int
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    within_ms: int
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ..., within_ms: _Optional[int] = ..., pause_ms: _Optional[int] = ...) -> None: ...

class Stopped(_message.Message):
    __slots__ = ["events", "not_within_ms", "times", "where", "within_ms"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NOT_WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    not_within_ms: int
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    within_ms: int
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ..., within_ms: _Optional[int] = ..., not_within_ms: _Optional[int] = ...) -> None: ...
