from shoal.contract.evaluation.v1 import answers_pb2 as _answers_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.segment.v1 import sets_pb2 as _sets_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChannelReach(_message.Message):
    __slots__ = ["address_property", "channel", "no_address", "opted_out", "reachable"]
    ADDRESS_PROPERTY_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    NO_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    OPTED_OUT_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    address_property: str
    channel: _sets_pb2.Channel
    no_address: int
    opted_out: int
    reachable: int
    def __init__(self, channel: _Optional[_Union[_sets_pb2.Channel, str]] = ..., reachable: _Optional[int] = ..., no_address: _Optional[int] = ..., opted_out: _Optional[int] = ..., address_property: _Optional[str] = ...) -> None: ...

class ReachabilityRequest(_message.Message):
    __slots__ = ["at_ms", "freshness", "subject"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    freshness: _answers_pb2.Freshness
    subject: _answers_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_answers_pb2.Subject, _Mapping]] = ..., at_ms: _Optional[int] = ..., freshness: _Optional[_Union[_answers_pb2.Freshness, str]] = ...) -> None: ...

class ReachabilityResponse(_message.Message):
    __slots__ = ["channels", "exactness", "opt_out_property", "took_us", "users"]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    EXACTNESS_FIELD_NUMBER: _ClassVar[int]
    OPT_OUT_PROPERTY_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedCompositeFieldContainer[ChannelReach]
    exactness: _answers_pb2.Exactness
    opt_out_property: str
    took_us: int
    users: int
    def __init__(self, users: _Optional[int] = ..., channels: _Optional[_Iterable[_Union[ChannelReach, _Mapping]]] = ..., opt_out_property: _Optional[str] = ..., exactness: _Optional[_Union[_answers_pb2.Exactness, _Mapping]] = ..., took_us: _Optional[int] = ...) -> None: ...
