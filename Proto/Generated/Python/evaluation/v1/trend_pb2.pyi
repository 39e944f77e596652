from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
TREND_UNIT_DAY: TrendUnit
TREND_UNIT_HOUR: TrendUnit
TREND_UNIT_MONTH: TrendUnit
TREND_UNIT_UNSPECIFIED: TrendUnit
TREND_UNIT_WEEK: TrendUnit

class TrendPoint(_message.Message):
    __slots__ = ["at_ms", "universe", "users"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    universe: int
    users: int
    def __init__(self, at_ms: _Optional[int] = ..., users: _Optional[int] = ..., universe: _Optional[int] = ...) -> None: ...

class TrendRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "from_ms", "subject", "to_ms", "unit", "zone"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    from_ms: int
    subject: _answers_pb2.Subject
    to_ms: int
    unit: TrendUnit
    zone: str
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., unit: _Optional[_Union[TrendUnit, str]] = ..., zone: _Optional[str] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class TrendResponse(_message.Message):
    __slots__ = ["exactness", "points", "took_us", "zone"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    points: _containers.RepeatedCompositeFieldContainer[TrendPoint]
    took_us: int
    zone: str
    def __init__(self, points: _Optional[_Iterable[_Union[TrendPoint, _Mapping]]] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., zone: _Optional[str] = ..., took_us: _Optional[int] = ...) -> None: ...

class TrendUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
