from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BackupPiece(_message.Message):
    __slots__ = ["data", "file_bytes", "offset", "path"]
    DATA_FIELD_NUMBER: _ClassVar[int]
    FILE_BYTES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    file_bytes: int
    offset: int
    path: str
    def __init__(self, path: _Optional[str] = ..., file_bytes: _Optional[int] = ..., offset: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class BackupProject(_message.Message):
    __slots__ = ["catalogue_revision", "name"]
    CATALOGUE_REVISION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    catalogue_revision: int
    name: str
    def __init__(self, name: _Optional[str] = ..., catalogue_revision: _Optional[int] = ...) -> None: ...

class BackupRequest(_message.Message):
    __slots__ = ["copy_id", "end", "file", "max_bytes", "offset"]
    COPY_ID_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    copy_id: bytes
    end: bool
    file: int
    max_bytes: int
    offset: int
    def __init__(self, copy_id: _Optional[bytes] = ..., file: _Optional[int] = ..., offset: _Optional[int] = ..., max_bytes: _Optional[int] = ..., end: bool = ...) -> None: ...

class BackupResponse(_message.Message):
    __slots__ = ["more", "next_file", "next_offset", "pieces", "summary"]
    MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FILE_FIELD_NUMBER: _ClassVar[int]
    NEXT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    more: bool
    next_file: int
    next_offset: int
    pieces: _containers.RepeatedCompositeFieldContainer[BackupPiece]
    summary: BackupSummary
    def __init__(self, summary: _Optional[_Union[BackupSummary, _Mapping]] = ..., pieces: _Optional[_Iterable[_Union[BackupPiece, _Mapping]]] = ..., more: bool = ..., next_file: _Optional[int] = ..., next_offset: _Optional[int] = ...) -> None: ...

class BackupSummary(_message.Message):
    __slots__ = ["files", "instance_id", "positions", "projects", "service", "taken_at_ms", "total_bytes", "version"]
    FILES_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_AT_MS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    files: int
    instance_id: bytes
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    projects: _containers.RepeatedCompositeFieldContainer[BackupProject]
    service: str
    taken_at_ms: int
    total_bytes: int
    version: str
    def __init__(self, service: _Optional[str] = ..., version: _Optional[str] = ..., instance_id: _Optional[bytes] = ..., taken_at_ms: _Optional[int] = ..., files: _Optional[int] = ..., total_bytes: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ..., projects: _Optional[_Iterable[_Union[BackupProject, _Mapping]]] = ...) -> None: ...
