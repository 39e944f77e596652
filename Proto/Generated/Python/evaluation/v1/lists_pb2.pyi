from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class AddToListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AddToListResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class CreateListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateListResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class GetListRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetListResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class ListListsRequest(_message.Message):
    __slots__ = ["after_name"]
    AFTER_NAME_FIELD_NUMBER: _ClassVar[int]
    after_name: str
    def __init__(self, after_name: _Optional[str] = ...) -> None: ...

class ListListsResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class RemoveFromListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveFromListResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class ReplaceListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReplaceListResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...
