"""How many bytes of replies one connection may have in flight, so that none is dropped."""

from __future__ import annotations

import threading
import time

#: What the kernel keeps beside a reply's bytes in a socket's buffer.
FRAME_OVERHEAD_BYTES = 1_280
#: What any server can buffer; the budget of a connection before its Hello.
FIRST_BUDGET_BYTES = 128 << 10
#: Calls of one client in flight; the next waits.
IN_FLIGHT_MAX = 64
#: How long the share of a call that was given up is kept for its late reply, in seconds.
LATE_REPLY_S = 2.0


class ReplyBudget:
    """Lends shares of what the server can buffer for one connection; thread-safe.

    A server drops a reply, without a word, when the one before it is not yet whole in the
    kernel's buffer. So each call reserves what its reply may need before it is sent; one that
    needs more than all of it travels alone.
    """

    def __init__(self) -> None:
        self._capacity = FIRST_BUDGET_BYTES
        self._in_flight_max = IN_FLIGHT_MAX
        self._used = 0
        self._in_flight = 0
        self._late: list[tuple[float, int]] = []
        self._changed = threading.Condition()

    @property
    def used_bytes(self) -> int:
        """What is reserved: how busy the server is through this connection."""
        return self._used

    def resize(self, capacity: int, in_flight_max: int) -> None:
        """Takes over what the server's Hello told."""
        with self._changed:
            self._capacity = max(capacity, 1)
            self._in_flight_max = min(max(in_flight_max, 1), IN_FLIGHT_MAX)
            self._changed.notify_all()

    def reset(self) -> None:
        """A new connection has an unknown server behind it."""
        with self._changed:
            self._capacity = min(self._capacity, FIRST_BUDGET_BYTES)

    def take(self, max_reply_bytes: int, deadline: float) -> int | None:
        """Waits for a share until the deadline (of time.monotonic); None: it did not come."""
        with self._changed:
            while True:
                now = time.monotonic()
                self._reclaim(now)
                cost = min(max_reply_bytes + FRAME_OVERHEAD_BYTES, self._capacity)
                fits = self._used == 0 or cost <= self._capacity - self._used
                if fits and self._in_flight < self._in_flight_max:
                    self._used += cost
                    self._in_flight += 1
                    return cost
                if now >= deadline:
                    return None
                until = min([deadline, *(due for due, _ in self._late)])
                self._changed.wait(max(until - now, 0.001))

    def give(self, cost: int, *, reply_may_come: bool = False) -> None:
        """Returns a share; later, when the reply may still be on its way."""
        with self._changed:
            if reply_may_come:
                self._late.append((time.monotonic() + LATE_REPLY_S, cost))
                return
            self._release(cost)

    def _reclaim(self, now: float) -> None:
        due = [cost for at, cost in self._late if at <= now]
        self._late = [entry for entry in self._late if entry[0] > now]
        for cost in due:
            self._release(cost)

    def _release(self, cost: int) -> None:
        self._used -= cost
        self._in_flight -= 1
        self._changed.notify_all()
