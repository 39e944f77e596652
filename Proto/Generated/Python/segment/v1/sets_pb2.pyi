from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

CHANNEL_EMAIL: Channel
CHANNEL_IN_APP: Channel
CHANNEL_PUSH: Channel
CHANNEL_SMS: Channel
CHANNEL_STATE_NO_ADDRESS: ChannelState
CHANNEL_STATE_OPTED_OUT: ChannelState
CHANNEL_STATE_REACHABLE: ChannelState
CHANNEL_STATE_UNSPECIFIED: ChannelState
CHANNEL_UNSPECIFIED: Channel
CHANNEL_WEB_PUSH: Channel
CHANNEL_WHATS_APP: Channel
DESCRIPTOR: _descriptor.FileDescriptor

class InFeed(_message.Message):
    __slots__ = ["name", "revision"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: int
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class InList(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class InSegment(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class Known(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class ListDocument(_message.Message):
    __slots__ = ["created_at_ms", "created_by", "description", "name"]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    created_at_ms: int
    created_by: bytes
    description: str
    name: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., created_at_ms: _Optional[int] = ..., created_by: _Optional[bytes] = ...) -> None: ...

class Reachable(_message.Message):
    __slots__ = ["channel", "state"]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    channel: Channel
    state: ChannelState
    def __init__(self, channel: _Optional[_Union[Channel, str]] = ..., state: _Optional[_Union[ChannelState, str]] = ...) -> None: ...

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class ChannelState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
