"""The client's decisions, each by itself: budget, retries, balancing, pages, definitions."""

import random
import threading
import time
import unittest
from datetime import datetime, timedelta, timezone

import shoal
from shoal import budget, values
from shoal.balancer import TIMEOUTS_TO_LEAVE_OUT, Balancer
from shoal.checksum import crc32c, crc32c_by_table
from shoal.contract.evaluation.v1 import (
    FeedCursor,
    MembershipChange,
    PartitionChanges,
    SnapshotResponse,
)
from shoal.contract.registry.v1 import (
    INSTANCE_STATE_DRAINING,
    INSTANCE_STATE_LIVE,
    INSTANCE_STATE_LOST,
    SERVICE_KIND_EVALUATOR,
    Instance,
    WatchResponse,
)
from shoal.feed import FeedCopy, FeedProblem, hash_of
from shoal.pages import Pages
from shoal.retry import RetryPolicy, Trouble
from shoal.roster import addresses

SEED = 20_250_503


class BudgetCases(unittest.TestCase):
    """Replies in flight stay below what the server can buffer."""

    def test_shares_add_up_to_the_budget(self) -> None:
        lent = budget.ReplyBudget()
        now = time.monotonic()
        share = lent.take(60_000, now)
        self.assertEqual(share, 60_000 + budget.FRAME_OVERHEAD_BYTES)
        self.assertIsNotNone(lent.take(60_000, now))
        self.assertIsNone(lent.take(60_000, now))
        lent.give(share)
        self.assertIsNotNone(lent.take(60_000, now))

    def test_a_reply_larger_than_all_travels_alone(self) -> None:
        lent = budget.ReplyBudget()
        now = time.monotonic()
        small = lent.take(1, now)
        self.assertIsNone(lent.take(10 << 20, now))
        lent.give(small)
        self.assertEqual(lent.take(10 << 20, now), budget.FIRST_BUDGET_BYTES)
        self.assertIsNone(lent.take(1, now))

    def test_a_waiting_call_goes_when_another_returns_its_share(self) -> None:
        lent = budget.ReplyBudget()
        share = lent.take(10 << 20, time.monotonic())
        got: list[int | None] = []
        waiting = threading.Thread(
            target=lambda: got.append(lent.take(5, time.monotonic() + 30)))
        waiting.start()
        lent.give(share)
        waiting.join(timeout=30)
        self.assertEqual(got, [5 + budget.FRAME_OVERHEAD_BYTES])

    def test_the_share_of_a_call_given_up_is_kept_for_its_late_reply(self) -> None:
        lent = budget.ReplyBudget()
        lent.give(lent.take(10 << 20, time.monotonic()), reply_may_come=True)
        self.assertIsNone(lent.take(1, time.monotonic()))
        self.assertIsNotNone(lent.take(1, time.monotonic() + 30))

    def test_no_more_calls_than_the_server_said(self) -> None:
        lent = budget.ReplyBudget()
        lent.resize(1 << 30, 2)
        now = time.monotonic()
        self.assertIsNotNone(lent.take(1, now))
        self.assertIsNotNone(lent.take(1, now))
        self.assertIsNone(lent.take(1, now))


class RetryCases(unittest.TestCase):
    """A call is sent again only where that is safe and may help."""

    def decide(self, code: shoal.Status, *, sent: bool, idempotent: bool, attempt: int = 0,
               left_s: float = 60, after_ms: int | None = None) -> float | None:
        """What a fresh policy says."""
        fault = shoal.Fault(code, "no", retry_after_ms=after_ms)
        trouble = Trouble(fault, may_have_been_sent=sent)
        return RetryPolicy(random.Random(SEED)).delay_s(trouble, idempotent, attempt, left_s)

    def test_what_may_be_repeated(self) -> None:
        away = shoal.Status.UNAVAILABLE
        self.assertIsNotNone(self.decide(away, sent=False, idempotent=False))
        self.assertIsNotNone(self.decide(away, sent=True, idempotent=True))
        self.assertIsNone(self.decide(away, sent=True, idempotent=False))

    def test_what_would_fail_again(self) -> None:
        for code in (shoal.Status.NOT_FOUND, shoal.Status.INVALID_ARGUMENT,
                     shoal.Status.RESOURCE_EXHAUSTED, shoal.Status.ABORTED):
            self.assertIsNone(self.decide(code, sent=True, idempotent=True))

    def test_the_server_says_when(self) -> None:
        delay = self.decide(shoal.Status.RESOURCE_EXHAUSTED, sent=True, idempotent=True,
                            after_ms=2_000)
        self.assertGreaterEqual(delay, 2.0)
        self.assertLessEqual(delay, 2.4)

    def test_never_beyond_the_deadline_nor_the_last_try(self) -> None:
        away = shoal.Status.UNAVAILABLE
        self.assertIsNone(self.decide(away, sent=False, idempotent=True, left_s=0.05))
        self.assertIsNone(self.decide(away, sent=False, idempotent=True, attempt=9))

    def test_the_bucket_empties(self) -> None:
        policy = RetryPolicy(random.Random(SEED))
        trouble = Trouble(shoal.Fault(shoal.Status.UNAVAILABLE, "no"), may_have_been_sent=False)
        delays = [policy.delay_s(trouble, True, 0, 60) for _ in range(21)]
        self.assertEqual(delays.count(None), 1)
        self.assertIsNone(delays[-1])
        for _ in range(11):
            policy.succeeded()
        self.assertIsNotNone(policy.delay_s(trouble, True, 0, 60))


