"""Several segments at once: overlap, a set made of them, an export; the segments of a user."""

from every_call_ingestion import USERS
from every_call_stage import Stage

import shoal
from shoal.contract.evaluation.v1 import (
    SET_OPERATION_MINUS,
    SET_OPERATION_SUBJECT,
    CombineRequest,
    CreateRequest,
    ExportRequest,
    OverlapRequest,
    SegmentsOfRequest,
    SetNode,
    SetsPartRequest,
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
    parts(stage, overlap.exactness.positions)


def parts(stage: Stage, positions: list[Position]) -> None:
    """Each owner tells of the sets in its partitions."""
    found = 0
    for address in stage.evaluators:
        sets = stage.at(address).sets
        for position in positions:
            question = SetsPartRequest(
                definitions=[shoal.definition(CHARGED)],
                at_ms=1_900_000_000_000,
                positions=[Position(partition=position.partition)])
            try:
                found += sets.Combine(question).users[0]
            except shoal.Fault as fault:
                # Another evaluator's.
                assert fault.code == shoal.Status.UNAVAILABLE, fault
    assert found == USERS, found
