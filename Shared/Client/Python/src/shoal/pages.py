"""Cursor streams: pages pulled one after the other, resumable, asked again where that is safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Generic, TypeVar

from shoal.faults import Fault, Status
from shoal.retry import RetryPolicy

Item = TypeVar("Item")
#: How often one page is asked for before the stream fails.
TRIES = 4

_TRANSIENT = {Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED, Status.ABORTED,
              Status.DEADLINE_EXCEEDED}


class Pages(Generic[Item]):
    """The items behind a cursor; iterate it. Belongs to one thread.

    A page is asked for when the one before is used up: whoever reads slowly asks slowly. A page
    is asked for again with the same cursor when its call failed in a way that may pass. `cursor`
    is where to resume: behind the last page whose items were all handed out.
    """

    def __init__(
        self,
        fetch: Callable[[bytes | None], tuple[list[Item], bytes | None]],
        cursor: bytes | None = None,
    ) -> None:
        self._fetch = fetch
        self._pace = RetryPolicy(Random())
        #: Where the next page begins; None at the beginning, and behind the last page.
        self.cursor = cursor
        #: Whether the last page was handed out.
        self.is_over = False

    def __iter__(self) -> Iterator[Item]:
        while not self.is_over:
            items, following = self._page()
            yield from items
            self.cursor = following
            self.is_over = following is None

    def _page(self) -> tuple[list[Item], bytes | None]:
        for attempt in range(TRIES):
            try:
                return self._fetch(self.cursor)
            except Fault as fault:
                # A reply that was lost shows as a deadline that passed.
                if fault.code not in _TRANSIENT or attempt + 1 == TRIES:
                    raise
                time.sleep(self._pace.pause_s(attempt, fault.retry_after_ms))
        raise AssertionError("the last try returns or raises")
