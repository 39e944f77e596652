# A thousand segments as the teams of a company would have them, counted in one call, beside ten.
"""Made of one seed over the names of the generated data: thresholds, windows and filters vary, and
much is shared, since people segment by the same few things."""
import datetime
import random
import statistics
import time

import product
import shoal
from shoal.contract.evaluation.v1 import PreviewRequest, SizesRequest, Subject
from shoal.contract.segment.v1 import AGGREGATE_KIND_SUM, COMPARISON_AT_LEAST, Node
from shoal.values import encode, encode_version

SEED = 20250702
MANY, FEW = 1_000, 10
CHECKED = 20
EVENTS = {"App Launched": 9, "Page Viewed": 5, "Play": 5, "Product Viewed": 7, "Search": 3,
          "Added To Cart": 6, "Article Read": 3, "Charged": 10, "Notification Clicked": 4,
          "Wishlist Added": 2, "Coupon Applied": 1, "Subscription Started": 2}
DAYS = {7: 4, 14: 2, 30: 6, 60: 1, 90: 3}
COUNTS = {1: 8, 2: 3, 3: 4, 5: 2, 10: 1}
AMOUNTS = {50: 2, 100: 3, 500: 1}
CATEGORIES = {"Shoes": 3, "Phones": 2, "Books": 1, "Grocery": 1}
GENRES = {"Comedy": 3, "Drama": 2, "Action": 1}
SAVED = {"q2": 3, "q5": 2, "q6": 2, "q7": 1, "q8": 2}
CATEGORY_OF = ("Product Viewed", "Added To Cart", "Charged", "Wishlist Added")


class Maker:
    """Draws segments, each once."""

    def __init__(self, seed=SEED):
        self.random = random.Random(seed)

    def some(self, weights):
        return self.random.choices(list(weights), list(weights.values()))[0]

    def window(self):
        return shoal.last(datetime.timedelta(days=self.some(DAYS)))

    def filters(self, event):
        if event in CATEGORY_OF and self.random.random() < 0.3:
            return [shoal.where("category", "equals", self.some(CATEGORIES))]
        if event == "Play" and self.random.random() < 0.5:
            return [shoal.where("genre", "equals", self.some(GENRES))]
        if event in ("Charged", "Added To Cart") and self.random.random() < 0.2:
            return [shoal.where("amount", "greater_than", self.some(AMOUNTS))]
        return []

    def past(self):
        """What somebody did."""
        event = self.some(EVENTS)
        if event == "Charged" and self.random.random() < 0.25:
            return self.spent()
        return shoal.did(event, at_least=self.some(COUNTS), where=self.filters(event),
                         window=self.window())

    def spent(self):
        node = Node()
        node.did.events.append("Charged")
        node.did.count.comparison, node.did.count.low = COMPARISON_AT_LEAST, 1
        node.did.aggregates.add(
            kind=AGGREGATE_KIND_SUM, property="amount", comparison=COMPARISON_AT_LEAST,
            low=encode(self.some(AMOUNTS)))
        node.did.window.CopyFrom(self.window())
        return shoal.Condition("did", node.did)

    def person(self):
        """What is known of somebody."""
        kind = self.some({"country": 5, "age": 3, "os": 2, "source": 3, "version": 2, "gender": 1})
        if kind == "country":
            return shoal.user("country", "in", *self.some(
                {("IN",): 4, ("US",): 3, ("BR", "MX"): 2, ("DE", "FR", "GB"): 2, ("ID", "PH"): 1}))
        if kind == "age":
            return shoal.user("age", "between", *self.some(
                {(18, 24): 3, (25, 34): 4, (35, 44): 2, (45, 60): 1}))
        if kind == "version":
            version = shoal.where("app_version", "at_least")
            version.operands.append(encode_version(self.some({"5.10.0": 2, "5.12.0": 1})))
            return shoal.Condition("user", version)
        values = {"os": {"Android": 3, "iOS": 2}, "gender": {"F": 1, "M": 1},
                  "source": {"facebook": 3, "google": 2, "organic": 2, "referral": 1}}
        return shoal.user(kind, "equals", self.some(values[kind]))

    def segment(self):
        chance = self.random.random
        parts = [self.person() for _ in range(self.some({0: 3, 1: 5, 2: 2}))]
        parts += [self.past() for _ in range(self.some({1: 6, 2: 3}))]
        if chance() < 0.4:
            parts.append(shoal.did_not(self.some(EVENTS), window=self.window()))
        if chance() < 0.15:
            parts.append(shoal.any_of(self.past(), self.past()))
        if chance() < 0.1:
            parts.append(shoal.in_segment(self.some(SAVED)))
        return shoal.definition(shoal.all_of(*parts), zone="UTC")

    def segments(self, count):
        """So many, all of them different."""
        known, made = set(), []
        while len(made) < count:
            segment = self.segment()
            text = segment.SerializeToString(deterministic=True)
            if text not in known:
                known.add(text)
                made.append(segment)
        return made


