from shoal.contract.log.v1 import identity_pb2 as _identity_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Aside(_message.Message):
    __slots__ = ["attempts", "by", "names", "offset", "reason", "retried", "set_aside_at_ms", "taken_in_at_ms", "user_number"]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRIED_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_AT_MS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_IN_AT_MS_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    by: str
    names: _identity_pb2.MovedNames
    offset: int
    reason: str
    retried: bool
    set_aside_at_ms: int
    taken_in_at_ms: int
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., offset: _Optional[int] = ..., names: _Optional[_Union[_identity_pb2.MovedNames, _Mapping]] = ..., attempts: _Optional[int] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., retried: bool = ..., taken_in_at_ms: _Optional[int] = ..., set_aside_at_ms: _Optional[int] = ...) -> None: ...

class LeftOut(_message.Message):
    __slots__ = ["user_number"]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    user_number: int
    def __init__(self, user_number: _Optional[int] = ...) -> None: ...
