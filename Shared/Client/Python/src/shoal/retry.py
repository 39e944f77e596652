"""Whether and when a failed call is tried again: a decision without clock or network."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

from shoal.faults import Fault, Status

FIRST_DELAY_S, DELAY_S_MAX, FACTOR = 0.1, 5.0, 1.6
JITTER = (0.8, 1.2)
#: Tries of one call, the first one included; the wire allows 100.
TRIES_MAX = 10
#: Retries in a row without a success between them, and what a success gives back.
TOKENS_MAX, TOKENS_PER_SUCCESS = 20.0, 0.1


class Blame(Enum):
    """What a failed try says about the server."""

    #: It answered, or nothing is known.
    NONE = "none"
    #: It did not answer in time.
    TIMEOUT = "timeout"
    #: There is no connection, or it broke.
    LOST = "lost"


@dataclass(eq=False)
class Trouble(Exception):
    """How one try failed."""

    #: What the caller would be told.
    fault: Fault
    #: Whether the server may have seen the request.
    may_have_been_sent: bool
    blame: Blame = Blame.NONE
    #: Whether the try's time was over before the call's.
    may_be_asked_again: bool = False

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed later.

        RESOURCE_EXHAUSTED and ABORTED only when whoever says so also says when: else they mean
        too large a request, or a state to be read again first.
        """
        if self.fault.code in (Status.RESOURCE_EXHAUSTED, Status.ABORTED):
            return self.fault.retry_after_ms is not None
        return self.fault.code == Status.UNAVAILABLE or self.may_be_asked_again


class RetryPolicy:
    """Decides about retries; a token bucket keeps a client from hammering failing servers.

    The caller holds a lock around it.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._tokens = TOKENS_MAX

    def succeeded(self) -> None:
        """A call succeeded."""
        self._tokens = min(self._tokens + TOKENS_PER_SUCCESS, TOKENS_MAX)

    def delay_s(
        self, trouble: Trouble, idempotent: bool, attempt: int, left_s: float
    ) -> float | None:
        """How long to wait before the next try; None: tell the caller."""
        if not trouble.is_transient or attempt + 1 >= TRIES_MAX or self._tokens < 1:
            return None
        if trouble.may_have_been_sent and not idempotent:
            return None
        delay = self.pause_s(attempt, trouble.fault.retry_after_ms)
        if delay >= left_s:
            return None
        self._tokens -= 1
        return delay

    def pause_s(self, attempt: int, retry_after_ms: int | None) -> float:
        """The wait after the attempt of this number, at least what the server asks for."""
        stretch = self._chance.uniform(*JITTER)
        delay = min(FIRST_DELAY_S * FACTOR ** min(attempt, 64), DELAY_S_MAX) * stretch
        return max(delay, (retry_after_ms or 0) / 1_000 * max(stretch, 1))
