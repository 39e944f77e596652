from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AddToListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AddToListResponse(_message.Message):
    __slots__ = ["changed"]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: ListChanged
    def __init__(self, changed: _Optional[_Union[ListChanged, _Mapping]] = ...) -> None: ...

class CreateListRequest(_message.Message):
    __slots__ = ["description", "name", "user_ids"]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    description: str
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ..., description: _Optional[str] = ...) -> None: ...

class CreateListResponse(_message.Message):
    __slots__ = ["changed", "list"]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    changed: ListChanged
    list: UserList
    def __init__(self, list: _Optional[_Union[UserList, _Mapping]] = ..., changed: _Optional[_Union[ListChanged, _Mapping]] = ...) -> None: ...

class GetListRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetListResponse(_message.Message):
    __slots__ = ["exactness", "list"]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    exactness: _answers_pb2.Exactness
    list: UserList
    def __init__(self, list: _Optional[_Union[UserList, _Mapping]] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ...) -> None: ...

class ListChanged(_message.Message):
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

class ListListsRequest(_message.Message):
    __slots__ = ["after_name", "limit"]
    AFTER_NAME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after_name: str
    limit: int
    def __init__(self, after_name: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ListListsResponse(_message.Message):
    __slots__ = ["lists", "more"]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[UserList]
    more: bool
    def __init__(self, lists: _Optional[_Iterable[_Union[UserList, _Mapping]]] = ..., more: bool = ...) -> None: ...

class RemoveFromListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveFromListResponse(_message.Message):
    __slots__ = ["changed"]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: ListChanged
    def __init__(self, changed: _Optional[_Union[ListChanged, _Mapping]] = ...) -> None: ...

class ReplaceListRequest(_message.Message):
    __slots__ = ["name", "user_ids"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReplaceListResponse(_message.Message):
    __slots__ = ["changed"]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: ListChanged
    def __init__(self, changed: _Optional[_Union[ListChanged, _Mapping]] = ...) -> None: ...

class UserList(_message.Message):
    __slots__ = ["created_at_ms", "description", "name", "users"]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    created_at_ms: int
    description: str
    name: str
    users: int
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., created_at_ms: _Optional[int] = ..., users: _Optional[int] = ...) -> None: ...
