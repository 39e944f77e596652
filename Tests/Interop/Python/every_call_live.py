"""Live segments: created, entered, told by the feed, played over the past."""

from every_call_stage import PROJECT, Stage, fails

import shoal
from shoal.contract.evaluation.v1 import (
    MEMBERSHIP_KIND_ENTERED,
    ActivityRequest,
    BacktestPartRequest,
    BacktestRequest,
    ChangesRequest,
    CountRequest,
    CreateRequest,
    FeedCursor,
    SnapshotRequest,
)
from shoal.contract.log.v1 import Position
from shoal.contract.segment.v1 import ActionTrigger, EventTest, LiveDefinition

PARTITIONS = 64


def run(stage: Stage) -> None:
    """Calls what evaluators tell of live segments."""
    segments, feed = stage.stubs.segments, stage.stubs.feed
    live = LiveDefinition(action=ActionTrigger(event=EventTest(events=["Waved"]), nth=1))
    created = segments.Create(CreateRequest(name="wavers", live=live)).segment
    assert created.live.action.nth == 1 and "1st time" in created.sentence, created
    begun = [
        feed.Snapshot(SnapshotRequest(segment="wavers", partition=partition))
        for partition in range(PARTITIONS)]
    assert sum(page.members for page in begun) == 0 and not any(page.users for page in begun)
    fails(shoal.Status.OUT_OF_RANGE, lambda: feed.Snapshot(
        SnapshotRequest(segment="wavers", partition=begun[0].cursor.partition, snapshot=9_999)))
    stage.client.track([
        shoal.event("user-1", "Waved"), shoal.event("user-2", "Waved"),
        shoal.event("user-1", "Waved")])
    cursors = {page.cursor.partition: page.cursor for page in begun}
    fails(shoal.Status.INVALID_ARGUMENT, lambda: feed.Changes(ChangesRequest(
        segment="wavers", cursors=[begun[0].cursor, begun[0].cursor])))
    entered, homes = [], set()
    while len(entered) < 2:
        answer = feed.Changes(ChangesRequest(
            segment="wavers", cursors=cursors.values(), wait_ms=5_000))
        assert answer.partitions, "nothing is told"
        for page in answer.partitions:
            assert not page.stale
            cursors[page.cursor.partition] = page.cursor
            homes.add(page.cursor.partition)
            entered += [(one.user_id, one.kind, one.sequence) for one in page.changes]
    assert sorted(user for user, _, _ in entered) == ["user-1", "user-2"], entered
    assert {kind for _, kind, _ in entered} == {MEMBERSHIP_KIND_ENTERED}, entered
    assert segments.Count(CountRequest(subject=shoal.subject("wavers"))).users == 2
    activity(stage)
    backtest(stage, live, homes)


def activity(stage: Stage) -> None:
    """Who entered lately, gathered from the owners."""
    segments = stage.stubs.segments
    told = segments.Activity(ActivityRequest(subject=shoal.subject("wavers")))
    assert told.members == 2 and len(told.minutes) == 60 and len(told.hours) == 48, told
    for counts in (told.minutes, told.hours):
        assert sum(one.entered for one in counts) == 2, told
        assert not any(one.left or one.retracted for one in counts), told
    assert {one.user_id for one in told.latest} == {"user-1", "user-2"}, told
    assert len({one.partition for one in told.positions}) == PARTITIONS, told
    fails(shoal.Status.INVALID_ARGUMENT, lambda: segments.Activity(
        ActivityRequest(subject=shoal.subject(shoal.did("Waved")))))
    fails(shoal.Status.UNIMPLEMENTED, lambda: segments.Activity(
        ActivityRequest(subject=shoal.subject("wavers"), at_ms=1)))


def backtest(stage: Stage, live: LiveDefinition, homes: set[int]) -> None:
    """The same by playing it over the past, as a whole and by its owners."""
    span = {"from_ms": 0, "to_ms": 4_102_444_800_000}
    whole = stage.stubs.segments.Backtest(BacktestRequest(segment="wavers", **span))
    assert sorted(one.user_id for one in whole.changes) == ["user-1", "user-2"], whole
    fails(shoal.Status.INVALID_ARGUMENT, lambda: stage.stubs.segments.Backtest(
        BacktestRequest(segment="wavers", from_ms=1, to_ms=1)))
    found = []
    for address in stage.evaluators:
        for partition in homes:
            question = BacktestPartRequest(
                live=live, positions=[Position(partition=partition)], **span)
            try:
                found += stage.at(address).sets.Backtest(question).changes
            except shoal.Fault as fault:
                # Another evaluator's.
                assert fault.code == shoal.Status.UNAVAILABLE, fault
    assert sorted(one.user_id for one in found) == ["user-1", "user-2"], (PROJECT, found)
