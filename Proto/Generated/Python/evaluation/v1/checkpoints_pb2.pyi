from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
KEPT_FAMILY_FEED: KeptFamily
KEPT_FAMILY_LIVE: KeptFamily
KEPT_FAMILY_UNSPECIFIED: KeptFamily

class CheckpointFile(_message.Message):
    __slots__ = ["fingerprint", "name", "project"]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    fingerprint: int
    name: str
    project: str
    def __init__(self, project: _Optional[str] = ..., name: _Optional[str] = ..., fingerprint: _Optional[int] = ...) -> None: ...

class CheckpointGone(_message.Message):
    __slots__ = ["project", "steps"]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    project: str
    steps: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, project: _Optional[str] = ..., steps: _Optional[_Iterable[int]] = ...) -> None: ...

class CheckpointImport(_message.Message):
    __slots__ = ["import_id", "project", "runs", "undone"]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    UNDONE_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    project: str
    runs: _containers.RepeatedScalarFieldContainer[int]
    undone: bool
    def __init__(self, project: _Optional[str] = ..., import_id: _Optional[str] = ..., undone: bool = ..., runs: _Optional[_Iterable[int]] = ...) -> None: ...

class CheckpointLeftOut(_message.Message):
    __slots__ = ["offset", "project", "user_number"]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    offset: int
    project: str
    user_number: int
    def __init__(self, project: _Optional[str] = ..., offset: _Optional[int] = ..., user_number: _Optional[int] = ...) -> None: ...

class KeptChangesRequest(_message.Message):
    __slots__ = ["project", "revision"]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    project: str
    revision: int
    def __init__(self, project: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class KeptChangesResponse(_message.Message):
    __slots__ = ["changes"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[ProjectChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[ProjectChange, _Mapping]]] = ...) -> None: ...

class KeptRow(_message.Message):
    __slots__ = ["key", "value"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    value: bytes
    def __init__(self, key: _Optional[bytes] = ..., value: _Optional[bytes] = ...) -> None: ...

class KeptRowsRequest(_message.Message):
    __slots__ = ["after", "family", "partition"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    after: bytes
    family: KeptFamily
    partition: int
    def __init__(self, partition: _Optional[int] = ..., family: _Optional[_Union[KeptFamily, str]] = ..., after: _Optional[bytes] = ...) -> None: ...

class KeptRowsResponse(_message.Message):
    __slots__ = ["crc32c", "place", "rows"]
    CRC32C_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    crc32c: int
    place: bytes
    rows: _containers.RepeatedCompositeFieldContainer[KeptRow]
    def __init__(self, place: _Optional[bytes] = ..., rows: _Optional[_Iterable[_Union[KeptRow, _Mapping]]] = ..., crc32c: _Optional[int] = ...) -> None: ...

class NewestRequest(_message.Message):
    __slots__ = ["partition"]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    partition: int
    def __init__(self, partition: _Optional[int] = ...) -> None: ...

class NewestResponse(_message.Message):
    __slots__ = ["crc32c", "files", "gone", "imports", "left_out", "rewritings", "sealed_to"]
    CRC32C_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    REWRITINGS_FIELD_NUMBER: _ClassVar[int]
    SEALED_TO_FIELD_NUMBER: _ClassVar[int]
    crc32c: int
    files: _containers.RepeatedCompositeFieldContainer[CheckpointFile]
    gone: _containers.RepeatedCompositeFieldContainer[CheckpointGone]
    imports: _containers.RepeatedCompositeFieldContainer[CheckpointImport]
    left_out: _containers.RepeatedCompositeFieldContainer[CheckpointLeftOut]
    rewritings: int
    sealed_to: int
    def __init__(self, sealed_to: _Optional[int] = ..., files: _Optional[_Iterable[_Union[CheckpointFile, _Mapping]]] = ..., crc32c: _Optional[int] = ..., imports: _Optional[_Iterable[_Union[CheckpointImport, _Mapping]]] = ..., gone: _Optional[_Iterable[_Union[CheckpointGone, _Mapping]]] = ..., rewritings: _Optional[int] = ..., left_out: _Optional[_Iterable[_Union[CheckpointLeftOut, _Mapping]]] = ...) -> None: ...

class PieceRequest(_message.Message):
    __slots__ = ["max_bytes", "name", "offset", "partition", "project"]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    max_bytes: int
    name: str
    offset: int
    partition: int
    project: str
    def __init__(self, partition: _Optional[int] = ..., project: _Optional[str] = ..., name: _Optional[str] = ..., offset: _Optional[int] = ..., max_bytes: _Optional[int] = ...) -> None: ...

class PieceResponse(_message.Message):
    __slots__ = ["crc32c", "piece"]
    CRC32C_FIELD_NUMBER: _ClassVar[int]
    PIECE_FIELD_NUMBER: _ClassVar[int]
    crc32c: int
    piece: bytes
    def __init__(self, piece: _Optional[bytes] = ..., crc32c: _Optional[int] = ...) -> None: ...

class ProjectChange(_message.Message):
    __slots__ = ["change", "project"]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    change: _log_pb2.CatalogueChange
    project: str
    def __init__(self, project: _Optional[str] = ..., change: _Optional[_Union[_log_pb2.CatalogueChange, _Mapping]] = ...) -> None: ...

class KeptFamily(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