class BalancerCases(unittest.TestCase):
    """The owner first, else the less busy of two; who fails is left out for a while."""

    def setUp(self) -> None:
        self.balancer = Balancer(random.Random(SEED))
        self.balancer.set_listed(["a", "b"])

    def choose(self, preferred: str | None = None, failed: set[str] | None = None,
               now: float = 0) -> str | None:
        """The choice when a is busy."""
        return self.balancer.choose(preferred, failed or set(), now, {"a": 5, "b": 0}.get)

    def test_the_less_busy_one(self) -> None:
        self.assertEqual({self.choose() for _ in range(20)}, {"b"})

    def test_the_preferred_one(self) -> None:
        self.assertEqual(self.choose(preferred="a"), "a")
        self.assertEqual(self.choose(preferred="a", failed={"a"}), "b")

    def test_three_timeouts_leave_out_for_a_while(self) -> None:
        for _ in range(TIMEOUTS_TO_LEAVE_OUT):
            self.assertFalse(self.balancer.is_left_out("b", 0))
            self.balancer.timed_out("b", 0)
        self.assertEqual(self.choose(), "a")
        self.assertEqual(self.choose(now=1.1), "b")
        self.balancer.answered("b")
        self.assertEqual(self.choose(), "b")

    def test_one_of_the_lost_is_better_than_none(self) -> None:
        self.balancer.lost("a", 0)
        self.balancer.lost("b", 0)
        self.assertIn(self.choose(), ("a", "b"))
        self.balancer.set_listed([])
        self.assertIsNone(self.choose())

    def test_draining_servers_get_no_calls_unless_there_are_no_others(self) -> None:
        def instance(name: str, state: int) -> Instance:
            return Instance(kind=SERVICE_KIND_EVALUATOR, address=name, state=state)

        draining = instance("a", INSTANCE_STATE_DRAINING)
        others = [instance("b", INSTANCE_STATE_LIVE), instance("c", INSTANCE_STATE_LOST)]
        view = WatchResponse(instances=[draining, *others])
        self.assertEqual(addresses(view, SERVICE_KIND_EVALUATOR), ["b", "c"])
        alone = WatchResponse(instances=[draining])
        self.assertEqual(addresses(alone, SERVICE_KIND_EVALUATOR), ["a"])


class PagesCases(unittest.TestCase):
    """Pages in order, asked again where that helps, resumable."""

    @staticmethod
    def fetch(cursor: bytes | None) -> tuple[list[int], bytes | None]:
        """Three pages of two."""
        at = int(cursor or b"0")
        return [at, at + 1], str(at + 2).encode() if at < 4 else None

    def test_all_of_them_and_the_rest(self) -> None:
        self.assertEqual(list(Pages(self.fetch)), [0, 1, 2, 3, 4, 5])
        stream = Pages(self.fetch)
        begun = iter(stream)
        self.assertEqual([next(begun) for _ in range(3)], [0, 1, 2])
        self.assertEqual(list(Pages(self.fetch, stream.cursor)), [2, 3, 4, 5])

    def test_a_lost_page_is_asked_for_again(self) -> None:
        lost = [shoal.Status.DEADLINE_EXCEEDED, shoal.Status.UNAVAILABLE]

        def fetch(cursor: bytes | None) -> tuple[list[int], bytes | None]:
            if lost:
                raise shoal.Fault(lost.pop(), "lost")
            return self.fetch(cursor)

        self.assertEqual(list(Pages(fetch)), [0, 1, 2, 3, 4, 5])

    def test_what_would_fail_again_is_told(self) -> None:
        def fetch(_: bytes | None) -> tuple[list[int], bytes | None]:
            raise shoal.Fault(shoal.Status.NOT_FOUND, "no such segment")

        with self.assertRaises(shoal.Fault):
            list(Pages(fetch))


