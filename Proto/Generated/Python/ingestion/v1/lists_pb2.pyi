from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
LIST_OPERATION_ADD: ListOperation
LIST_OPERATION_REMOVE: ListOperation
LIST_OPERATION_REPLACE: ListOperation
LIST_OPERATION_UNSPECIFIED: ListOperation

class ChangeListRequest(_message.Message):
    __slots__ = ["list", "operation", "user_ids"]
    LIST_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    list: str
    operation: ListOperation
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, list: _Optional[str] = ..., operation: _Optional[_Union[ListOperation, str]] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ChangeListResponse(_message.Message):
    __slots__ = ["added", "new_users", "positions", "removed", "unchanged"]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    NEW_USERS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    added: int
    new_users: int
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    removed: int
    unchanged: int
    def __init__(self, added: _Optional[int] = ..., removed: _Optional[int] = ..., unchanged: _Optional[int] = ..., new_users: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class ListOperation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
