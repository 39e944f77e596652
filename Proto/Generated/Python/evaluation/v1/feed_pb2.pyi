from shoal.contract.log.v1 import log_pb2 as _log_pb2
from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
MEMBERSHIP_CAUSE_CORRECTION: MembershipCause
MEMBERSHIP_CAUSE_DEFINITION: MembershipCause
MEMBERSHIP_CAUSE_RECORD: MembershipCause
MEMBERSHIP_CAUSE_TIMER: MembershipCause
MEMBERSHIP_CAUSE_UNSPECIFIED: MembershipCause
MEMBERSHIP_KIND_CORRECTED: MembershipKind
MEMBERSHIP_KIND_ENTERED: MembershipKind
MEMBERSHIP_KIND_ERASED: MembershipKind
MEMBERSHIP_KIND_LEFT: MembershipKind
MEMBERSHIP_KIND_RETRACTED: MembershipKind
MEMBERSHIP_KIND_UNSPECIFIED: MembershipKind

class ChangesRequest(_message.Message):
    __slots__ = ["cursors", "forwarded", "limit", "segment", "wait_ms"]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    FORWARDED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    cursors: _containers.RepeatedCompositeFieldContainer[FeedCursor]
    forwarded: bool
    limit: int
    segment: str
    wait_ms: int
    def __init__(self, segment: _Optional[str] = ..., cursors: _Optional[_Iterable[_Union[FeedCursor, _Mapping]]] = ..., wait_ms: _Optional[int] = ..., limit: _Optional[int] = ..., forwarded: bool = ...) -> None: ...

class ChangesResponse(_message.Message):
    __slots__ = ["partitions", "unavailable"]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    partitions: _containers.RepeatedCompositeFieldContainer[PartitionChanges]
    unavailable: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, partitions: _Optional[_Iterable[_Union[PartitionChanges, _Mapping]]] = ..., unavailable: _Optional[_Iterable[int]] = ...) -> None: ...

class FeedCursor(_message.Message):
    __slots__ = ["epoch", "generation", "partition", "sequence", "version"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    generation: int
    partition: int
    sequence: int
    version: int
    def __init__(self, partition: _Optional[int] = ..., version: _Optional[int] = ..., generation: _Optional[int] = ..., sequence: _Optional[int] = ..., epoch: _Optional[int] = ...) -> None: ...

class MembershipChange(_message.Message):
    __slots__ = ["at_ms", "cause", "flagged", "kind", "log_time_ms", "member", "occurrence", "position", "sequence", "user_id", "user_number"]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FLAGGED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LOG_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    cause: MembershipCause
    flagged: bool
    kind: MembershipKind
    log_time_ms: int
    member: bool
    occurrence: int
    position: int
    sequence: int
    user_id: str
    user_number: int
    def __init__(self, sequence: _Optional[int] = ..., user_id: _Optional[str] = ..., kind: _Optional[_Union[MembershipKind, str]] = ..., at_ms: _Optional[int] = ..., cause: _Optional[_Union[MembershipCause, str]] = ..., position: _Optional[int] = ..., log_time_ms: _Optional[int] = ..., member: bool = ..., occurrence: _Optional[int] = ..., user_number: _Optional[int] = ..., flagged: bool = ...) -> None: ...

class PartitionChanges(_message.Message):
    __slots__ = ["changes", "cursor", "members", "next", "next_version", "position", "stale", "state_hash"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    NEXT_VERSION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    STATE_HASH_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[MembershipChange]
    cursor: FeedCursor
    members: int
    next: FeedCursor
    next_version: int
    position: _log_pb2.Position
    stale: bool
    state_hash: int
    def __init__(self, cursor: _Optional[_Union[FeedCursor, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[MembershipChange, _Mapping]]] = ..., stale: bool = ..., state_hash: _Optional[int] = ..., members: _Optional[int] = ..., position: _Optional[_Union[_log_pb2.Position, _Mapping]] = ..., next_version: _Optional[int] = ..., next: _Optional[_Union[FeedCursor, _Mapping]] = ...) -> None: ...

class SnapshotRequest(_message.Message):
    __slots__ = ["epoch", "forwarded", "limit", "partition", "segment", "snapshot"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    FORWARDED_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    forwarded: bool
    limit: int
    partition: int
    segment: str
    snapshot: int
    def __init__(self, segment: _Optional[str] = ..., partition: _Optional[int] = ..., snapshot: _Optional[int] = ..., limit: _Optional[int] = ..., forwarded: bool = ..., epoch: _Optional[int] = ..., **kwargs) -> None: ...

class SnapshotResponse(_message.Message):
    __slots__ = ["cursor", "members", "next", "numbers", "position", "snapshot", "state_hash", "users"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    STATE_HASH_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    cursor: FeedCursor
    members: int
    next: int
    numbers: _containers.RepeatedScalarFieldContainer[int]
    position: _log_pb2.Position
    snapshot: int
    state_hash: int
    users: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cursor: _Optional[_Union[FeedCursor, _Mapping]] = ..., users: _Optional[_Iterable[str]] = ..., snapshot: _Optional[int] = ..., next: _Optional[int] = ..., members: _Optional[int] = ..., state_hash: _Optional[int] = ..., position: _Optional[_Union[_log_pb2.Position, _Mapping]] = ..., numbers: _Optional[_Iterable[int]] = ...) -> None: ...

class MembershipKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class MembershipCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
