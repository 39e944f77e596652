from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ChangesRequest(_message.Message):
    __slots__ = ["after_sequence", "segment"]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    segment: str
    def __init__(self, segment: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class ChangesResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class SnapshotRequest(_message.Message):
    __slots__ = ["segment"]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: str
    def __init__(self, segment: _Optional[str] = ...) -> None: ...

class SnapshotResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...
