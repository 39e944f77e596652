from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ActivityCount(_message.Message):
    __slots__ = ["entered", "from_ms", "left", "retracted"]
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    RETRACTED_FIELD_NUMBER: _ClassVar[int]
    entered: int
    from_ms: int
    left: int
    retracted: int
    def __init__(self, from_ms: _Optional[int] = ..., entered: _Optional[int] = ..., left: _Optional[int] = ..., retracted: _Optional[int] = ...) -> None: ...
