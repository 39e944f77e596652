"""Registry, catalogue, and the house services that every process has."""

import os

from every_call_stage import PROJECT, Stage, fails

import shoal
from shoal.contract.admin.v1 import (
    AuditRequest,
    BackupRequest,
    HelloRequest,
    InfoRequest,
    LogLevelRequest,
    MetricsRequest,
)
from shoal.contract.admin.v1 import DrainRequest as AdminDrainRequest
from shoal.contract.health.v1 import SERVING_STATUS_SERVING, CheckRequest
from shoal.contract.health.v1 import WatchRequest as HealthWatchRequest
from shoal.contract.registry.v1 import (
    SERVICE_KIND_ANALYTICS,
    DeleteRequest,
    DeregisterRequest,
    DrainRequest,
    GetRequest,
    HeartbeatRequest,
    HistoryRequest,
    Instance,
    ListRequest,
    PartitionMapRequest,
    ProjectsRequest,
    PutRequest,
    RegisterRequest,
    RosterRequest,
    WatchCatalogueRequest,
    WatchRequest,
)

#: An instance of a kind that owns no partitions: it joins and leaves without harm.
GUEST = os.urandom(16)


def run(stage: Stage) -> None:
    """Calls everything but what ends things."""
    house(stage)
    roster(stage)
    catalogue(stage)
    audit(stage)


def house(stage: Stage) -> None:
    """Health and administration of every process."""
    for address in stage.addresses:
        stubs = stage.at(address)
        assert stubs.health.Check(CheckRequest()).status == SERVING_STATUS_SERVING
        watched = stubs.health.Watch(
            HealthWatchRequest(known=SERVING_STATUS_SERVING, wait_ms=50))
        assert watched.status == SERVING_STATUS_SERVING
        hello = stubs.admin.Hello(HelloRequest(version=1))
        assert hello.reply_budget_bytes >= 131_072 and len(hello.boot_id) == 16
        info = stubs.admin.Info(InfoRequest())
        assert info.service in ("registry", "ingestion", "evaluator") and info.process_id
        level = stubs.admin.LogLevel(LogLevelRequest(level="debug")).previous
        assert stubs.admin.LogLevel(LogLevelRequest(level=level)).previous == "debug"
        text = stubs.admin.Metrics(
            MetricsRequest(), shoal.CallOptions(max_reply_bytes=1 << 20)).text
        assert "# TYPE" in text
        backup(stubs, info.service)


def backup(stubs, service: str) -> None:
    """A copy of a process's storage, read part by part, and let go."""
    request = BackupRequest(copy_id=os.urandom(16), max_bytes=65_536)
    files: dict[str, bytes] = {}
    more = True
    while more:
        part = stubs.admin.Backup(request, shoal.CallOptions(max_reply_bytes=1 << 20))
        if request.file == request.offset == 0:
            assert part.summary.service == service and len(part.summary.instance_id) == 16
            size = part.summary.total_bytes
        for piece in part.pieces:
            assert piece.offset == len(files.get(piece.path, b"")), piece.path
            files[piece.path] = files.get(piece.path, b"") + piece.data
        request.file, request.offset, more = part.next_file, part.next_offset, part.more
    assert sum(map(len, files.values())) == size and b"instance: " in files["FORMAT"]
    end = BackupRequest(copy_id=request.copy_id, end=True)
    assert not stubs.admin.Backup(end).pieces


def roster(stage: Stage) -> None:
    """Projects, the roster, and an instance that joins and leaves."""
    registry = stage.stubs.registry
    projects = registry.Projects(ProjectsRequest(create=PROJECT, zone="Europe/Berlin"))
    assert PROJECT in [project.name for project in projects.projects]
    here = registry.Roster(RosterRequest())
    assert len(here.instances) >= 3
    owners = registry.PartitionMap(PartitionMapRequest())
    assert len(owners.assignments) == 2 * owners.partition_count
    watched = registry.Watch(WatchRequest(after_revision=0, wait_ms=0))
    assert watched.partition_count == owners.partition_count
    guest = Instance(instance_id=GUEST, kind=SERVICE_KIND_ANALYTICS, name="guest",
                     address="ipc:///nobody.sock", version="0")
    assert registry.Register(RegisterRequest(instance=guest)).lease_ms > 0
    assert registry.Heartbeat(HeartbeatRequest(instance_id=GUEST)).lease_ms > 0
    registry.Drain(DrainRequest(instance_id=GUEST))
    registry.Deregister(DeregisterRequest(instance_id=GUEST))
    fails(shoal.Status.NOT_FOUND,
          lambda: registry.Heartbeat(HeartbeatRequest(instance_id=GUEST)))


def catalogue(stage: Stage) -> None:
    """A document written, read, changed by compare-and-set, and deleted."""
    catalogue = stage.stubs.catalogue
    put = catalogue.Put(PutRequest(kind="note", name="one", body=b"a", expected_revision=0))
    revision = put.document.revision
    fails(shoal.Status.ABORTED, lambda: catalogue.Put(
        PutRequest(kind="note", name="one", body=b"b", expected_revision=0)))
    assert catalogue.Get(GetRequest(kind="note", name="one")).document.body == b"a"
    catalogue.Put(PutRequest(kind="note", name="one", body=b"b", expected_revision=revision))
    listed = catalogue.List(ListRequest(kind="note"))
    assert [document.body for document in listed.documents] == [b"b"]
    history = catalogue.History(HistoryRequest(kind="note", name="one"))
    assert [document.body for document in history.documents] == [b"a", b"b"]
    watched = catalogue.Watch(WatchCatalogueRequest(after_revision=revision, wait_ms=100))
    assert watched.revision > revision
    assert catalogue.Delete(DeleteRequest(kind="note", name="one")).revision > revision


def audit(stage: Stage) -> None:
    """What was changed stands in the registry's audit log."""
    answer = stage.at(stage.registry).admin.Audit(AuditRequest())
    assert len(answer.entries) > 0, answer


def leave(stage: Stage) -> None:
    """The last call of all: a server is told to drain, and it ends."""
    stage.at(stage.evaluators[-1]).admin.Drain(AdminDrainRequest())
