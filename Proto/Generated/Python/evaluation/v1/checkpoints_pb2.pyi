from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CheckpointFile(_message.Message):
    __slots__ = ["fingerprint", "name", "project"]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    fingerprint: int
    name: str
    project: str
    def __init__(self, project: _Optional[str] = ..., name: _Optional[str] = ..., fingerprint: _Optional[int] = ...) -> None: ...

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

class NewestRequest(_message.Message):
    __slots__ = ["partition"]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    partition: int
    def __init__(self, partition: _Optional[int] = ...) -> None: ...

class NewestResponse(_message.Message):
    __slots__ = ["crc32c", "files", "sealed_to"]
    CRC32C_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    SEALED_TO_FIELD_NUMBER: _ClassVar[int]
    crc32c: int
    files: _containers.RepeatedCompositeFieldContainer[CheckpointFile]
    sealed_to: int
    def __init__(self, sealed_to: _Optional[int] = ..., files: _Optional[_Iterable[_Union[CheckpointFile, _Mapping]]] = ..., crc32c: _Optional[int] = ...) -> None: ...

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
