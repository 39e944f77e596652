from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SET_OPERATION_ALL: SetOperation
SET_OPERATION_ANY: SetOperation
SET_OPERATION_MINUS: SetOperation
SET_OPERATION_NOT: SetOperation
SET_OPERATION_SUBJECT: SetOperation
SET_OPERATION_UNSPECIFIED: SetOperation

class CombineRequest(_message.Message):
    __slots__ = ["at_ms", "cursor", "freshness", "limit", "nodes", "others", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    cursor: bytes
    freshness: _answers_pb2.Freshness
    limit: int
    nodes: _containers.RepeatedCompositeFieldContainer[SetNode]
    others: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Subject]
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., others: _Optional[_Iterable[_Union[_answers_pb2.Subject, _Mapping]]] = ..., nodes: _Optional[_Iterable[_Union[SetNode, _Mapping]]] = ..., limit: _Optional[int] = ..., cursor: _Optional[bytes] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class CombineResponse(_message.Message):
    __slots__ = ["exactness", "members", "next_cursor", "subject_users", "took_us", "universe", "users", "windows"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_USERS_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    members: _containers.RepeatedScalarFieldContainer[str]
    next_cursor: bytes
    subject_users: _containers.RepeatedScalarFieldContainer[int]
    took_us: int
    universe: int
    users: int
    windows: _containers.RepeatedCompositeFieldContainer[SubjectWindows]
    def __init__(self, users: _Optional[int] = ..., universe: _Optional[int] = ..., subject_users: _Optional[_Iterable[int]] = ..., members: _Optional[_Iterable[str]] = ..., next_cursor: _Optional[bytes] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., windows: _Optional[_Iterable[_Union[SubjectWindows, _Mapping]]] = ..., took_us: _Optional[int] = ...) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ["at_ms", "cursor", "freshness", "limit", "properties", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    cursor: bytes
    freshness: _answers_pb2.Freshness
    limit: int
    properties: _containers.RepeatedScalarFieldContainer[str]
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., properties: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ..., cursor: _Optional[bytes] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ["exactness", "next_cursor", "users"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    next_cursor: bytes
    users: _containers.RepeatedCompositeFieldContainer[ExportedUser]
    def __init__(self, users: _Optional[_Iterable[_Union[ExportedUser, _Mapping]]] = ..., next_cursor: _Optional[bytes] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class ExportedUser(_message.Message):
    __slots__ = ["user_id", "values"]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    values: _containers.RepeatedCompositeFieldContainer[_log_pb2.Value]
    def __init__(self, user_id: _Optional[str] = ..., values: _Optional[_Iterable[_Union[_log_pb2.Value, _Mapping]]] = ...) -> None: ...

class OverlapRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "others", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    others: _containers.RepeatedCompositeFieldContainer[_answers_pb2.Subject]
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., others: _Optional[_Iterable[_Union[_answers_pb2.Subject, _Mapping]]] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class OverlapResponse(_message.Message):
    __slots__ = ["exactness", "in_all", "in_any", "pairs", "regions", "took_us", "universe", "users", "windows"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    IN_ALL_FIELD_NUMBER: _ClassVar[int]
    IN_ANY_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    in_all: int
    in_any: int
    pairs: _containers.RepeatedCompositeFieldContainer[PairSize]
    regions: _containers.RepeatedCompositeFieldContainer[RegionSize]
    took_us: int
    universe: int
    users: _containers.RepeatedScalarFieldContainer[int]
    windows: _containers.RepeatedCompositeFieldContainer[SubjectWindows]
    def __init__(self, users: _Optional[_Iterable[int]] = ..., pairs: _Optional[_Iterable[_Union[PairSize, _Mapping]]] = ..., regions: _Optional[_Iterable[_Union[RegionSize, _Mapping]]] = ..., in_any: _Optional[int] = ..., in_all: _Optional[int] = ..., universe: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., windows: _Optional[_Iterable[_Union[SubjectWindows, _Mapping]]] = ..., took_us: _Optional[int] = ...) -> None: ...

class PairSize(_message.Message):
    __slots__ = ["first", "second", "users"]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    first: int
    second: int
    users: int
    def __init__(self, first: _Optional[int] = ..., second: _Optional[int] = ..., users: _Optional[int] = ...) -> None: ...

class RegionSize(_message.Message):
    __slots__ = ["segments", "users"]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedScalarFieldContainer[int]
    users: int
    def __init__(self, segments: _Optional[_Iterable[int]] = ..., users: _Optional[int] = ...) -> None: ...

class SegmentsOfRequest(_message.Message):
    __slots__ = ["after_name", "at_ms", "freshness", "limit", "subject", "user_id"]
    AFTER_NAME_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    after_name: str
    at_ms: int
    freshness: _answers_pb2.Freshness
    limit: int
    subject: _answers_pb2.Subject
    user_id: str
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., user_id: _Optional[str] = ..., after_name: _Optional[str] = ..., limit: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class SegmentsOfResponse(_message.Message):
    __slots__ = ["exactness", "known", "looked_at", "next_after_name", "segments", "unreadable"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    LOOKED_AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_NAME_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    known: bool
    looked_at: int
    next_after_name: str
    segments: _containers.RepeatedScalarFieldContainer[str]
    unreadable: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, known: bool = ..., segments: _Optional[_Iterable[str]] = ..., looked_at: _Optional[int] = ..., next_after_name: _Optional[str] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., unreadable: _Optional[_Iterable[str]] = ...) -> None: ...

class SetNode(_message.Message):
    __slots__ = ["inputs", "operation", "subject"]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    inputs: _containers.RepeatedScalarFieldContainer[int]
    operation: SetOperation
    subject: int
    def __init__(self, operation: _Optional[_Union[SetOperation, str]] = ..., subject: _Optional[int] = ..., inputs: _Optional[_Iterable[int]] = ...) -> None: ...

class SubjectWindows(_message.Message):
    __slots__ = ["subject", "windows"]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    subject: int
    windows: _containers.RepeatedCompositeFieldContainer[_answers_pb2.ResolvedWindow]
    def __init__(self, subject: _Optional[int] = ..., windows: _Optional[_Iterable[_Union[_answers_pb2.ResolvedWindow, _Mapping]]] = ...) -> None: ...

class SetOperation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
