# What goes into a suite and what comes out: senders of events, a consumer of a feed, segments.
"""For live.py."""
import concurrent.futures
import multiprocessing
import queue
import sys
import threading
import time

import product
import shoal
from shoal.contract.ingestion.v1 import TrackRequest
from shoal.contract.segment.v1 import (
    INACTION_ANCHOR_LAST,
    LIMIT_KIND_ONCE,
    ActionTrigger,
    EventTest,
    InactionTrigger,
    LiveDefinition,
)

BATCH, SENDERS = 1_000, 4
PARTITIONS = 64
#: One event in so many fires the followed segment.
MATCHING = 50
PATIENCE_S = 600


class Consumer:
    """Follows a segment in a thread of its own, and writes down when it has what."""

    def __init__(self, feed):
        self.feed, self.ready, self.seen = feed, threading.Event(), queue.Queue()
        #: The last change's instant, by partition.
        self.last, self.early = {}, 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            for step in self.feed:
                now, wall = time.monotonic(), time.time()
                for change in step.changes:
                    self.early += change.log_time_ms < change.at_ms
                    self.last[step.cursor.partition] = change.at_ms
                    self.seen.put((change.user_id, now, wall))
                if len(self.feed.cursors) == PARTITIONS:
                    self.ready.set()
        except shoal.Fault as fault:
            # The suite is ended while the feed is read; else the counts do not match.
            print(f"the feed ended: {fault}", file=sys.stderr)

    def take(self, count, wrong, clock="monotonic"):
        """So many changes: when each user's came; those that do not come are missing."""
        seen = {}
        while len(seen) < count:
            try:
                user, now, wall = self.seen.get(timeout=120)
            except queue.Empty:
                return seen
            if user in seen:
                wrong.append(f"{user} was told of twice")
            seen[user] = wall if clock == "wall" else now
        return seen

    def wait(self, condition):
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > until:
                raise RuntimeError("the feed does not go on")
            time.sleep(0.002)


class Stream:
    """Events at a steady rate out of a process of its own."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def run(self):
        """When each matching event was acked, by user; how late a batch was sent at most."""
        context = multiprocessing.get_context("spawn")
        answers = context.Queue()
        process = context.Process(target=stream, args=(*self.arguments, answers))
        process.start()
        acks, late = answers.get(timeout=PATIENCE_S)
        process.join()
        return acks, late


def stream(registry, rate, seconds, users, answers):
    """Sends batches on time, from some threads; one user in MATCHING matches, each once."""
    batch = max(rate // 100, 1)
    requests = []
    for number in range(rate * seconds // batch):
        records = []
        for place in range(number * batch, (number + 1) * batch):
            tier = "gold-0" if place % MATCHING == 0 else "none"
            user = f"u{place // MATCHING if tier == 'gold-0' else place % users}"
            records.append(shoal.event(user, "Played", event_id=f"s{place}", tier=tier))
        requests.append(TrackRequest(records=records))
    acks, late = {}, [0.0]
    with shoal.connect(registry, project=product.PROJECT) as client:
        client.track([shoal.event("u0", "Known")])
        begun = time.monotonic()

        def run(first):
            for number in range(first, len(requests), SENDERS):
                wait = begun + number * batch / rate - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
                late[0] = max(late[0], -wait)
                client.ingestion.Track(requests[number], shoal.CallOptions(timeout_ms=60_000))
                now = time.monotonic()
                for record in requests[number].records:
                    if record.event.properties[0].value.text == "gold-0":
                        acks[record.user_id] = now

        threads = [threading.Thread(target=run, args=(first,)) for first in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answers.put((acks, late[0]))


def trickle(client, users, stop):
    """Sends events of all users again and again until told to stop."""
    number = 0
    while not stop.is_set():
        some = [users[(number + place) % len(users)] for place in range(100)]
        number += len(some)
        try:
            client.track([shoal.event(user, "Played") for user in some])
        except shoal.Fault:
            # Ingestion stays; but whatever it says, the next batch is sent.
            pass
        stop.wait(0.01)


def send(client, project, event, users, at=None):
    """An event of each of so many users; seconds."""
    options = shoal.CallOptions(timeout_ms=60_000, project=project)

    def some(first):
        records = []
        for number in range(first, min(first + BATCH, users)):
            record = shoal.event(f"u{number}", event)
            if at is not None:
                record.event.occurred_at_ms = at(number)
            records.append(record)
        client.ingestion.Track(TrackRequest(records=records), options)

    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(some, range(0, users, BATCH)))
    return time.monotonic() - begun


def read(client):
    client.count(shoal.did("Nothing"), options=shoal.CallOptions(timeout_ms=PATIENCE_S * 1_000))


def on(event, where=()):
    """Fires every time."""
    return LiveDefinition(action=ActionTrigger(event=EventTest(events=[event], where=where)))


def unless(did, did_not, within_ms):
    """Fires when something is not done in time."""
    return LiveDefinition(inaction=InactionTrigger(
        did=EventTest(events=[did]), did_not=EventTest(events=[did_not]), within_ms=within_ms,
        anchor=INACTION_ANCHOR_LAST), limit=LIMIT_KIND_ONCE)
