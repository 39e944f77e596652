"""Who enters and leaves a segment: each partition's members, then every change, checked."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from shoal.calls import CallOptions
from shoal.contract.evaluation.v1 import (
    MEMBERSHIP_KIND_CORRECTED,
    MEMBERSHIP_KIND_ERASED,
    ChangesRequest,
    ChangesResponse,
    FeedCursor,
    MembershipChange,
    PartitionChanges,
    SnapshotRequest,
    SnapshotResponse,
)
from shoal.contract.stubs import FeedStub
from shoal.faults import Fault, Status
from shoal.partitions import xxh64
from shoal.retry import RetryPolicy

#: How long one answer may wait for changes, in milliseconds.
WAIT_MS = 20_000
#: Users of a snapshot's page, and changes of an answer.
PAGE = 5_000
#: How often a snapshot is begun anew whose pages do not belong together.
SNAPSHOT_TRIES = 4
#: How long calls may fail in a row, in seconds: longer than a partition's take-over takes.
PATIENCE_S = 120.0

_ALL = 0xFFFFFFFFFFFFFFFF
_OPTIONS = CallOptions(timeout_ms=WAIT_MS + 10_000, max_reply_bytes=1 << 20)
_TRANSIENT = {Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED, Status.ABORTED,
              Status.DEADLINE_EXCEEDED}
_GONE = {MEMBERSHIP_KIND_CORRECTED, MEMBERSHIP_KIND_ERASED}
_Answer = TypeVar("_Answer")


class FeedProblem(Exception):
    """What came is not what the feed's source has: a gap, a repeat, or another set."""


@dataclass(frozen=True)
class FeedStep:
    """A piece of a segment's feed."""

    #: Where the partition's feed goes on behind it: to be kept, one per partition, with whatever
    #: came of the step.
    cursor: FeedCursor
    #: Who is in, of this partition: what was known of it before is of no use; None: see changes.
    members: frozenset[str] | None
    #: What changed, in order.
    changes: list[MembershipChange]


class FeedCopy:
    """One partition's members of a segment, kept by a consumer; belongs to one thread.

    It begins with the pages of a snapshot, or where a consumer left it, and goes on with changes.
    With `members` None they were not kept: gaps and repeats are found, other sets are not. What an
    owner tells that was superseded by one already heard is refused, and the copy stays as it is.
    """

    def __init__(self, cursor: FeedCursor, members: Iterable[str] | None = ()) -> None:
        self.cursor = FeedCursor()
        self.cursor.CopyFrom(cursor)
        #: Who is in; None: that is not kept.
        self.members: set[str] | None = None if members is None else set()
        self._state_hash = 0
        # Users by number, as far as they were told: of who is gone only the number is.
        self._names: dict[int, str] = {}
        # Whether every member's number is known; of a copy that was taken up, none is.
        self._is_numbered = not cursor.generation
        for user in members or ():
            self._enter(user)

    def is_outdated(self, told: FeedCursor) -> bool:
        """Whether an answer is of an owner that was superseded by one already heard."""
        # A build that tells no epochs is believed.
        return 0 < told.epoch < self.cursor.epoch

    def take_page(self, page: SnapshotResponse) -> None:
        """Takes a page of a snapshot, in their order; the last is checked against the sum."""
        if page.cursor.partition != self.cursor.partition:
            raise self._problem("a page of another snapshot")
        if self.is_outdated(page.cursor):
            raise self._problem("its teller was superseded")
        for user in page.users:
            if not self._enter(user):
                raise self._problem(f"{user} comes twice")
        if self.members is not None:
            self._names.update(zip(page.numbers, page.users))
        if not page.HasField("next"):
            self._advance(page.cursor)
            self._check(page.members, page.state_hash)

    def take(self, page: PartitionChanges) -> bool:
        """Takes changes, in their order; False: a new snapshot is needed."""
        if self.is_outdated(page.cursor):
            raise self._problem("its teller was superseded")
        if page.stale:
            # Another version begins with the members of the one before.
            here = self.cursor
            if (not page.HasField("next") or not here.generation
                    or page.next.partition != here.partition):
                return False
            self._advance(page.next)
            return True
        for change in page.changes:
            if change.sequence != self.cursor.sequence + 1:
                raise self._problem(
                    f"change {change.sequence} comes behind {self.cursor.sequence}")
            self.cursor.sequence = change.sequence
            if self.members is not None and not self._take(change, self.members):
                return False
        here, end = self.cursor, page.cursor
        if end.sequence != here.sequence:
            raise self._problem("the cursor is not behind the last change")
        if here.generation and (end.version, end.generation) != (here.version, here.generation):
            raise self._problem("the changes are another feed's")
        self._advance(end)
        if page.HasField("state_hash"):
            self._check(page.members, page.state_hash)
        return True

    def _advance(self, end: FeedCursor) -> None:
        epoch = max(self.cursor.epoch, end.epoch)
        self.cursor.CopyFrom(end)
        self.cursor.epoch = epoch

    def _take(self, change: MembershipChange, members: set[str]) -> bool:
        is_gone = change.kind in _GONE
        user = change.user_id or self._names.get(change.user_number)
        if user is None:
            # Gone meanwhile, as a later change tells; or gone, and nobody knows who it was.
            self._names[change.user_number] = ""
            return not is_gone and self._is_numbered
        change.user_id = user
        if change.member and user:
            self._enter(user)
        elif user in members:
            members.remove(user)
            self._state_hash = self._state_hash - hash_of(user) & _ALL
        if is_gone:
            self._names.pop(change.user_number, None)
        else:
            self._names[change.user_number] = user
        return True

    def _enter(self, user: str) -> bool:
        if self.members is None:
            return True
        if user in self.members:
            return False
        self.members.add(user)
        self._state_hash = self._state_hash + hash_of(user) & _ALL
        return True

    def _check(self, count: int, state_hash: int) -> None:
        if self.members is None:
            return
        if len(self.members) != count or self._state_hash != state_hash:
            raise self._problem(
                f"the copy has {len(self.members)} members, the feed {count}, or others")

    def _problem(self, message: str) -> FeedProblem:
        return FeedProblem(f"partition {self.cursor.partition}: {message}")


