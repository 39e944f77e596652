from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AliasRequest(_message.Message):
    __slots__ = ["from_id", "to_id"]
    FROM_ID_FIELD_NUMBER: _ClassVar[int]
    TO_ID_FIELD_NUMBER: _ClassVar[int]
    from_id: str
    to_id: str
    def __init__(self, from_id: _Optional[str] = ..., to_id: _Optional[str] = ...) -> None: ...

class AliasResponse(_message.Message):
    __slots__ = ["merged"]
    MERGED_FIELD_NUMBER: _ClassVar[int]
    merged: Merged
    def __init__(self, merged: _Optional[_Union[Merged, _Mapping]] = ...) -> None: ...

class IdentifyRequest(_message.Message):
    __slots__ = ["anonymous_id", "user_id"]
    ANONYMOUS_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    anonymous_id: str
    user_id: str
    def __init__(self, anonymous_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class IdentifyResponse(_message.Message):
    __slots__ = ["merged"]
    MERGED_FIELD_NUMBER: _ClassVar[int]
    merged: Merged
    def __init__(self, merged: _Optional[_Union[Merged, _Mapping]] = ...) -> None: ...

class Merged(_message.Message):
    __slots__ = ["before", "positions", "records", "user_id"]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    before: bool
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    records: int
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., records: _Optional[int] = ..., before: bool = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class ResolveRequest(_message.Message):
    __slots__ = ["user_id"]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ResolveResponse(_message.Message):
    __slots__ = ["known", "user_id"]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    known: bool
    user_id: str
    def __init__(self, known: bool = ..., user_id: _Optional[str] = ...) -> None: ...

class UnmergeRequest(_message.Message):
    __slots__ = ["user_id"]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class UnmergeResponse(_message.Message):
    __slots__ = ["from_id", "positions", "records"]
    FROM_ID_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    from_id: str
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    records: int
    def __init__(self, from_id: _Optional[str] = ..., records: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...
