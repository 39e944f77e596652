from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FLIP_KIND_AT: FlipKind
FLIP_KIND_NEVER: FlipKind
FLIP_KIND_NOT_BEFORE: FlipKind
FLIP_KIND_UNSPECIFIED: FlipKind

class ExplainRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "subject", "user_id"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    subject: _answers_pb2.Subject
    user_id: str
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., user_id: _Optional[str] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ["exactness", "explanation", "known"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    explanation: Explanation
    known: bool
    def __init__(self, known: bool = ..., explanation: _Optional[_Union[Explanation, _Mapping]] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class ExplainedPart(_message.Message):
    __slots__ = ["conditions", "depth", "events", "finding", "holds", "node", "place", "text", "value"]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    conditions: FoundConditions
    depth: int
    events: FoundEvents
    finding: str
    holds: bool
    node: int
    place: str
    text: str
    value: FoundValue
    def __init__(self, node: _Optional[int] = ..., depth: _Optional[int] = ..., place: _Optional[str] = ..., text: _Optional[str] = ..., holds: bool = ..., finding: _Optional[str] = ..., conditions: _Optional[_Union[FoundConditions, _Mapping]] = ..., events: _Optional[_Union[FoundEvents, _Mapping]] = ..., value: _Optional[_Union[FoundValue, _Mapping]] = ...) -> None: ...

class ExplainedSegment(_message.Message):
    __slots__ = ["flip", "flip_at_ms", "member", "name", "parts"]
    FLIP_AT_MS_FIELD_NUMBER: _ClassVar[int]
    FLIP_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    flip: FlipKind
    flip_at_ms: int
    member: bool
    name: str
    parts: _containers.RepeatedCompositeFieldContainer[ExplainedPart]
    def __init__(self, name: _Optional[str] = ..., member: bool = ..., flip: _Optional[_Union[FlipKind, str]] = ..., flip_at_ms: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[ExplainedPart, _Mapping]]] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ["flip", "flip_at_ms", "lines", "lines_left", "member", "parts", "parts_left", "segments", "segments_left"]
    FLIP_AT_MS_FIELD_NUMBER: _ClassVar[int]
    FLIP_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    LINES_LEFT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PARTS_LEFT_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_LEFT_FIELD_NUMBER: _ClassVar[int]
    flip: FlipKind
    flip_at_ms: int
    lines: _containers.RepeatedScalarFieldContainer[str]
    lines_left: int
    member: bool
    parts: _containers.RepeatedCompositeFieldContainer[ExplainedPart]
    parts_left: int
    segments: _containers.RepeatedCompositeFieldContainer[ExplainedSegment]
    segments_left: int
    def __init__(self, member: bool = ..., flip: _Optional[_Union[FlipKind, str]] = ..., flip_at_ms: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[ExplainedPart, _Mapping]]] = ..., lines: _Optional[_Iterable[str]] = ..., parts_left: _Optional[int] = ..., lines_left: _Optional[int] = ..., segments: _Optional[_Iterable[_Union[ExplainedSegment, _Mapping]]] = ..., segments_left: _Optional[int] = ...) -> None: ...

class FoundConditions(_message.Message):
    __slots__ = ["holding", "of"]
    HOLDING_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    holding: int
    of: int
    def __init__(self, holding: _Optional[int] = ..., of: _Optional[int] = ...) -> None: ...

class FoundEvent(_message.Message):
    __slots__ = ["at_ms", "name", "offset"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    name: str
    offset: int
    def __init__(self, name: _Optional[str] = ..., at_ms: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...

class FoundEvents(_message.Message):
    __slots__ = ["count", "events", "from_ms", "sums", "to_ms"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    SUMS_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    count: int
    events: _containers.RepeatedCompositeFieldContainer[FoundEvent]
    from_ms: int
    sums: _containers.RepeatedCompositeFieldContainer[FoundSum]
    to_ms: int
    def __init__(self, from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., count: _Optional[int] = ..., sums: _Optional[_Iterable[_Union[FoundSum, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[FoundEvent, _Mapping]]] = ...) -> None: ...

class FoundSum(_message.Message):
    __slots__ = ["numbers", "property", "total"]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    numbers: int
    property: str
    total: str
    def __init__(self, property: _Optional[str] = ..., total: _Optional[str] = ..., numbers: _Optional[int] = ...) -> None: ...

class FoundValue(_message.Message):
    __slots__ = ["offset", "since_ms", "value"]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    offset: int
    since_ms: int
    value: _log_pb2.Value
    def __init__(self, value: _Optional[_Union[_log_pb2.Value, _Mapping]] = ..., since_ms: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...

class FlipKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
