"""Ingestion: records in, their verdicts, the log as others read it."""

from datetime import datetime, timezone
from decimal import Decimal

from every_call_stage import PROJECT, Stage

import shoal
from shoal.contract.ingestion.v1 import (
    VERDICT_KIND_ACCEPTED,
    VERDICT_KIND_DUPLICATE,
    VERDICT_KIND_REJECTED,
    AppendRequest,
    FetchCursor,
    FetchRequest,
    ImportRequest,
    PositionsRequest,
    SchemaRequest,
    TrackRequest,
)
from shoal.contract.registry.v1 import ProjectsRequest

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
    log(stage)
    schema = ingestion.Schema(SchemaRequest(seen=True))
    assert [event.count > 0 for event in schema.events if event.name == "Charged"] == [True], schema


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
