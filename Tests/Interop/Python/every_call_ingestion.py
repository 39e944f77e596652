"""Ingestion: records in, their verdicts, the log as others read it."""

from datetime import datetime, timezone
from decimal import Decimal

from every_call_stage import PROJECT, Stage

import shoal
from shoal.contract.ingestion.v1 import (
    LIST_OPERATION_ADD,
    VERDICT_KIND_ACCEPTED,
    VERDICT_KIND_DUPLICATE,
    VERDICT_KIND_REJECTED,
    AliasRequest,
    AppendRequest,
    ChangeListRequest,
    DropRejectedRequest,
    EraseRequest,
    ErasuresRequest,
    ExportUserRequest,
    FetchCursor,
    FetchRequest,
    IdentifyRequest,
    ImportRequest,
    ImportsRequest,
    PositionsRequest,
    QuarantinedRequest,
    RejectedRequest,
    ResolveRequest,
    RetryQuarantinedRequest,
    RetryRejectedRequest,
    SchemaRequest,
    SetAsideRequest,
    ShowQuarantinedRequest,
    TrackRequest,
    UndoImportRequest,
    UnmergeRequest,
)
from shoal.contract.registry.v1 import (
    SERVICE_KIND_EVALUATOR,
    PartitionMapRequest,
    ProjectsRequest,
)

USERS = 50
MAY = datetime(2025, 5, 3, 10, tzinfo=timezone.utc)


def run(stage: Stage) -> None:
    """Calls what ingestion serves."""
    ingestion = stage.stubs.ingestion
    records = [
        shoal.event(f"user-{number}", "Charged", event_id=f"order-{number}", amount=12.5,
                    price=Decimal("0.25"), at_once=True, when=MAY, tags=["a", "b"])
        for number in range(USERS)
    ]
    records.append(shoal.profile("user-1", city="Pune", age=31))
    records.append(shoal.event("user-1", ""))
    answer = ingestion.Track(TrackRequest(records=records))
    assert (answer.accepted, answer.rejected) == (USERS + 1, 1), answer
    kinds = [verdict.kind for verdict in answer.verdicts]
    assert kinds == [VERDICT_KIND_ACCEPTED] * (USERS + 1) + [VERDICT_KIND_REJECTED]
    assert answer.verdicts[-1].field and answer.verdicts[-1].hint
    again = ingestion.Track(TrackRequest(records=records[:USERS]))
    assert {verdict.kind for verdict in again.verdicts} == {VERDICT_KIND_DUPLICATE}
    lines = [shoal.event(f"user-{number}", "Seen", at=MAY) for number in range(10)]
    request = ImportRequest(import_id="history", first_line=1, records=lines)
    assert ingestion.Import(request).accepted == 10
    assert ingestion.Import(request).duplicates == 10
    undo(stage, lines)
    rejects(stage)
    quarantine(stage)
    erasure(stage)
    log(stage)
    identities(stage)
    listed = ingestion.ChangeList(ChangeListRequest(
        list="evaluators know its name", operation=LIST_OPERATION_ADD, user_ids=["user-1"]))
    assert (listed.added, listed.new_users) == (1, 0), listed
    schema = ingestion.Schema(SchemaRequest(seen=True))
    assert [event.count > 0 for event in schema.events if event.name == "Charged"] == [True], schema


def erasure(stage: Stage) -> None:
    """Somebody is exported and erased; of that a receipt is told, and no more."""
    client, ingestion = stage.client, stage.stubs.ingestion
    client.track([shoal.event("leaver", "Charged", event_id="last")])
    bodies = [record.WhichOneof("body") for record in client.export("leaver")]
    assert bodies == ["new_user", "event"], bodies
    page = ingestion.ExportUser(ExportUserRequest(user_id="leaver"))
    assert len(page.records) == 2 and not page.HasField("next_cursor"), page
    receipt = ingestion.Erase(EraseRequest(user_id="leaver"))
    assert len(receipt.receipt) == 16 and len(receipt.positions) == 1, receipt
    assert client.erase("leaver") == receipt
    told = ingestion.Erasures(ErasuresRequest()).receipts
    assert [one.receipt for one in told] == [receipt.receipt], told
    try:
        list(client.export("leaver"))
    except shoal.Fault as fault:
        assert fault.code == shoal.Status.NOT_FOUND, fault
    else:
        raise AssertionError("who is erased was exported")


