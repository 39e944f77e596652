from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class DescribeResponse(_message.Message):
    __slots__ = ["descriptor_set", "services"]
    DESCRIPTOR_SET_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    descriptor_set: bytes
    services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, descriptor_set: _Optional[bytes] = ..., services: _Optional[_Iterable[str]] = ...) -> None: ...
