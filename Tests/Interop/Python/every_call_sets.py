"""Several segments at once, the segments of a user, and segments changed with open eyes."""

from every_call_ingestion import USERS
from every_call_stage import Stage, fails

import shoal
from shoal.contract.evaluation.v1 import (
    SET_OPERATION_MINUS,
    SET_OPERATION_SUBJECT,
    CancelPartRequest,
    CancelRequest,
    CloneRequest,
    CombineRequest,
    CreateRequest,
    DiffRequest,
    ExportRequest,
    LintRequest,
    OverlapRequest,
    ResolvedSet,
    SegmentsOfRequest,
    SetNode,
    SetsPartRequest,
    SizesPartRequest,
    SizesRequest,
    UpdateRequest,
    VersionsRequest,
)
from shoal.contract.log.v1 import Position

CHARGED, SEEN = shoal.did("Charged"), shoal.did("Seen")


def run(stage: Stage) -> None:
    """Calls what evaluators tell of several sets."""
    segments = stage.stubs.segments
    charged, seen = shoal.subject(CHARGED), shoal.subject(SEEN)
    overlap = segments.Overlap(OverlapRequest(subject=charged, others=[seen]))
    assert list(overlap.users) == [USERS, 10] and overlap.pairs[0].users == 10, overlap
    assert [(list(one.segments), one.users) for one in overlap.regions] == [
        ([0], USERS - 10), ([0, 1], 10)], overlap
    only = [
        SetNode(operation=SET_OPERATION_MINUS, inputs=[1, 2]),
        SetNode(operation=SET_OPERATION_SUBJECT, subject=0),
        SetNode(operation=SET_OPERATION_SUBJECT, subject=1),
    ]
    made = segments.Combine(
        CombineRequest(subject=charged, others=[seen], nodes=only, limit=USERS))
    assert made.users == len(made.members) == USERS - 10, made
    told, cursor = {}, None
    while True:
        page = segments.Export(ExportRequest(
            subject=seen, properties=["city"], limit=7, cursor=cursor))
        told |= {user.user_id: user.values[0].text for user in page.users}
        if not page.HasField("next_cursor"):
            break
        cursor = page.next_cursor
    assert len(told) == 10 and told["user-1"] == "Pune" and not told["user-2"], told
    segments.Create(CreateRequest(name="chargers", definition=shoal.definition(CHARGED)))
    mine = segments.SegmentsOf(SegmentsOfRequest(user_id="user-7"))
    assert mine.known and list(mine.segments) == ["chargers"], mine
    sizes = segments.Sizes(SizesRequest(subjects=[shoal.subject("chargers"), seen, charged]))
    assert [one.users for one in sizes.sizes] == [USERS, 10, USERS], sizes
    assert (sizes.work.asked, sizes.work.distinct) == (3, 2), sizes
    parts(stage, overlap.exactness.positions)
    updates(stage)
    cancel(stage)


def cancel(stage: Stage) -> None:
    """Nothing of this id is running, at any evaluator."""
    answer = stage.stubs.segments.Cancel(CancelRequest(question=b"\7" * 16))
    assert (answer.ended, answer.silent) == (0, 0), answer
    for address in stage.evaluators:
        part = stage.at(address).sets.Cancel(CancelPartRequest(question=b"\7" * 16))
        assert part.ended == 0, part


def parts(stage: Stage, positions: list[Position]) -> None:
    """Each owner tells of the sets in its partitions."""
    found = counted = 0
    for address in stage.evaluators:
        sets = stage.at(address).sets
        for position in positions:
            question = SetsPartRequest(
                sets=[ResolvedSet(definition=shoal.definition(CHARGED))],
                at_ms=1_900_000_000_000,
                positions=[Position(partition=position.partition)])
            try:
                found += sets.Combine(question).users[0]
                counted += sets.Sizes(SizesPartRequest(
                    definitions=[shoal.definition(CHARGED)], at_ms=question.at_ms,
                    positions=question.positions)).sizes[0].users
            except shoal.Fault as fault:
                # Another evaluator's.
                assert fault.code == shoal.Status.UNAVAILABLE, fault
    assert found == counted == USERS, (found, counted)


def updates(stage: Stage) -> None:
    """A segment is compared, changed, listed by version, copied and linted."""
    segments = stage.stubs.segments
    seen = shoal.definition(SEEN)
    diff = segments.Diff(DiffRequest(
        before=shoal.subject("chargers"), after=shoal.subject(SEEN), sample=5))
    assert (diff.entering, diff.leaving) == (0, USERS - 10), diff
    assert len(diff.leaving_sample) == 5 and diff.changes[0].before.users == USERS, diff
    dry = segments.Update(UpdateRequest(name="chargers", definition=seen, dry_run=True))
    assert (dry.segment.version, dry.leaving) == (1, USERS - 10), dry
    updated = segments.Update(UpdateRequest(
        name="chargers", definition=seen, expected_revision=dry.segment.revision))
    assert updated.segment.version == 2 and len(updated.positions) == 64, updated
    fails(shoal.Status.ABORTED, lambda: segments.Update(
        UpdateRequest(name="chargers", definition=seen, expected_version=1)))
    versions = segments.Versions(VersionsRequest(name="chargers")).versions
    assert [one.version for one in versions] == [1, 2], versions
    copy = segments.Clone(CloneRequest(name="chargers", new_name="chargers-1", version=1))
    assert "Charged" in copy.segment.sentence, copy
    odd = shoal.all_of(CHARGED, shoal.not_(CHARGED))
    warnings = segments.Lint(LintRequest(subject=shoal.subject(odd))).warnings
    assert any("contradicts" in one.message for one in warnings), warnings
