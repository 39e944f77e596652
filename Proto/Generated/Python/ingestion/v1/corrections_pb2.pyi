from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from shoal.contract.rpc.v1 import rpc_pb2 as _rpc_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DropRejectedRequest(_message.Message):
    __slots__ = ["all", "ids", "reason"]
    ALL_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    all: bool
    ids: _containers.RepeatedScalarFieldContainer[int]
    reason: str
    def __init__(self, ids: _Optional[_Iterable[int]] = ..., reason: _Optional[str] = ..., all: bool = ...) -> None: ...

class DropRejectedResponse(_message.Message):
    __slots__ = ["dropped"]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    dropped: int
    def __init__(self, dropped: _Optional[int] = ...) -> None: ...

class EraseRequest(_message.Message):
    __slots__ = ["user_id"]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class EraseResponse(_message.Message):
    __slots__ = ["erased_at_ms", "positions", "receipt"]
    ERASED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    erased_at_ms: int
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    receipt: bytes
    def __init__(self, receipt: _Optional[bytes] = ..., erased_at_ms: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...

class ErasureReceipt(_message.Message):
    __slots__ = ["erased_at_ms", "offset", "partition", "receipt", "user_number", "witness"]
    ERASED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    erased_at_ms: int
    offset: int
    partition: int
    receipt: bytes
    user_number: int
    witness: int
    def __init__(self, receipt: _Optional[bytes] = ..., erased_at_ms: _Optional[int] = ..., partition: _Optional[int] = ..., offset: _Optional[int] = ..., user_number: _Optional[int] = ..., witness: _Optional[int] = ...) -> None: ...

class ErasuresRequest(_message.Message):
    __slots__ = ["cursor", "limit"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    limit: int
    def __init__(self, cursor: _Optional[bytes] = ..., limit: _Optional[int] = ...) -> None: ...

class ErasuresResponse(_message.Message):
    __slots__ = ["next_cursor", "receipts"]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    next_cursor: bytes
    receipts: _containers.RepeatedCompositeFieldContainer[ErasureReceipt]
    def __init__(self, receipts: _Optional[_Iterable[_Union[ErasureReceipt, _Mapping]]] = ..., next_cursor: _Optional[bytes] = ...) -> None: ...

class ExportUserRequest(_message.Message):
    __slots__ = ["cursor", "user_id"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., cursor: _Optional[bytes] = ...) -> None: ...

class ExportUserResponse(_message.Message):
    __slots__ = ["next_cursor", "records", "refused"]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    next_cursor: bytes
    records: _containers.RepeatedCompositeFieldContainer[_log_pb2.LogRecord]
    refused: _containers.RepeatedCompositeFieldContainer[RejectedRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[_log_pb2.LogRecord, _Mapping]]] = ..., next_cursor: _Optional[bytes] = ..., refused: _Optional[_Iterable[_Union[RejectedRecord, _Mapping]]] = ...) -> None: ...

class ImportSummary(_message.Message):
    __slots__ = ["events", "first_at_ms", "import_id", "last_at_ms", "last_line", "new_users", "profiles", "undone_at_ms"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_LINE_FIELD_NUMBER: _ClassVar[int]
    NEW_USERS_FIELD_NUMBER: _ClassVar[int]
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    UNDONE_AT_MS_FIELD_NUMBER: _ClassVar[int]
    events: int
    first_at_ms: int
    import_id: str
    last_at_ms: int
    last_line: int
    new_users: int
    profiles: int
    undone_at_ms: int
    def __init__(self, import_id: _Optional[str] = ..., events: _Optional[int] = ..., profiles: _Optional[int] = ..., new_users: _Optional[int] = ..., last_line: _Optional[int] = ..., first_at_ms: _Optional[int] = ..., last_at_ms: _Optional[int] = ..., undone_at_ms: _Optional[int] = ...) -> None: ...

class ImportsRequest(_message.Message):
    __slots__ = ["after", "limit"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after: str
    limit: int
    def __init__(self, after: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ImportsResponse(_message.Message):
    __slots__ = ["imports", "more"]
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    imports: _containers.RepeatedCompositeFieldContainer[ImportSummary]
    more: bool
    def __init__(self, imports: _Optional[_Iterable[_Union[ImportSummary, _Mapping]]] = ..., more: bool = ...) -> None: ...

class RejectedRecord(_message.Message):
    __slots__ = ["at_ms", "code", "field", "hint", "id", "import_id", "line", "message", "record", "retries"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    RETRIES_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    code: _rpc_pb2.StatusCode
    field: str
    hint: str
    id: int
    import_id: str
    line: int
    message: str
    record: bytes
    retries: int
    def __init__(self, id: _Optional[int] = ..., at_ms: _Optional[int] = ..., import_id: _Optional[str] = ..., line: _Optional[int] = ..., code: _Optional[_Union[_rpc_pb2.StatusCode, str]] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., hint: _Optional[str] = ..., record: _Optional[bytes] = ..., retries: _Optional[int] = ...) -> None: ...

class RejectedRequest(_message.Message):
    __slots__ = ["cursor", "limit", "reason"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    limit: int
    reason: str
    def __init__(self, cursor: _Optional[bytes] = ..., reason: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class RejectedResponse(_message.Message):
    __slots__ = ["dropped", "kept", "kept_bytes", "next_cursor", "records"]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    KEPT_BYTES_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    dropped: int
    kept: int
    kept_bytes: int
    next_cursor: bytes
    records: _containers.RepeatedCompositeFieldContainer[RejectedRecord]
    def __init__(self, next_cursor: _Optional[bytes] = ..., records: _Optional[_Iterable[_Union[RejectedRecord, _Mapping]]] = ..., kept: _Optional[int] = ..., kept_bytes: _Optional[int] = ..., dropped: _Optional[int] = ...) -> None: ...

class RetryRejectedRequest(_message.Message):
    __slots__ = ["cursor", "ids", "reason"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    cursor: bytes
    ids: _containers.RepeatedScalarFieldContainer[int]
    reason: str
    def __init__(self, cursor: _Optional[bytes] = ..., ids: _Optional[_Iterable[int]] = ..., reason: _Optional[str] = ...) -> None: ...

class RetryRejectedResponse(_message.Message):
    __slots__ = ["accepted", "duplicates", "next_cursor", "rejected"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    next_cursor: bytes
    rejected: int
    def __init__(self, next_cursor: _Optional[bytes] = ..., accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[int] = ...) -> None: ...

class UndoImportRequest(_message.Message):
    __slots__ = ["dry_run", "import_id"]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    import_id: str
    def __init__(self, import_id: _Optional[str] = ..., dry_run: bool = ...) -> None: ...

class UndoImportResponse(_message.Message):
    __slots__ = ["positions", "summary"]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    positions: _containers.RepeatedCompositeFieldContainer[_log_pb2.Position]
    summary: ImportSummary
    def __init__(self, summary: _Optional[_Union[ImportSummary, _Mapping]] = ..., positions: _Optional[_Iterable[_Union[_log_pb2.Position, _Mapping]]] = ...) -> None: ...
