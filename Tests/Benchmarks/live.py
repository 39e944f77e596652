# Live segments under load: how late changes are, what events cost, timers, restarts, take-overs.
"""Called by Deploy/bench live, which see."""
import argparse
import concurrent.futures
import dataclasses
import json
import multiprocessing
import os
import pathlib
import queue
import shutil
import signal
import statistics
import sys
import threading
import time

import product
import shoal
import shoal.partitions
from shoal.contract.ingestion.v1 import TrackRequest
from shoal.contract.segment.v1 import (
    INACTION_ANCHOR_LAST,
    LIMIT_KIND_ONCE,
    ActionTrigger,
    EventTest,
    InactionTrigger,
    LiveDefinition,
)

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
BATCH, SENDERS = 1_000, 4
PARTITIONS = 64
#: One event in so many fires the followed segment.
MATCHING = 50
PATIENCE_S = 600


@dataclasses.dataclass
class Size:
    """How much of everything."""

    users: int
    #: Events per second.
    rate: int
    seconds: int
    cost_events: int
    #: How many segments an event is held against; the middle one also for latency.
    segments: tuple
    timers: int
    fire_s: int
    #: Between the last timer's arming, as foreseen, and the first that fires.
    lead_s: int


SIZES = {
    "smoke": Size(300, 500, 2, 2_000, (2, 5, 10), 300, 2, 3),
    "S": Size(100_000, 5_000, 20, 200_000, (10, 100, 1_000), 100_000, 60, 20),
    "M": Size(1_000_000, 20_000, 30, 500_000, (10, 100, 1_000), 1_000_000, 60, 60),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--place"), parser.add_argument("--bin"), parser.add_argument("--size")
    parser.add_argument("--json", action="store_true")
    options, _ = parser.parse_known_args()
    size = SIZES[options.size]
    place = pathlib.Path(options.place) / f"live-{os.getpid()}"
    found, wrong = [], []
    try:
        with Bench(options.bin, place / "one", 1) as bench:
            bench.wrong = wrong
            for part in (bench.latency, bench.timers, bench.costs):
                found += told(part(size))
        with Bench(options.bin, place / "two", 2) as bench:
            found += told([bench.take_over()])
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if options.json:
        for one in found:
            print(json.dumps(one))
    else:
        print(f"size {options.size}: {size}")
        for one in found:
            met = {True: "met", False: "not met", None: ""}[one["met"]]
            print(f"{one['figure']:58}{one['value']:>12} {one['unit']:12}{one['target']:>14} {met}")
    for one in wrong:
        print(f"WRONG {one}", file=sys.stderr)
    return 1 if wrong else 0


def told(figures):
    """The figures, said while the rest is being measured."""
    figures = list(figures)
    for one in figures:
        print(f"{one['figure']}: {one['value']} {one['unit']}", file=sys.stderr)
    return figures


def figure(name, value, unit, most=None):
    """One object per figure, as targets.md says."""
    return {"bench": "live", "figure": name, "value": value, "unit": unit, "peers": {},
            "target": "" if most is None else f"<= {most}",
            "met": None if most is None else value <= most}


class Bench:
    """A suite of its own, and what is measured in it."""

    def __init__(self, binaries, folder, evaluators):
        self.ours = product.Product(binaries, folder, evaluators)
        self.wrong = []

    def __enter__(self):
        self.ours.start()
        self.client = self.ours.client
        self.client.create_project(product.PROJECT)
        self.registry = self.ours.registry
        return self

    def __exit__(self, *_):
        self.ours.stop()

    def read(self):
        """Waits until the evaluators have read everything that was sent."""
        options = shoal.CallOptions(timeout_ms=PATIENCE_S * 1_000)
        self.client.count(shoal.did("Nothing"), options=options)

    def send(self, event, users, **times):
        """An event of each of so many users, as fast as it goes; seconds."""
        return send(self.client, product.PROJECT, event, users, **times)

    # How late a change is

    def latency(self, size):
        """From the ack of an event to the change in a consumer's hands, at a steady rate."""
        segments = size.segments[1]
        for number in range(segments - 3):
            self.client.create_segment(f"other-{number}", on(f"Other {number}"))
        for number in range(3):
            gold = [shoal.where("tier", "equals", f"gold-{number}")]
            self.client.create_segment(f"gold-{number}", on("Played", gold))
        self.send("Known", size.users)
        self.read()
        consumer = Consumer(self.client.follow("gold-0"))
        consumer.ready.wait(PATIENCE_S)
        stream = Stream(self.registry, size.rate, size.seconds, size.users)
        cpu = product.cpu_s(pid := self.ours.evaluator())
        acks, late = stream.run()
        self.read()
        cpu = product.cpu_s(pid) - cpu
        seen = consumer.take(len(acks), self.wrong)
        lags = sorted((seen[user] - ack) * 1e3 for user, ack in acks.items() if user in seen)
        if len(lags) != len(acks):
            self.wrong.append(f"{len(acks)} matching events, {len(lags)} changes")
        at = f"at {size.rate}/s, {segments} live, {size.users} users"
        return [
            figure(f"ack to change p50, {at}", quantile(lags, 0.5), "ms", 5),
            figure(f"ack to change p99, {at}", quantile(lags, 0.99), "ms", 25),
            figure("sent behind schedule at most", round(late * 1e3, 1), "ms"),
            figure("evaluator, of a core, meanwhile", round(cpu / size.seconds, 2), "cores"),
        ]

    # Timers

    def timers(self, size):
        """Memory of timers, a restart with them, and a minute in which as many fall due."""
        count, pid = size.timers, self.ours.evaluator()
        self.client.create_segment("far", unless("Far", "Never", 30 * DAY_MS))
        self.client.create_segment("near", unless("Near", "Never", HOUR_MS))
        self.send("Known", count)
        held = [self.rest(pid)]
        for event in ("Unheard", "Far"):
            self.send(event, count)
            held.append(self.rest(pid))
        rows = held[1] - held[0]
        yield figure(f"memory per armed timer, {count}", per(held[2] - held[1] - rows, count),
                     "bytes", 64)
        yield figure(f"restart with {count} timers, kill -9 to answer", self.restart(pid), "s")
        pid = self.ours.evaluator()
        held = [self.rest(pid)]
        self.send("Unheard", count)
        held.append(self.rest(pid))
        rows = held[1] - held[0]
        yield from self.fire(size)
        held.append(self.rest(pid))
        yield figure(f"memory per followed user, {count} in",
                     per(held[2] - held[1] - rows, count), "bytes", 150)

    def rest(self, pid):
        """The process's own memory once it has read all, in bytes."""
        self.read()
        return product.own_bytes(pid)

    def restart(self, pid):
        """Kills the evaluator, and waits for every partition's feed."""
        begun = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        feed = self.client.follow("far")
        for _ in range(PARTITIONS):
            feed.poll()
        return round(time.monotonic() - begun, 2)

    def fire(self, size):
        """Arms timers that fall due one after the other, evenly."""
        count = size.timers
        consumer = Consumer(self.client.follow("near"))
        consumer.ready.wait(PATIENCE_S)
        first = int(time.time() * 1e3) + (size.lead_s + count // 20_000) * 1_000
        step = size.fire_s * 1_000 / count
        due = lambda number: first + int(number * step)
        took = self.send("Near", count, at=lambda number: due(number) - HOUR_MS)
        self.read()
        spare = first / 1e3 - time.time()
        if spare < 0:
            self.wrong.append(f"the first timer was due {-spare:.1f} s before all were armed")
        seen = consumer.take(count, self.wrong, clock="wall")
        lost = count - len(seen)
        lags = sorted((at - due(int(user[1:])) / 1e3) * 1e3 for user, at in seen.items())
        early = sum(lag < 0 for lag in lags) + consumer.early
        if lost or early:
            self.wrong.append(f"of {count} timers {lost} were lost and {early} early")
        what = f"of {count} timers over {size.fire_s} s"
        yield figure(f"arming {count} timers", round(count / took), "events/s")
        yield figure(f"lateness {what}, p50", quantile(lags, 0.5), "ms")
        yield figure(f"lateness {what}, p99", quantile(lags, 0.99), "ms", 50)
        yield figure(f"lost or early {what}", lost + early, "timers", 0)

    # What segments cost that an event does not concern

    def costs(self, size):
        """The evaluator's time per event with ever more segments none of which mentions it."""
        project, pid, found, made = "costs", self.ours.evaluator(), {}, 0
        with shoal.connect(self.registry, project=project) as client:
            client.create_project(project)
            for count in size.segments:
                with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
                    list(pool.map(
                        lambda number: client.create_segment(
                            f"other-{number}", on(f"Other {number}")),
                        range(made, count)))
                made, blocks = count, []
                for _ in range(3):
                    read(client)
                    cpu = product.cpu_s(pid)
                    send(client, project, "Unheard", size.cost_events)
                    read(client)
                    blocks.append((product.cpu_s(pid) - cpu) * 1e6 / size.cost_events)
                found[count] = round(statistics.median(blocks), 2)
                yield figure(f"evaluator per event, {count} segments, none hears it",
                             found[count], "us CPU")
        few, *_, many = size.segments
        yield figure(f"the same, {many} segments against {few}",
                     round(found[many] / max(found[few], 0.01), 2), "times", 1.5)

    # An owner dies

    def take_over(self):
        """Kills one of two evaluators, and waits until all its partitions tell changes again."""
        self.client.create_segment("all", on("Played"))
        consumer = Consumer(self.client.follow("all"))
        consumer.ready.wait(PATIENCE_S)
        users = [f"u{number}" for number in range(2_000)]
        homes = {shoal.partitions.partition(product.PROJECT, user, PARTITIONS) for user in users}
        stop = threading.Event()
        thread = threading.Thread(target=trickle, args=(self.client, users, stop))
        thread.start()
        try:
            consumer.wait(lambda: set(consumer.last) >= homes)
            begun = time.monotonic()
            os.kill(self.ours.evaluator(), signal.SIGKILL)
            # What was on its way already says nothing: only events sent from here on count.
            since = int(time.time() * 1e3)
            consumer.wait(lambda: all(consumer.last[home] > since for home in homes))
            took = time.monotonic() - begun
        finally:
            stop.set()
            thread.join()
        return figure("an evaluator of two killed, until every feed goes on", round(took, 2), "s")


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


def quantile(values, share):
    """Of sorted values; 0 where there are none."""
    return round(values[min(int(len(values) * share), len(values) - 1)], 2) if values else 0


def per(difference, count):
    return round(difference / count, 1)


if __name__ == "__main__":
    sys.exit(main())
