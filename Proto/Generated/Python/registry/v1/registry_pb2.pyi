from shoal.contract.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
INSTANCE_STATE_DRAINING: InstanceState
INSTANCE_STATE_LIVE: InstanceState
INSTANCE_STATE_LOST: InstanceState
INSTANCE_STATE_UNSPECIFIED: InstanceState
SERVICE_KIND_ANALYTICS: ServiceKind
SERVICE_KIND_ENGAGEMENT: ServiceKind
SERVICE_KIND_EVALUATOR: ServiceKind
SERVICE_KIND_INGESTION: ServiceKind
SERVICE_KIND_REGISTRY: ServiceKind
SERVICE_KIND_UNSPECIFIED: ServiceKind

class Assignment(_message.Message):
    __slots__ = ["epoch", "instance_id", "kind", "partition", "standby_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    STANDBY_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    instance_id: bytes
    kind: ServiceKind
    partition: int
    standby_id: bytes
    def __init__(self, partition: _Optional[int] = ..., kind: _Optional[_Union[ServiceKind, str]] = ..., instance_id: _Optional[bytes] = ..., epoch: _Optional[int] = ..., standby_id: _Optional[bytes] = ...) -> None: ...

class DeregisterRequest(_message.Message):
    __slots__ = ["instance_id"]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    instance_id: bytes
    def __init__(self, instance_id: _Optional[bytes] = ...) -> None: ...

class DeregisterResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ["instance_id"]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    instance_id: bytes
    def __init__(self, instance_id: _Optional[bytes] = ...) -> None: ...

class DrainResponse(_message.Message):
    __slots__ = ["moved"]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    moved: int
    def __init__(self, moved: _Optional[int] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ["instance_id", "revision"]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    instance_id: bytes
    revision: int
    def __init__(self, instance_id: _Optional[bytes] = ..., revision: _Optional[int] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ["lease_ms", "projects", "revision"]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    lease_ms: int
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    revision: int
    def __init__(self, lease_ms: _Optional[int] = ..., revision: _Optional[int] = ..., projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ...) -> None: ...

class Instance(_message.Message):
    __slots__ = ["address", "instance_id", "kind", "name", "seen_at_ms", "state", "version"]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEEN_AT_MS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    address: str
    instance_id: bytes
    kind: ServiceKind
    name: str
    seen_at_ms: int
    state: InstanceState
    version: str
    def __init__(self, instance_id: _Optional[bytes] = ..., kind: _Optional[_Union[ServiceKind, str]] = ..., address: _Optional[str] = ..., version: _Optional[str] = ..., state: _Optional[_Union[InstanceState, str]] = ..., seen_at_ms: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class KeysRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class KeysResponse(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class PartitionMapRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class PartitionMapResponse(_message.Message):
    __slots__ = ["assignments", "partition_count", "revision"]
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    PARTITION_COUNT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    assignments: _containers.RepeatedCompositeFieldContainer[Assignment]
    partition_count: int
    revision: int
    def __init__(self, revision: _Optional[int] = ..., partition_count: _Optional[int] = ..., assignments: _Optional[_Iterable[_Union[Assignment, _Mapping]]] = ...) -> None: ...

class Project(_message.Message):
    __slots__ = ["catalogue_revision", "created_at_ms", "name", "zone"]
    CATALOGUE_REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    catalogue_revision: int
    created_at_ms: int
    name: str
    zone: str
    def __init__(self, name: _Optional[str] = ..., catalogue_revision: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., zone: _Optional[str] = ...) -> None: ...

class ProjectsRequest(_message.Message):
    __slots__ = ["create", "zone"]
    CREATE_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    create: str
    zone: str
    def __init__(self, create: _Optional[str] = ..., zone: _Optional[str] = ...) -> None: ...

class ProjectsResponse(_message.Message):
    __slots__ = ["projects"]
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    def __init__(self, projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ...) -> None: ...

class RegisterRequest(_message.Message):
    __slots__ = ["configuration", "instance"]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    configuration: _containers.RepeatedCompositeFieldContainer[Setting]
    instance: Instance
    def __init__(self, instance: _Optional[_Union[Instance, _Mapping]] = ..., configuration: _Optional[_Iterable[_Union[Setting, _Mapping]]] = ...) -> None: ...

class RegisterResponse(_message.Message):
    __slots__ = ["lease_ms", "partition_count", "projects", "revision"]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    PARTITION_COUNT_FIELD_NUMBER: _ClassVar[int]
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    lease_ms: int
    partition_count: int
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    revision: int
    def __init__(self, lease_ms: _Optional[int] = ..., partition_count: _Optional[int] = ..., revision: _Optional[int] = ..., projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ...) -> None: ...

class RosterRequest(_message.Message):
    __slots__: list[str] = []
    def __init__(self) -> None: ...

class RosterResponse(_message.Message):
    __slots__ = ["instances", "revision"]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    instances: _containers.RepeatedCompositeFieldContainer[Instance]
    revision: int
    def __init__(self, revision: _Optional[int] = ..., instances: _Optional[_Iterable[_Union[Instance, _Mapping]]] = ...) -> None: ...

class Setting(_message.Message):
    __slots__ = ["name", "value"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ["after_revision", "wait_ms"]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    wait_ms: int
    def __init__(self, after_revision: _Optional[int] = ..., wait_ms: _Optional[int] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ["assignments", "instances", "partition_count", "projects", "revision"]
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    PARTITION_COUNT_FIELD_NUMBER: _ClassVar[int]
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    assignments: _containers.RepeatedCompositeFieldContainer[Assignment]
    instances: _containers.RepeatedCompositeFieldContainer[Instance]
    partition_count: int
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    revision: int
    def __init__(self, revision: _Optional[int] = ..., partition_count: _Optional[int] = ..., instances: _Optional[_Iterable[_Union[Instance, _Mapping]]] = ..., assignments: _Optional[_Iterable[_Union[Assignment, _Mapping]]] = ..., projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ...) -> None: ...

class ServiceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []

class InstanceState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__: list[str] = []
