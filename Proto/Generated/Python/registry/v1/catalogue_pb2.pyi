from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeleteRequest(_message.Message):
    __slots__ = ["expected_revision", "kind", "name"]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    expected_revision: int
    kind: str
    name: str
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class DeleteResponse(_message.Message):
    __slots__ = ["revision"]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ["body", "changed_at_ms", "kind", "name", "project", "revision"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    changed_at_ms: int
    kind: str
    name: str
    project: str
    revision: int
    def __init__(self, project: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., revision: _Optional[int] = ..., body: _Optional[bytes] = ..., changed_at_ms: _Optional[int] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ["kind", "name"]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    name: str
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class GetResponse(_message.Message):
    __slots__ = ["document"]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class HistoryRequest(_message.Message):
    __slots__ = ["after_revision", "kind", "limit", "name"]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    kind: str
    limit: int
    name: str
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., after_revision: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class HistoryResponse(_message.Message):
    __slots__ = ["documents"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    def __init__(self, documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ["after_revision", "every_change", "kind", "limit"]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    EVERY_CHANGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    every_change: bool
    kind: str
    limit: int
    def __init__(self, kind: _Optional[str] = ..., after_revision: _Optional[int] = ..., limit: _Optional[int] = ..., every_change: bool = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ["documents", "more", "revision"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    more: bool
    revision: int
    def __init__(self, documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., more: bool = ..., revision: _Optional[int] = ...) -> None: ...

class PutRequest(_message.Message):
    __slots__ = ["body", "expected_revision", "kind", "name", "on_behalf_of"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ON_BEHALF_OF_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    expected_revision: int
    kind: str
    name: str
    on_behalf_of: str
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., body: _Optional[bytes] = ..., expected_revision: _Optional[int] = ..., on_behalf_of: _Optional[str] = ...) -> None: ...

class PutResponse(_message.Message):
    __slots__ = ["document"]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class WatchCatalogueRequest(_message.Message):
    __slots__ = ["after_revision", "limit", "wait_ms"]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    limit: int
    wait_ms: int
    def __init__(self, after_revision: _Optional[int] = ..., wait_ms: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class WatchCatalogueResponse(_message.Message):
    __slots__ = ["documents", "revision"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    revision: int
    def __init__(self, documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., revision: _Optional[int] = ...) -> None: ...
