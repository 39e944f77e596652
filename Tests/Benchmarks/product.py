# The product as a bench sees it: a suite of its own, loaded through its front door and asked there.
"""Starts a suite, imports the generated data, asks its evaluator over the wire."""
import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

import shoal
from shoal.contract.evaluation.v1 import CountRequest, Subject, TrendRequest

NOW_MS = 1_751_328_000_000
DAY_MS = 86_400_000
PROJECT = "bench"
QUESTIONS = pathlib.Path(__file__).resolve().parent / "Questions"
READY_S = 3_600
TICKS = os.sysconf("SC_CLK_TCK")
# In the questions' terms ranges are [a, b): asked a millisecond before the end.
AT_MS = NOW_MS - 1
# As people ask: at 13:37 of the day before, and with the days of a zone half an hour off.
OFF_DAY_MS = -(10 * 60 + 23) * 60_000
OFF_ZONE = "Asia/Kolkata"


class Product:
    """One suite, with one evaluator unless said, so that the engine's process is one."""

    def __init__(self, binaries, folder, evaluators=1):
        self.binaries, self.folder = pathlib.Path(binaries), pathlib.Path(folder)
        self.evaluators = evaluators
        self.suite = self.client = None
        self.asked = 0

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "up.log"
        with open(log, "wb") as output:
            self.suite = subprocess.Popen(
                [self.binaries / "shoal", "up", "--json", "--data", self.folder / "data",
                 "--evaluators", str(self.evaluators), "--ready-timeout", str(READY_S)],
                stdout=output, stderr=subprocess.STDOUT)
        until = time.monotonic() + READY_S
        while '"ready":true' not in log.read_text():
            if self.suite.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the suite is not ready: {log.read_text()}")
            time.sleep(0.05)
        self.client = shoal.connect(self.registry, project=PROJECT)

    @property
    def registry(self):
        return f"ipc://{self.folder}/data/run/registry.sock"

    def stop(self):
        if self.client is not None:
            self.client.close()
        if self.suite is not None and self.suite.poll() is None:
            self.suite.send_signal(signal.SIGTERM)
            self.suite.wait(60)

    def run(self, *arguments):
        done = subprocess.run(
            [self.binaries / "shoal", *map(str, arguments), "--data", self.folder / "data"],
            env={**os.environ, "SHOAL_PROJECT": PROJECT}, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"shoal {arguments}: {done.returncode}: {done.stderr}")
        return done.stdout

    def load(self, files):
        """Takes the files in and waits until the evaluator has read and merged them; seconds."""
        self.run("project", "create", PROJECT, "--zone", "UTC")
        begun = time.monotonic()
        for file in files:
            self.run("import", file)
        for question in sorted(QUESTIONS.glob("*.yaml")):
            self.run("segment", "create", question, "--name", question.stem)
        self.count("q1", AT_MS)
        read = time.monotonic() - begun
        self.settle()
        return {"total_s": round(read, 2), "settled_s": round(time.monotonic() - begun, 2),
                "disk_mb": round(self.column_bytes() / 1e6, 1)}

    def settle(self):
        """Waits until the columns' files stay the same for some time: merged, and at rest."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < 15:
            files = sorted(self.chunks())
            if files != last:
                last, since = files, time.monotonic()
            time.sleep(0.5)

    def chunks(self):
        return [str(p) for p in self.folder.glob("data/evaluator-1/columns/*/*/*.chunk")]

    def column_bytes(self):
        return sum(os.path.getsize(p) for p in self.chunks())

    def evaluator(self):
        """The process id of the evaluator, or of the first one."""
        status = json.loads(self.run("status", "--json"))
        return next(i["pid"] for i in status["instances"] if i["kind"] == "evaluator")

    def count(self, question, at_ms):
        return self.client.segments.Count(
            CountRequest(subject=Subject(segment=question), at_ms=at_ms),
            shoal.CallOptions(timeout_ms=600_000))

    def trend(self, question, shift_ms, zone="UTC"):
        """The size at each of the last 90 midnights, and at the range's ends."""
        return self.client.segments.Trend(
            TrendRequest(
                subject=Subject(segment=question), from_ms=NOW_MS - 89 * DAY_MS + shift_ms,
                to_ms=NOW_MS + shift_ms, zone=zone),
            shoal.CallOptions(timeout_ms=60_000, max_reply_bytes=1 << 20))

    def ask(self, question, shift_ms=0, zone="UTC"):
        if question == "q12":
            return self.trend(question, shift_ms, zone)
        return self.count(question, AT_MS + shift_ms)

    def answer(self, question):
        """The answer in the form of the canonical ones: users and the sum of their ids."""
        if question == "q12":
            points = self.trend(question, 0).points
            day = lambda at_ms: (at_ms - NOW_MS) // DAY_MS + 180
            return [[day(p.at_ms), p.users] for p in points]
        ids = [int(user) for user in self.client.members(question, at=at(AT_MS))]
        assert len(ids) == self.count(question, AT_MS).users, question
        return [[len(ids), sum(ids)]]

    def block(self, question, pid, repeated, seconds=0.15, off_day=False):
        """Asks for a while: median ms in the engine, median ms at the client, CPU ms a call."""
        base, zone = (OFF_DAY_MS, OFF_ZONE) if off_day else (0, "UTC")
        engine, client = [], []
        cpu, until = cpu_s(pid), time.perf_counter() + seconds
        while not engine or time.perf_counter() < until:
            begun = time.perf_counter()
            # Another instant each time, so that no answer is one that was kept.
            self.asked += 1
            told = self.ask(question, base + (0 if repeated else -self.asked), zone)
            client.append((time.perf_counter() - begun) * 1e3)
            engine.append(told.took_us / 1e3)
        used = (cpu_s(pid) - cpu) * 1e3 / len(engine)
        return statistics.median(engine), statistics.median(client), used


def at(ms):
    import datetime
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)


def cpu_s(pid):
    """Seconds of CPU a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mb(pid):
    """The most memory a process has held."""
    return status_mb(pid, "VmHWM")


def memory_mb(pid):
    """The memory a process holds now."""
    return status_mb(pid, "VmRSS")


def own_bytes(pid):
    """The memory a process holds that is no file's."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def forget_peak(pid):
    """Begins the peak anew."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def status_mb(pid, field):
    status = dict(
        line.split(":", 1) for line in
        pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return round(int(status[field].split()[0]) / 1024)
