from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import match_pb2 as _match_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Bucket(_message.Message):
    __slots__ = ["from_e2", "salt", "to_e2"]
    FROM_E2_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    TO_E2_FIELD_NUMBER: _ClassVar[int]
    from_e2: int
    salt: str
    to_e2: int
    def __init__(self, salt: _Optional[str] = ..., from_e2: _Optional[int] = ..., to_e2: _Optional[int] = ...) -> None: ...

class Rfm(_message.Message):
    __slots__ = ["events", "frequency", "frequency_edges", "recency", "recency_edges_ms", "times", "where", "window"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_EDGES_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    RECENCY_EDGES_MS_FIELD_NUMBER: _ClassVar[int]
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    frequency: Scores
    frequency_edges: _containers.RepeatedScalarFieldContainer[int]
    recency: Scores
    recency_edges_ms: _containers.RepeatedScalarFieldContainer[int]
    times: _match_pb2.LocalTimes
    where: _containers.RepeatedCompositeFieldContainer[_match_pb2.Filter]
    window: _match_pb2.Window
    def __init__(self, events: _Optional[_Iterable[str]] = ..., where: _Optional[_Iterable[_Union[_match_pb2.Filter, _Mapping]]] = ..., window: _Optional[_Union[_match_pb2.Window, _Mapping]] = ..., times: _Optional[_Union[_match_pb2.LocalTimes, _Mapping]] = ..., recency: _Optional[_Union[Scores, _Mapping]] = ..., frequency: _Optional[_Union[Scores, _Mapping]] = ..., recency_edges_ms: _Optional[_Iterable[int]] = ..., frequency_edges: _Optional[_Iterable[int]] = ...) -> None: ...

class Scores(_message.Message):
    __slots__ = ["high", "low"]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    high: int
    low: int
    def __init__(self, low: _Optional[int] = ..., high: _Optional[int] = ...) -> None: ...
