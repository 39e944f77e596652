# Segment questions over generated events: the product beside its peers, round robin, in one run.
"""Called by Deploy/bench engine, which see."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import product
import segments

QUESTIONS = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q12"]
SIZES = {"smoke": "XS", "S": "S", "M": "M"}
ROUNDS = {"smoke": 1, "S": 5, "M": 7}
# What each question must touch at the least on M, and what memory gives in a ms on two threads
# (targets.md): the distance to the physical limit.
TOUCHED_MB = {"q1": 0.2, "q2": 4.8, "q3": 1.6, "q4": 17.9, "q5": 6.9, "q6": 1.1, "q7": 3.0,
              "q8": 11.4, "q12": 3.2}
MB_PER_MS = 27.0

EVENTS = """COPY (SELECT '{"event_id":"' || event_id || '","user_id":"' || user_id ||
 '","event":"' || event || '","ts":"' || strftime(epoch_ms(ts), '%Y-%m-%dT%H:%M:%S.%gZ') ||
 '","properties":{' || concat_ws(',', '"amount":' || amount, '"category":"' || category || '"',
 '"genre":"' || genre || '"', '"referrer":"' || referrer || '"') || '}}' FROM '@from')
 TO '@to' (FORMAT CSV, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"""
USERS = """COPY (SELECT '{"user_id":"' || user_id || '","properties":{"country":"' || country ||
 '","city":"' || city || '","age":' || age || ',"gender":"' || gender || '","device":"' ||
 device || '","os":"' || os || '","app_version":"' || app_version || '","source":"' || source ||
 '","signup_ts":' || signup_ts || '}}' FROM '@from')
 TO '@to' (FORMAT CSV, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools"), parser.add_argument("--place"), parser.add_argument("--bin")
    parser.add_argument("--size"), parser.add_argument("--peers"), parser.add_argument("--keep")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, options.tools)
    place, size = pathlib.Path(options.place), SIZES[options.size]
    files = generate(options.tools, place, size)
    peers = start_peers(options, place, size)
    folder = pathlib.Path(options.keep or place / f"suite-{size}")
    ours = product.Product(options.bin, folder)
    try:
        known = (folder / "load.json").is_file()
        ours.start()
        if known:
            load = json.loads((folder / "load.json").read_text())
        else:
            load = ours.load(files)
            (folder / "load.json").write_text(json.dumps(load))
        report = measure(ours, peers, ROUNDS[options.size])
        report["load"]["shoal"] = load
        report["size"] = size
    finally:
        ours.stop()
        for peer in peers.values():
            peer["remote"].ask("quit")
    tell(report, options.json)
    return 1 if report["different"] else 0


def generate(tools, place, size):
    """The generated data, as the peers read them and as the product does; made once."""
    data, lines = place / "data", place / "lines" / size
    if not (data / size / "events.parquet").is_file():
        subprocess.run([sys.executable, f"{tools}/gen.py", data, size], check=True,
                       stdout=sys.stderr)
    files = [lines / "users.ndjson", lines / "events.ndjson"]
    if not all(f.is_file() for f in files):
        import duckdb
        lines.mkdir(parents=True, exist_ok=True)
        for file, text in zip(files, (USERS, EVENTS)):
            source = data / size / f"{file.stem}.parquet"
            partial = file.with_suffix(".partial")
            duckdb.execute(text.replace("@from", str(source)).replace("@to", str(partial)))
            partial.rename(file)
    return files


def start_peers(options, place, size):
    """Each peer in a process of its own, loaded once, with its fastest form of each question."""
    import bench
    bench.mp.set_start_method("spawn")
    work = place / "peers"
    work.mkdir(parents=True, exist_ok=True)
    asked = argparse.Namespace(data=str(place / "data"), work=str(work), size=size)
    peers = {}
    for name in filter(None, options.peers.split(",")):
        mark = work / f"{name}-{size}.json"
        remote = bench.Remote(name, asked)
        if not mark.is_file():
            load = remote.ask("load", {"json": False})
            load["disk_mb"] = round(sum(stored(part) for part in load.values()) / 1e6, 1)
            mark.write_text(json.dumps(load))
            remote.ask("quit")
            remote.p.join()
            remote = bench.Remote(name, asked)
        forms, version = remote.ask("open")
        peers[name] = {"remote": remote, "forms": forms, "version": version,
                       "load": json.loads(mark.read_text())}
    return peers


def stored(part):
    """Bytes on disk of one of a peer's layouts, where its report tells them."""
    return part.get("bytes", 0) if isinstance(part, dict) else 0


def measure(ours, peers, rounds):
    pid = ours.evaluator()
    # What loading took is not what asking takes.
    product.forget_peak(pid)
    report = {"questions": {}, "different": [], "load": {n: p["load"] for n, p in peers.items()},
              "versions": {n: p["version"] for n, p in peers.items()}}
    for question in QUESTIONS:
        best = {name: fastest(peer, question) for name, peer in peers.items()}
        answer = [list(row) for row in ours.answer(question)]
        for name, (form, rows) in best.items():
            if [list(map(int, row)) for row in rows] != answer:
                report["different"].append((question, name, rows[:3], answer[:3]))
        found = {name: [] for name in ["shoal", "shoal again", "shoal off the day", *peers]}
        for _ in range(rounds):
            found["shoal"].append(ours.block(question, pid, repeated=False))
            found["shoal again"].append(ours.block(question, pid, repeated=True))
            found["shoal off the day"].append(
                ours.block(question, pid, repeated=False, off_day=True))
            for name, peer in peers.items():
                ms, cpu_ms, _ = peer["remote"].ask("block", (question, best[name][0]))
                found[name].append((ms, ms, cpu_ms))
        report["questions"][question] = {
            name: [round(statistics.median(column), 3) for column in zip(*blocks)]
            for name, blocks in found.items()}
        print(question, report["questions"][question], file=sys.stderr)
    report["peak_mb"] = product.peak_mb(pid)
    report["segments"] = segments.measure(ours, rounds)
    report["different"] += [
        (f"segment {number}", "alone", alone, shared)
        for number, alone, shared in report["segments"].pop("different")]
    return report


def fastest(peer, question):
    """The form of the question that a peer answers first, warmed, and its answer."""
    tries = []
    for form in (f for q, f in peer["forms"] if q == question):
        for _ in range(2):
            ms, rows = peer["remote"].ask("run", (question, form))
        tries.append((ms, form, rows))
    ms, form, rows = min(tries, key=lambda t: t[0])
    return form, rows


def figures(report):
    """One object per figure, as targets.md says."""
    for question, found in report["questions"].items():
        databases = {n: v for n, v in found.items() if n in ("chdb", "duckdb")}
        for place, name in ((0, "wall_ms"), (2, "cpu_ms")):
            peers = {n: v[place] for n, v in found.items() if not n.startswith("shoal")}
            fast = min((v[place] for v in databases.values()), default=None)
            value = found["shoal"][place]
            yield {"bench": "engine", "figure": f"{question} {name}", "value": value, "unit": "ms",
                   "peers": peers, "target": "<= fastest database / 10",
                   "met": fast is not None and value <= fast / 10}
        yield {"bench": "engine", "figure": f"{question} off_day wall_ms",
               "value": found["shoal off the day"][0], "unit": "ms", "peers": {},
               "target": "<= first * 1.2",
               "met": found["shoal off the day"][0] <= found["shoal"][0] * 1.2}
        yield {"bench": "engine", "figure": f"{question} again wall_ms",
               "value": found["shoal again"][0], "unit": "ms", "peers": {},
               "target": "<= first / 10, or 0.1",
               "met": found["shoal again"][0] <= max(found["shoal"][0] / 10, 0.1)}
    load = report["load"]
    for figure, unit in (("total_s", "s"), ("disk_mb", "MB")):
        peers = {n: v[figure] for n, v in load.items() if n != "shoal" and figure in v}
        if figure not in load["shoal"]:
            continue
        value = load["shoal"][figure]
        bound = min(peers.values(), default=None)
        yield {"bench": "engine", "figure": f"load {figure}", "value": value, "unit": unit,
               "peers": peers, "target": "<= best peer",
               "met": bound is not None and value <= bound}
    yield {"bench": "engine", "figure": "peak_mb", "value": report["peak_mb"], "unit": "MB",
           "peers": {}, "target": "<= 500", "met": report["peak_mb"] <= 500}
    yield from segments.figures(report["segments"])


def tell(report, as_json):
    if as_json:
        for figure in figures(report):
            print(json.dumps(figure))
    else:
        table(report)
    for question, name, theirs, ours in report["different"]:
        print(f"DIFFERENT {question}: {name} {theirs}, shoal {ours}", file=sys.stderr)


def table(report):
    names = list(next(iter(report["questions"].values())))
    peers = [n for n in names if not n.startswith("shoal")]
    print(f"size {report['size']}; milliseconds wall/CPU in the engine, medians of one run")
    head = ["", "shoal", "by wire", "again", "off the day", *peers,
            "vs database", "vs polars", "x limit"]
    print("".join(f"{h:>16}" for h in head))
    for question, found in report["questions"].items():
        ours = found["shoal"]
        databases = [found[n][0] for n in ("chdb", "duckdb") if n in found]
        ratio = f"{min(databases) / ours[0]:.1f}x" if databases else "-"
        polars = f"{found['polars'][0] / ours[0]:.1f}x" if "polars" in found else "-"
        limit = f"{ours[0] / (TOUCHED_MB[question] / MB_PER_MS):.0f}" \
            if report["size"] == "M" else "-"
        cells = [question, f"{ours[0]:.2f}/{ours[2]:.2f}", f"{ours[1]:.2f}",
                 f"{found['shoal again'][0]:.2f}",
                 f"{found['shoal off the day'][0]:.2f}",
                 *(f"{found[p][0]:.1f}/{found[p][2]:.1f}" for p in peers), ratio, polars, limit]
        print("".join(f"{c:>16}" for c in cells))
    for figure in figures(report):
        if figure["figure"].split()[0] in ("load", "peak_mb"):
            others = ", ".join(f"{n} {v}" for n, v in figure["peers"].items())
            print(f"{figure['figure']}: {figure['value']} {figure['unit']} ({others})")
    segments.tell(report["segments"])


if __name__ == "__main__":
    sys.exit(main())
