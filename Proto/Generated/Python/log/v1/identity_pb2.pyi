from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErasedCopies(_message.Message):
    __slots__ = ["named", "receipt", "user_number"]
    NAMED_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    named: _containers.RepeatedCompositeFieldContainer[RecordRun]
    receipt: bytes
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., receipt: _Optional[bytes] = ..., named: _Optional[_Iterable[_Union[RecordRun, _Mapping]]] = ...) -> None: ...

class MergeIn(_message.Message):
    __slots__ = ["depth", "names", "other", "records", "replaced", "returned", "survivor_id", "user_id", "user_number"]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    depth: int
    names: MovedNames
    other: OtherPart
    records: int
    replaced: _containers.RepeatedCompositeFieldContainer[RecordRun]
    returned: bool
    survivor_id: str
    user_id: str
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., user_id: _Optional[str] = ..., records: _Optional[int] = ..., names: _Optional[_Union[MovedNames, _Mapping]] = ..., replaced: _Optional[_Iterable[_Union[RecordRun, _Mapping]]] = ..., returned: bool = ..., depth: _Optional[int] = ..., survivor_id: _Optional[str] = ..., other: _Optional[_Union[OtherPart, _Mapping]] = ...) -> None: ...

class MergeOut(_message.Message):
    __slots__ = ["anonymous", "lists", "other", "survivor_id", "user_id", "user_number"]
    ANONYMOUS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    anonymous: bool
    lists: _containers.RepeatedScalarFieldContainer[str]
    other: OtherPart
    survivor_id: str
    user_id: str
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., user_id: _Optional[str] = ..., survivor_id: _Optional[str] = ..., lists: _Optional[_Iterable[str]] = ..., other: _Optional[_Union[OtherPart, _Mapping]] = ..., anonymous: bool = ...) -> None: ...

class MergeUndone(_message.Message):
    __slots__ = ["moved", "names", "other", "user_id", "user_number"]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    moved: _containers.RepeatedCompositeFieldContainer[RecordRun]
    names: MovedNames
    other: OtherPart
    user_id: str
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., user_id: _Optional[str] = ..., moved: _Optional[_Iterable[_Union[RecordRun, _Mapping]]] = ..., names: _Optional[_Union[MovedNames, _Mapping]] = ..., other: _Optional[_Union[OtherPart, _Mapping]] = ...) -> None: ...

class MovedNames(_message.Message):
    __slots__ = ["events", "lists", "properties"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedScalarFieldContainer[str]
    lists: _containers.RepeatedScalarFieldContainer[str]
    properties: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, events: _Optional[_Iterable[str]] = ..., properties: _Optional[_Iterable[str]] = ..., lists: _Optional[_Iterable[str]] = ...) -> None: ...

class Origin(_message.Message):
    __slots__ = ["log_time_ms", "offset", "partition", "user_id"]
    LOG_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    log_time_ms: int
    offset: int
    partition: int
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., partition: _Optional[int] = ..., offset: _Optional[int] = ..., log_time_ms: _Optional[int] = ...) -> None: ...

class OtherPart(_message.Message):
    __slots__ = ["offset", "partition"]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    offset: int
    partition: int
    def __init__(self, partition: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...

class RecordRun(_message.Message):
    __slots__ = ["count"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ..., **kwargs) -> None: ...

class UserKnown(_message.Message):
    __slots__ = ["since", "user_id", "user_number"]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    since: int
    user_id: str
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., user_id: _Optional[str] = ..., since: _Optional[int] = ...) -> None: ...