class FeedCases(unittest.TestCase):
    """A copy of a feed takes what is in order, and tells what is not."""

    END = FeedCursor(partition=3, version=1, generation=1, sequence=7)

    def begun(self, members: set[str] | None = frozenset(("ann", "bob"))) -> FeedCopy:
        """Behind a snapshot, or as it was kept."""
        return FeedCopy(self.END, members)

    def changes(self, *changes: tuple[int, str, bool], to: int = 8, members: int = 0,
                users: tuple[str, ...] | None = None) -> PartitionChanges:
        """Changes with the sum of these users."""
        page = PartitionChanges(cursor=self.END, members=members)
        page.cursor.sequence = to
        for sequence, user, member in changes:
            page.changes.append(MembershipChange(sequence=sequence, user_id=user, member=member))
        if users is not None:
            page.state_hash = sum(map(hash_of, users)) % (1 << 64)
        return page

    def test_the_hash_is_the_one_of_other_languages(self) -> None:
        self.assertEqual(hash_of("ann"), 0x0B41BEBA40346EBE)

    def test_pages_and_changes(self) -> None:
        copy = FeedCopy(FeedCursor(partition=3))
        whole = sum(map(hash_of, ("ann", "bob"))) % (1 << 64)
        copy.take_page(SnapshotResponse(cursor=self.END, users=["ann"], next=1))
        copy.take_page(SnapshotResponse(
            cursor=self.END, users=["bob"], members=2, state_hash=whole))
        page = self.changes((8, "ann", True), (9, "bob", False), to=9, members=1, users=("ann",))
        self.assertTrue(copy.take(page))
        self.assertEqual((copy.members, copy.cursor.sequence), ({"ann"}, 9))

    def test_who_is_told_without_a_name_and_number(self) -> None:
        # Somebody is gone since: of a copy that was taken up it may be any member.
        self.assertFalse(self.begun().take(self.changes((8, "", False))))
        self.assertTrue(self.begun(None).take(self.changes((8, "", False))))
        whole = FeedCopy(FeedCursor(partition=3))
        members = sum(map(hash_of, ("ann",))) % (1 << 64)
        whole.take_page(SnapshotResponse(
            cursor=self.END, users=["ann"], numbers=[1], members=1, state_hash=members))
        self.assertTrue(whole.take(self.changes((8, "", False))))

    def test_a_page_that_is_missing(self) -> None:
        copy = FeedCopy(FeedCursor(partition=3))
        with self.assertRaises(FeedProblem):
            copy.take_page(SnapshotResponse(
                cursor=self.END, users=["bob"], members=2, state_hash=1))

    def test_gaps_repeats_and_what_is_missing_at_the_end(self) -> None:
        for page in (self.changes((9, "cid", True), to=9), self.changes((7, "cid", True), to=7),
                     self.changes((8, "cid", True), to=9)):
            for copy in (self.begun(), self.begun(None)):
                with self.assertRaises(FeedProblem):
                    copy.take(page)

    def test_another_set_or_feed(self) -> None:
        page = self.changes((8, "cid", True), members=3, users=("ann", "bob", "dan"))
        with self.assertRaises(FeedProblem):
            self.begun().take(page)
        self.assertTrue(self.begun(None).take(page))
        page = self.changes((8, "cid", True))
        page.cursor.generation = 2
        with self.assertRaises(FeedProblem):
            self.begun().take(page)

    def test_a_stale_cursor_takes_nothing(self) -> None:
        copy = self.begun()
        self.assertFalse(copy.take(PartitionChanges(cursor=self.END, stale=True)))
        self.assertEqual(copy.cursor.sequence, 7)


class WordsCases(unittest.TestCase):
    """Definitions, values and checksums."""

    def test_parents_stand_before_their_children(self) -> None:
        tree = shoal.all_of(
            shoal.did("Charged", between=(2, 5), window=shoal.last(timedelta(days=14))),
            shoal.not_(shoal.any_of(shoal.did_not("Seen"), shoal.user("city", "in", "Pune"))),
        )
        nodes = shoal.definition(tree, zone="UTC").nodes
        kinds = [node.WhichOneof("kind") for node in nodes]
        self.assertEqual(kinds, ["all", "did", "not", "any", "did_not", "user"])
        self.assertEqual(list(nodes[0].all.children), [1, 2])
        self.assertEqual(list(getattr(nodes[2], "not").children), [3])
        self.assertEqual(list(nodes[3].any.children), [4, 5])
        self.assertEqual((nodes[1].did.count.low, nodes[1].did.count.high), (2, 5))
        self.assertEqual(nodes[1].did.window.rolling.duration_ms, 14 * 86_400_000)

    def test_what_is_no_definition(self) -> None:
        with self.assertRaisesRegex(ValueError, "greater_than"):
            shoal.user("age", "more", 3)
        with self.assertRaises(ValueError):
            shoal.did("Charged", at_least=1, exactly=2)

    def test_an_instant_needs_a_zone(self) -> None:
        with self.assertRaises(ValueError):
            values.encode(datetime(2025, 5, 3))
        at = datetime(2025, 5, 3, 10, 0, 0, 250_000, tzinfo=timezone.utc)
        self.assertEqual(values.decode(values.encode(at)), at)

    def test_both_checksums_agree(self) -> None:
        chance = random.Random(SEED)
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        for size in (0, 1, 15, 16, 1_000):
            data = chance.randbytes(size)
            self.assertEqual(crc32c(data), crc32c_by_table(data), f"seed {SEED}, {size} bytes")

    def test_wishes_have_limits(self) -> None:
        for wish in ({"timeout_ms": 0}, {"timeout_ms": 600_001}, {"max_reply_bytes": 0},
                     {"request_id": b"short"}):
            with self.assertRaises(ValueError):
                shoal.CallOptions(**wish)


if __name__ == "__main__":
    unittest.main()