def measure(ours, rounds):
    """Counts a thousand and the first ten of them, in turns; and some by themselves."""
    made, pid = Maker().segments(MANY), ours.evaluator()
    ask(ours, made, product.AT_MS)
    base = product.memory_mb(pid)
    product.forget_peak(pid)
    found = {FEW: [], MANY: []}
    for number in range(1, rounds + 1):
        for count in found:
            found[count].append(block(ours, made[:count], pid, product.AT_MS - number))
    peak = product.peak_mb(pid)
    answer = ask(ours, made, product.AT_MS)
    different = [
        (number, alone, answer.sizes[number].users)
        for number in random.Random(SEED).sample(range(MANY), CHECKED)
        if (alone := ours.client.segments.Preview(
            PreviewRequest(definition=made[number], at_ms=product.AT_MS),
            shoal.CallOptions(timeout_ms=60_000, max_reply_bytes=1 << 20)).users)
        != answer.sizes[number].users]
    work = {field.name: value for field, value in answer.work.ListFields()}
    few, many = (
        [round(statistics.median(column), 1) for column in zip(*found[count])]
        for count in (FEW, MANY))
    return {"few": few, "many": many, "ratio": round(many[1] / few[1], 1), "work": work,
            "few_work": {field.name: value for field, value in
                         ask(ours, made[:FEW], product.AT_MS).work.ListFields()},
            "memory_mb": max(peak - base, 0), "different": different}


def ask(ours, definitions, at_ms):
    return ours.client.segments.Sizes(
        SizesRequest(subjects=[Subject(definition=one) for one in definitions], at_ms=at_ms),
        shoal.CallOptions(timeout_ms=600_000, max_reply_bytes=1 << 20))


def block(ours, definitions, pid, at_ms):
    """Median of some calls: ms in the engine, ms at the client, CPU ms of the evaluator."""
    calls, cpu, begun = [], product.cpu_s(pid), time.perf_counter()
    while not calls or time.perf_counter() - begun < 0.3:
        started = time.perf_counter()
        told = ask(ours, definitions, at_ms)
        calls.append((told.took_us / 1e3, (time.perf_counter() - started) * 1e3))
    used = (product.cpu_s(pid) - cpu) * 1e3 / len(calls)
    return (*(statistics.median(column) for column in zip(*calls)), used)


def figures(found):
    """One object per figure, as targets.md says."""
    for place, name in enumerate(("wall_ms", "client_ms", "cpu_ms")):
        few, many = found["few"][place], found["many"][place]
        yield {"bench": "engine", "figure": f"{MANY} segments {name}", "value": many, "unit": "ms",
               "peers": {f"{FEW} segments": few}, "target": f"<= 30x {FEW} segments",
               "met": many <= 30 * few}


def tell(found):
    few, many, work = found["few"], found["many"], found["work"]
    print(f"{MANY} segments in one call: {many[0]} ms in the engine, {many[1]} at the client, "
          f"{many[2]} CPU; {FEW} of them: {few[0]}, {few[1]}, {few[2]}; "
          f"{found['ratio']} times as long; {found['memory_mb']} MB more at most")
    print(f"  parts: {work['asked']} asked, {work['distinct']} different; read from columns: "
          f"{work['leaves_asked']} asked, {work['leaves_distinct']} different "
          f"({FEW}: {found['few_work']['leaves_distinct']}), in {passes(work)} passes "
          f"({FEW}: {passes(found['few_work'])}); {work['sets_kept']} sets kept at most")


def passes(work):
    """The passes over the columns of a partition."""
    return work["passes"] * work["distinct"] // work["evaluated"]
