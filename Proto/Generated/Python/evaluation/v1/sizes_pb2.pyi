from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import segment_pb2 as _segment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SegmentSize(_message.Message):
    __slots__ = ["universe", "users"]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    universe: int
    users: int
    def __init__(self, users: _Optional[int] = ..., universe: _Optional[int] = ...) -> None: ...

class SharedWork(_message.Message):
    __slots__ = ["asked", "distinct", "evaluated", "leaves_asked", "leaves_distinct", "leaves_evaluated", "memory_bytes", "passes", "sets_kept"]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_FIELD_NUMBER: _ClassVar[int]
    LEAVES_ASKED_FIELD_NUMBER: _ClassVar[int]
    LEAVES_DISTINCT_FIELD_NUMBER: _ClassVar[int]
    LEAVES_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    PASSES_FIELD_NUMBER: _ClassVar[int]
    SETS_KEPT_FIELD_NUMBER: _ClassVar[int]
    asked: int
    distinct: int
    evaluated: int
    leaves_asked: int
    leaves_distinct: int
    leaves_evaluated: int
    memory_bytes: int
    passes: int
    sets_kept: int
    def __init__(self, asked: _Optional[int] = ..., distinct: _Optional[int] = ..., leaves_asked: _Optional[int] = ..., leaves_distinct: _Optional[int] = ..., evaluated: _Optional[int] = ..., leaves_evaluated: _Optional[int] = ..., passes: _Optional[int] = ..., sets_kept: _Optional[int] = ..., memory_bytes: _Optional[int] = ...) -> None: ...

class SizesPartRequest(_message.Message):
    __slots__ = ["at_ms", "definitions", "nested_definitions", "nested_names", "positions", "project_zone"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NESTED_DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NESTED_NAMES_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ZONE_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    definitions: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Definition]
    nested_definitions: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Definition]
    nested_names: _containers.RepeatedScalarFieldContainer[str]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    project_zone: str
    def __init__(self, definitions: _Optional[_Iterable[_Union[_segment_pb2.Definition, _Mapping]]] = ..., nested_names: _Optional[_Iterable[str]] = ..., nested_definitions: _Optional[_Iterable[_Union[_segment_pb2.Definition, _Mapping]]] = ..., at_ms: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., project_zone: _Optional[str] = ...) -> None: ...

class SizesPartResponse(_message.Message):
    __slots__ = ["needed", "positions", "sizes", "took_us", "work"]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    needed: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    sizes: _containers.RepeatedCompositeFieldContainer[SegmentSize]
    took_us: int
    work: SharedWork
    def __init__(self, sizes: _Optional[_Iterable[_Union[SegmentSize, _Mapping]]] = ..., work: _Optional[_Union[SharedWork, _Mapping]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., took_us: _Optional[int] = ..., needed: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class SizesRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "subjects"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    subjects: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Subject]
    def __init__(self, subjects: _Optional[_Iterable[_Union[_answers_pb2.Subject, _Mapping]]] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class SizesResponse(_message.Message):
    __slots__ = ["exactness", "sizes", "took_us", "work"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    sizes: _containers.RepeatedCompositeFieldContainer[SegmentSize]
    took_us: int
    work: SharedWork
    def __init__(self, sizes: _Optional[_Iterable[_Union[SegmentSize, _Mapping]]] = ..., work: _Optional[_Union[SharedWork, _Mapping]] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., took_us: _Optional[int] = ...) -> None: ...
