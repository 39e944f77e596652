from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EventTally(_message.Message):
    __slots__ = ["count", "first_at_ms", "last_at_ms", "name"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    count: int
    first_at_ms: int
    last_at_ms: int
    name: str
    def __init__(self, name: _Optional[str] = ..., count: _Optional[int] = ..., first_at_ms: _Optional[int] = ..., last_at_ms: _Optional[int] = ...) -> None: ...

class FindUsersRequest(_message.Message):
    __slots__ = ["freshness", "is_prefix", "limit", "text"]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    IS_PREFIX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    freshness: _answers_pb2.Freshness
    is_prefix: bool
    limit: int
    text: str
    def __init__(self, text: _Optional[str] = ..., is_prefix: bool = ..., limit: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class FindUsersResponse(_message.Message):
    __slots__ = ["exactness", "of", "users"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    of: int
    users: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, users: _Optional[_Iterable[str]] = ..., of: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class ProfileRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "user_id"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class ProfileResponse(_message.Message):
    __slots__ = ["events", "events_left", "exactness", "first_event_ms", "known", "last_event_ms", "properties", "properties_left"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_LEFT_FIELD_NUMBER: _ClassVar[int]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    FIRST_EVENT_MS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_MS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[EventTally]
    events_left: int
    exactness: _answers_pb2.Exactness
    first_event_ms: int
    known: bool
    last_event_ms: int
    properties: _containers.RepeatedCompositeFieldContainer[PropertyInForce]
    properties_left: int
    def __init__(self, known: bool = ..., properties: _Optional[_Iterable[_Union[PropertyInForce, _Mapping]]] = ..., properties_left: _Optional[int] = ..., events: _Optional[_Iterable[_Union[EventTally, _Mapping]]] = ..., events_left: _Optional[int] = ..., first_event_ms: _Optional[int] = ..., last_event_ms: _Optional[int] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class PropertyInForce(_message.Message):
    __slots__ = ["property", "since_ms"]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    property: _log_pb2.Property
    since_ms: int
    def __init__(self, property: _Optional[_Union[_log_pb2.Property, _Mapping]] = ..., since_ms: _Optional[int] = ...) -> None: ...

class TimelineEvent(_message.Message):
    __slots__ = ["at_ms", "name", "offset", "properties"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    name: str
    offset: int
    properties: _containers.RepeatedCompositeFieldContainer[_log_pb2.Property]
    def __init__(self, name: _Optional[str] = ..., at_ms: _Optional[int] = ..., offset: _Optional[int] = ..., properties: _Optional[_Iterable[_Union[_log_pb2.Property, _Mapping]]] = ...) -> None: ...

class TimelineRequest(_message.Message):
    __slots__ = ["cursor", "events", "freshness", "from_ms", "limit", "to_ms", "user_id"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TO_MS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    events: _containers.RepeatedScalarFieldContainer[str]
    freshness: _answers_pb2.Freshness
    from_ms: int
    limit: int
    to_ms: int
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., from_ms: _Optional[int] = ..., to_ms: _Optional[int] = ..., events: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ..., cursor: _Optional[bytes] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class TimelineResponse(_message.Message):
    __slots__ = ["events", "exactness", "known", "next_cursor"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[TimelineEvent]
    exactness: _answers_pb2.Exactness
    known: bool
    next_cursor: bytes
    def __init__(self, known: bool = ..., events: _Optional[_Iterable[_Union[TimelineEvent, _Mapping]]] = ..., next_cursor: _Optional[bytes] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...
