"""Which server gets the next call: a decision without clock, lock or network."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

#: Timeouts in a row after which a server gets no calls for a while.
TIMEOUTS_TO_LEAVE_OUT = 3
#: How long it is left out at first, and at most, in seconds.
OUT_S, OUT_S_MAX = 1.0, 30.0


@dataclass
class _Standing:
    timeouts_in_a_row: int = 0
    times_out: int = 0
    out_until: float = 0.0


class Balancer:
    """Knows the servers of one kind and how they did lately; the caller holds a lock around it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        #: Those the roster names, in its order.
        self.listed: list[str] = []
        self._standings: dict[str, _Standing] = {}

    def set_listed(self, servers: Iterable[str]) -> None:
        """Takes over a list; servers that stay on it keep their standing."""
        self.listed = list(dict.fromkeys(servers))
        kept = set(self.listed)
        self._standings = {at: one for at, one in self._standings.items() if at in kept}

    def is_left_out(self, server: str, now: float) -> bool:
        """Whether calls are kept from this server."""
        standing = self._standings.get(server)
        return standing is not None and standing.out_until > now

    def choose(self, preferred: str | None, failed: set[str], now: float,
               cost: Callable[[str], int]) -> str | None:
        """The preferred one, else the less busy of two random ones; None when there is none.

        When all are left out or have failed this call, one of them is better than none.
        """
        if preferred and preferred not in failed and not self.is_left_out(preferred, now):
            return preferred
        present = [server for server in self.listed if not self.is_left_out(server, now)]
        fresh = [server for server in present if server not in failed]
        untried = [server for server in self.listed if server not in failed]
        for among in (fresh, present, untried, self.listed):
            if among:
                return min(self._chance.sample(among, min(2, len(among))), key=cost)
        return preferred

    def answered(self, server: str) -> None:
        """The server answered, whatever it said."""
        self._standings.pop(server, None)

    def timed_out(self, server: str, now: float) -> None:
        """The server did not answer in time."""
        standing = self._standings.setdefault(server, _Standing())
        standing.timeouts_in_a_row += 1
        if standing.timeouts_in_a_row >= TIMEOUTS_TO_LEAVE_OUT:
            self.lost(server, now)

    def lost(self, server: str, now: float) -> None:
        """There is no connection: left out for a while, each time longer, then tried again."""
        standing = self._standings.setdefault(server, _Standing())
        standing.out_until = now + min(OUT_S * 1.6 ** min(standing.times_out, 16), OUT_S_MAX)
        standing.times_out += 1
