# Live segments under load: how late changes are, what events cost, timers, restarts, take-overs.
"""Called by Deploy/bench live, which see."""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import statistics
import sys
import threading
import time

import product
import shoal
import shoal.partitions
from streams import PARTITIONS, SENDERS, Consumer, Stream, on, read, send, trickle, unless

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
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
    #: Until partitions without news have sealed their tails: what rows take is no timer's.
    rest_s: int


SIZES = {
    "smoke": Size(300, 500, 2, 2_000, (2, 5, 10), 300, 2, 3, 0),
    "S": Size(100_000, 5_000, 20, 200_000, (10, 100, 1_000), 100_000, 60, 20, 15),
    "M": Size(1_000_000, 20_000, 30, 500_000, (10, 100, 1_000), 1_000_000, 60, 60, 25),
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
            for part in (bench.latency, bench.timers, bench.costs, bench.heard):
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
            "target": "" if most is None else f"<= {most:.3g}",
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
        read(self.client)

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
        held = [self.rest(pid, size)]
        for event in ("Unheard", "Far"):
            self.send(event, count)
            held.append(self.rest(pid, size))
        rows = held[1] - held[0]
        yield figure(f"memory per armed timer, {count}", per(held[2] - held[1] - rows, count),
                     "bytes", 64)
        yield figure(f"restart with {count} timers, kill -9 to answer", self.restart(pid), "s")
        pid = self.ours.evaluator()
        held = [self.rest(pid, size)]
        self.send("Unheard", count)
        held.append(self.rest(pid, size))
        rows = held[1] - held[0]
        yield from self.fire(size)
        held.append(self.rest(pid, size))
        yield figure(f"memory per followed user, {count} in",
                     per(held[2] - held[1] - rows, count), "bytes", 150)

    def rest(self, pid, size):
        """The process's own memory once it has read all and is at rest, in bytes."""
        self.read()
        time.sleep(size.rest_s)
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

    def heard(self, size):
        """The evaluator's time per event that three of a hundred segments hear; none fires."""
        project, pid = "heard", self.ours.evaluator()
        with shoal.connect(self.registry, project=project) as client:
            client.create_project(project)
            for number in range(97):
                client.create_segment(f"other-{number}", on(f"Other {number}"))
            for number in range(3):
                never = [shoal.where("tier", "equals", f"none-{number}")]
                client.create_segment(f"never-{number}", on("Played", never))
            found = {}
            for event in ("Unheard", "Played"):
                send(client, project, event, size.cost_events)
                read(client)
                cpu = product.cpu_s(pid)
                send(client, project, event, size.cost_events)
                read(client)
                found[event] = (product.cpu_s(pid) - cpu) * 1e6 / size.cost_events
        yield figure("evaluator per event, 3 of 100 segments hear it", round(found["Played"], 2),
                     "us CPU")
        lane = max(found["Played"] - found["Unheard"], 0.01)
        yield figure("the same without reading and storing the event", round(lane, 2), "us CPU",
                     1e6 / 300_000)

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


def quantile(values, share):
    """Of sorted values; 0 where there are none."""
    return round(values[min(int(len(values) * share), len(values) - 1)], 2) if values else 0


def per(difference, count):
    return round(difference / count, 1)


if __name__ == "__main__":
    sys.exit(main())