def quarantine(stage: Stage) -> None:
    """A record is set aside for its owner, shown, and taken in again."""
    ingestion, door = stage.stubs.ingestion, stage.stubs.quarantine
    assert door.Quarantined(QuarantinedRequest()).count == 0
    cursors = [FetchCursor(partition=number) for number in range(64)]
    fetched = ingestion.Fetch(FetchRequest(cursors=cursors),
                              shoal.CallOptions(max_reply_bytes=2 << 20))
    partition, record = next(
        (part.partition, record) for part in fetched.partitions
        for record in part.records if record.event.name == "Charged")
    offset = record.offset
    owners = stage.stubs.registry.PartitionMap(PartitionMapRequest()).assignments
    owner = next(one.instance_id for one in owners
                 if (one.kind, one.partition) == (SERVICE_KIND_EVALUATOR, partition))
    aside = door.SetAside(SetAsideRequest(
        partition=partition, offset=offset, attempts=3, by="a test", instance=owner)).record
    assert (aside.what, aside.attempts) == ("event Charged", 3), aside
    assert door.Quarantined(QuarantinedRequest()).records == [aside]
    shown = door.ShowQuarantined(ShowQuarantinedRequest(partition=partition, offset=offset))
    assert shown.user_id.startswith("user-") and shown.stored == record, shown
    again = door.RetryQuarantined(RetryQuarantinedRequest(partition=partition, offset=offset))
    assert again.record.retried_offset > offset, again
    assert door.Quarantined(QuarantinedRequest()).count == 0


def undo(stage: Stage, lines: list) -> None:
    """A wrong import is listed and taken back; its id is spent."""
    ingestion = stage.stubs.ingestion
    wrong = ImportRequest(import_id="wrong", first_line=1, records=lines)
    assert ingestion.Import(wrong).accepted == 10
    listed = ingestion.Imports(ImportsRequest()).imports
    assert [(one.import_id, one.events) for one in listed] == [("history", 10), ("wrong", 10)]
    dry = ingestion.UndoImport(UndoImportRequest(import_id="wrong", dry_run=True))
    assert dry.summary.events == 10 and not dry.summary.HasField("undone_at_ms"), dry
    undone = ingestion.UndoImport(UndoImportRequest(import_id="wrong"))
    assert undone.summary.undone_at_ms > 0 and len(undone.positions) == 64, undone
    try:
        ingestion.Import(wrong)
    except shoal.Fault as fault:
        assert fault.code == shoal.Status.FAILED_PRECONDITION, fault
    else:
        raise AssertionError("an undone import takes no more records")


def identities(stage: Stage) -> None:
    """An anonymous identifier is a known user's, two known users are one, and two again."""
    ingestion = stage.stubs.ingestion
    ingestion.Track(TrackRequest(records=[shoal.event("anonymous", "Seen", event_id="a-1")]))
    merged = ingestion.Identify(
        IdentifyRequest(anonymous_id="anonymous", user_id="identified")).merged
    assert (merged.user_id, merged.records, merged.before) == ("identified", 1, False), merged
    assert len(merged.positions) == 64, merged
    aliased = ingestion.Alias(AliasRequest(from_id="identified", to_id="user-2")).merged
    assert (aliased.user_id, aliased.records) == ("user-2", 2), aliased
    assert stage.client.identify("anonymous", "user-2").before
    resolved = ingestion.Resolve(ResolveRequest(user_id="anonymous"))
    assert (resolved.known, resolved.user_id) == (True, "user-2"), resolved
    taken = ingestion.Unmerge(UnmergeRequest(user_id="identified"))
    assert (taken.from_id, taken.records) == ("user-2", 2), taken
    assert not stage.client.unmerge("identified").HasField("from_id")
    try:
        stage.client.alias("identified", "anonymous")
    except shoal.Fault as fault:
        assert fault.code == shoal.Status.FAILED_PRECONDITION and fault.hint, fault
    else:
        raise AssertionError("a user is not merged into itself")
    # Nobody is left whom the other calls do not count.
    assert stage.client.alias("identified", "user-2").records == 3


def rejects(stage: Stage) -> None:
    """The one bad record is kept with its reason, refused again, and forgotten."""
    ingestion = stage.stubs.ingestion
    kept = ingestion.Rejected(RejectedRequest())
    assert [one.field for one in kept.records] == ["event.name"] and kept.kept == 1, kept
    assert ingestion.RetryRejected(RetryRejectedRequest()).rejected == 1
    dropped = ingestion.DropRejected(DropRejectedRequest(ids=[kept.records[0].id]))
    assert dropped.dropped == 1, dropped


def log(stage: Stage) -> None:
    """Ends of the log, its records, and the catalogue in it."""
    ingestion = stage.stubs.ingestion
    positions = ingestion.Positions(PositionsRequest()).positions
    assert len(positions) == 64
    cursors = [FetchCursor(partition=one.partition, next_offset=0) for one in positions]
    fetched = ingestion.Fetch(FetchRequest(cursors=cursors, wait_ms=0),
                              shoal.CallOptions(max_reply_bytes=2 << 20))
    assert sum(len(part.records) for part in fetched.partitions) >= USERS
    projects = stage.stubs.registry.Projects(ProjectsRequest()).projects
    revision = next(one.catalogue_revision for one in projects if one.name == PROJECT)
    assert revision > 0
    appended = ingestion.Append(AppendRequest(revision=revision))
    assert len(appended.positions) == 64 and appended.active_at_ms > 0, appended
