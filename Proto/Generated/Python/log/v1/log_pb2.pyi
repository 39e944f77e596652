from shoal.contract.log.v1 import aside_pb2 as _aside_pb2
from shoal.contract.log.v1 import identity_pb2 as _identity_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
TIME_CORRECTION_CLAMPED: TimeCorrection
TIME_CORRECTION_SHIFTED: TimeCorrection
TIME_CORRECTION_UNSPECIFIED: TimeCorrection

class CatalogueChange(_message.Message):
    __slots__ = ["active_at_ms", "body", "kind", "name", "revision"]
    ACTIVE_AT_MS_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    active_at_ms: int
    body: bytes
    kind: str
    name: str
    revision: int
    def __init__(self, revision: _Optional[int] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., body: _Optional[bytes] = ..., active_at_ms: _Optional[int] = ...) -> None: ...

class Erasure(_message.Message):
    __slots__ = ["bucket", "further", "receipt", "user_number", "witness"]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    FURTHER_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    bucket: int
    further: bool
    receipt: bytes
    user_number: int
    witness: int
    def __init__(self, user_number: _Optional[int] = ..., receipt: _Optional[bytes] = ..., witness: _Optional[int] = ..., bucket: _Optional[int] = ..., further: bool = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ["at_ms", "client_at_ms", "client_sequence", "correction", "event_id", "history", "name", "properties", "received_at_ms", "user_number"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    client_at_ms: int
    client_sequence: int
    correction: TimeCorrection
    event_id: str
    history: bool
    name: str
    properties: _containers.RepeatedCompositeFieldContainer[Property]
    received_at_ms: int
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., name: _Optional[str] = ..., at_ms: _Optional[int] = ..., received_at_ms: _Optional[int] = ..., event_id: _Optional[str] = ..., client_sequence: _Optional[int] = ..., properties: _Optional[_Iterable[_Union[Property, _Mapping]]] = ..., history: bool = ..., correction: _Optional[_Union[TimeCorrection, str]] = ..., client_at_ms: _Optional[int] = ...) -> None: ...

class ImportUndone(_message.Message):
    __slots__ = ["import_id"]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    def __init__(self, import_id: _Optional[str] = ...) -> None: ...

class ListChange(_message.Message):
    __slots__ = ["at_ms", "list", "listed", "user_number"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    LISTED_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    list: str
    listed: bool
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., list: _Optional[str] = ..., listed: bool = ..., at_ms: _Optional[int] = ...) -> None: ...

class LogRecord(_message.Message):
    __slots__ = ["aside", "catalogue", "erased_copies", "erasure", "event", "import_id", "import_line", "import_undone", "left_out", "list_change", "log_time_ms", "merge_in", "merge_out", "merge_undone", "new_user", "offset", "origin", "profile", "project", "stub", "tenure", "user_known"]
    ASIDE_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    ERASED_COPIES_FIELD_NUMBER: _ClassVar[int]
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    IMPORT_LINE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_UNDONE_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    LIST_CHANGE_FIELD_NUMBER: _ClassVar[int]
    LOG_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    MERGE_IN_FIELD_NUMBER: _ClassVar[int]
    MERGE_OUT_FIELD_NUMBER: _ClassVar[int]
    MERGE_UNDONE_FIELD_NUMBER: _ClassVar[int]
    NEW_USER_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    STUB_FIELD_NUMBER: _ClassVar[int]
    TENURE_FIELD_NUMBER: _ClassVar[int]
    USER_KNOWN_FIELD_NUMBER: _ClassVar[int]
    aside: _aside_pb2.Aside
    catalogue: CatalogueChange
    erased_copies: _identity_pb2.ErasedCopies
    erasure: Erasure
    event: Event
    import_id: str
    import_line: int
    import_undone: ImportUndone
    left_out: _aside_pb2.LeftOut
    list_change: ListChange
    log_time_ms: int
    merge_in: _identity_pb2.MergeIn
    merge_out: _identity_pb2.MergeOut
    merge_undone: _identity_pb2.MergeUndone
    new_user: NewUser
    offset: int
    origin: _identity_pb2.Origin
    profile: ProfileChange
    project: str
    stub: Stub
    tenure: Tenure
    user_known: _identity_pb2.UserKnown
    def __init__(self, offset: _Optional[int] = ..., log_time_ms: _Optional[int] = ..., project: _Optional[str] = ..., new_user: _Optional[_Union[NewUser, _Mapping]] = ..., event: _Optional[_Union[Event, _Mapping]] = ..., profile: _Optional[_Union[ProfileChange, _Mapping]] = ..., catalogue: _Optional[_Union[CatalogueChange, _Mapping]] = ..., tenure: _Optional[_Union[Tenure, _Mapping]] = ..., import_undone: _Optional[_Union[ImportUndone, _Mapping]] = ..., list_change: _Optional[_Union[ListChange, _Mapping]] = ..., merge_out: _Optional[_Union[_identity_pb2.MergeOut, _Mapping]] = ..., merge_in: _Optional[_Union[_identity_pb2.MergeIn, _Mapping]] = ..., merge_undone: _Optional[_Union[_identity_pb2.MergeUndone, _Mapping]] = ..., erasure: _Optional[_Union[Erasure, _Mapping]] = ..., stub: _Optional[_Union[Stub, _Mapping]] = ..., erased_copies: _Optional[_Union[_identity_pb2.ErasedCopies, _Mapping]] = ..., aside: _Optional[_Union[_aside_pb2.Aside, _Mapping]] = ..., left_out: _Optional[_Union[_aside_pb2.LeftOut, _Mapping]] = ..., user_known: _Optional[_Union[_identity_pb2.UserKnown, _Mapping]] = ..., import_id: _Optional[str] = ..., import_line: _Optional[int] = ..., origin: _Optional[_Union[_identity_pb2.Origin, _Mapping]] = ...) -> None: ...

class NewUser(_message.Message):
    __slots__ = ["anonymous", "number", "user_id"]
    ANONYMOUS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    anonymous: bool
    number: int
    user_id: str
    def __init__(self, number: _Optional[int] = ..., user_id: _Optional[str] = ..., anonymous: bool = ...) -> None: ...

class PlainValue(_message.Message):
    __slots__ = ["decimal_e4", "flag", "instant_ms", "integer", "number", "text"]
    DECIMAL_E4_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    INSTANT_MS_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    decimal_e4: int
    flag: bool
    instant_ms: int
    integer: int
    number: float
    text: str
    def __init__(self, text: _Optional[str] = ..., number: _Optional[float] = ..., integer: _Optional[int] = ..., decimal_e4: _Optional[int] = ..., flag: bool = ..., instant_ms: _Optional[int] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ["left_out", "next_offset", "partition", "state_epoch", "watermark_ms"]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    NEXT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    STATE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_MS_FIELD_NUMBER: _ClassVar[int]
    left_out: int
    next_offset: int
    partition: int
    state_epoch: int
    watermark_ms: int
    def __init__(self, partition: _Optional[int] = ..., next_offset: _Optional[int] = ..., watermark_ms: _Optional[int] = ..., state_epoch: _Optional[int] = ..., left_out: _Optional[int] = ...) -> None: ...

class ProfileChange(_message.Message):
    __slots__ = ["at_ms", "received_at_ms", "set", "unset", "user_number"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    UNSET_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    received_at_ms: int
    set: _containers.RepeatedCompositeFieldContainer[Property]
    unset: _containers.RepeatedScalarFieldContainer[str]
    user_number: int
    def __init__(self, user_number: _Optional[int] = ..., at_ms: _Optional[int] = ..., set: _Optional[_Iterable[_Union[Property, _Mapping]]] = ..., unset: _Optional[_Iterable[str]] = ..., received_at_ms: _Optional[int] = ...) -> None: ...

class Property(_message.Message):
    __slots__ = ["name", "value"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: Value
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...

class Stub(_message.Message):
    __slots__ = ["event", "restored", "rewriting"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FIELD_NUMBER: _ClassVar[int]
    REWRITING_FIELD_NUMBER: _ClassVar[int]
    event: bool
    restored: bool
    rewriting: int
    def __init__(self, rewriting: _Optional[int] = ..., event: bool = ..., restored: bool = ...) -> None: ...

class Tenure(_message.Message):
    __slots__ = ["epoch", "instance"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    instance: bytes
    def __init__(self, epoch: _Optional[int] = ..., instance: _Optional[bytes] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ["decimal_e4", "flag", "instant_ms", "integer", "list", "number", "text", "version"]
    DECIMAL_E4_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    INSTANT_MS_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    decimal_e4: int
    flag: bool
    instant_ms: int
    integer: int
    list: ValueList
    number: float
    text: str
    version: str
    def __init__(self, text: _Optional[str] = ..., number: _Optional[float] = ..., integer: _Optional[int] = ..., decimal_e4: _Optional[int] = ..., flag: bool = ..., instant_ms: _Optional[int] = ..., list: _Optional[_Union[ValueList, _Mapping]] = ..., version: _Optional[str] = ...) -> None: ...

class ValueList(_message.Message):
    __slots__ = ["values"]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[PlainValue]
    def __init__(self, values: _Optional[_Iterable[_Union[PlainValue, _Mapping]]] = ...) -> None: ...

class TimeCorrection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