class SegmentFeed:
    """A segment's feed; iterate it. Belongs to one thread.

    Each step is checked: a gap, a repeat, or a set that is another than the source's is DATA_LOSS.
    A feed that is over (a new version of the segment, a new generation) goes on with new members of
    its partition. What may pass, such as an owner that is being taken over, is waited out.
    """

    def __init__(self, feed: FeedStub, segment: str, copies: list[FeedCopy]) -> None:
        self._feed = feed
        self._segment = segment
        self._copies = copies
        self._unknown = [
            number for number, copy in enumerate(copies) if not copy.cursor.generation][::-1]
        # Who was told of last is asked about last.
        self._turns = list(range(len(copies)))
        self._pace = RetryPolicy(random.Random())

    def __iter__(self) -> Iterator[FeedStep]:
        while True:
            yield from self.poll()

    @property
    def cursors(self) -> list[FeedCursor]:
        """Where each partition goes on, behind the steps of the last poll."""
        return [copy.cursor for copy in self._copies if copy.cursor.generation]

    def poll(self, wait_ms: int = WAIT_MS) -> list[FeedStep]:
        """The next steps; none: nothing came within the wait, at most 20 s."""
        if self._unknown:
            return [self._members(self._unknown.pop())]
        request = ChangesRequest(
            segment=self._segment, wait_ms=min(wait_ms, WAIT_MS), limit=PAGE,
            cursors=[self._copies[number].cursor for number in self._turns])
        answer = self._persist(lambda: self._changes(request))
        steps = []
        for page in answer.partitions:
            number = page.cursor.partition
            if number >= len(self._copies):
                raise _lost("changes of no partition")
            try:
                if not self._copies[number].take(page):
                    self._unknown.append(number)
                    continue
            except FeedProblem as problem:
                raise _lost(str(problem)) from problem
            steps.append(FeedStep(_kept(self._copies[number]), None, list(page.changes)))
        told = {step.cursor.partition for step in steps}
        self._turns.sort(key=lambda number: number in told)
        return steps

    def _changes(self, request: ChangesRequest) -> ChangesResponse:
        answer = self._feed.Changes(request, _OPTIONS)
        for page in answer.partitions:
            number = page.cursor.partition
            if number < len(self._copies) and self._copies[number].is_outdated(page.cursor):
                raise _superseded(number)
        return answer

    def _page(self, request: SnapshotRequest, copy: FeedCopy) -> SnapshotResponse:
        page = self._feed.Snapshot(request, _OPTIONS)
        if copy.is_outdated(page.cursor):
            raise _superseded(request.partition)
        return page

    def _members(self, number: int) -> FeedStep:
        why = "no snapshot is kept"
        for _ in range(SNAPSHOT_TRIES):
            try:
                copy = self._copies[number] = self._snapshot(number)
                return FeedStep(_kept(copy), frozenset(copy.members or ()), [])
            except FeedProblem as problem:
                why = str(problem)
            except Fault as fault:
                # Its owner keeps it no more.
                if fault.code != Status.OUT_OF_RANGE:
                    raise
        raise _lost(why)

    def _snapshot(self, number: int) -> FeedCopy:
        epoch = self._copies[number].cursor.epoch
        copy = FeedCopy(FeedCursor(partition=number, epoch=epoch))
        request = SnapshotRequest(
            segment=self._segment, partition=number, limit=PAGE, epoch=epoch)
        while True:
            page = self._persist(lambda: self._page(request, copy))
            copy.take_page(page)
            if not page.HasField("next"):
                return copy
            request.snapshot = page.snapshot
            setattr(request, "from", page.next)

    def _persist(self, call: Callable[[], _Answer]) -> _Answer:
        """Makes a call until it succeeds, or fails in a way that will not pass."""
        attempt, begun = 0, time.monotonic()
        while True:
            try:
                return call()
            except Fault as fault:
                is_over = time.monotonic() - begun > PATIENCE_S
                if fault.code not in _TRANSIENT or is_over:
                    raise
                time.sleep(self._pace.pause_s(attempt, fault.retry_after_ms))
                attempt += 1


def hash_of(user: str) -> int:
    """The hash of a member, by which sets are summed."""
    return xxh64(user.encode())


def _kept(copy: FeedCopy) -> FeedCursor:
    cursor = FeedCursor()
    cursor.CopyFrom(copy.cursor)
    return cursor


def _superseded(number: int) -> Fault:
    """An evaluator that has not heard yet that another owns the partition: it will."""
    return Fault(
        Status.UNAVAILABLE, f"an evaluator that was superseded has told of partition {number}",
        place="feed")


def _lost(what: str) -> Fault:
    return Fault(Status.DATA_LOSS, what, place="feed", hint="follow it anew, without cursors")
