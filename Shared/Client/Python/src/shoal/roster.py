"""Who is here, as the registry tells it: a thread that waits for news and keeps callers fresh."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from shoal.caller import BalancedCaller, Peers
from shoal.calls import CallOptions
from shoal.contract.registry.v1 import (
    INSTANCE_STATE_DRAINING,
    Instance,
    ServiceKind,
    WatchRequest,
    WatchResponse,
)
from shoal.contract.stubs import RegistryStub
from shoal.faults import Fault
from shoal.retry import RetryPolicy

#: How long one Watch waits for news, in milliseconds.
WATCH_MS = 20_000
#: Room for the roster of a large deployment, in bytes.
ROSTER_BYTES = 2 << 20


class Roster:
    """The newest word of the registry; thread-safe.

    The registry may be away for a day: the last word stands until it is back.
    """

    def __init__(self, registry: BalancedCaller, on_news: Callable[[WatchResponse], None]) -> None:
        self._registry = RegistryStub(registry)
        self._on_news = on_news
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        #: The newest word.
        self.view = WatchResponse()

    def start(self, timeout_ms: int) -> None:
        """Asks once, raises Fault when that fails, and follows from there on."""
        self._hear(self._ask(0, 0, timeout_ms))
        self._thread = threading.Thread(target=self._follow, name="shoal-roster", daemon=True)
        self._thread.start()

    def stop(self, peers: Peers) -> None:
        """Ends the thread; the peers are closed, which ends its call."""
        self._stopped.set()
        peers.close()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def instances(self, kind: int) -> list[Instance]:
        """The instances of a kind, by name."""
        return [one for one in self.view.instances if one.kind == kind]

    def _ask(self, after: int, wait_ms: int, timeout_ms: int) -> WatchResponse:
        return self._registry.Watch(
            WatchRequest(after_revision=after, wait_ms=wait_ms),
            CallOptions(timeout_ms=timeout_ms, max_reply_bytes=ROSTER_BYTES),
        )

    def _hear(self, answer: WatchResponse) -> None:
        if answer != self.view:
            self.view = answer
            self._on_news(answer)

    def _follow(self) -> None:
        failures, pace = 0, RetryPolicy(random.Random())
        while not self._stopped.is_set():
            known, started = self.view.revision, time.monotonic()
            try:
                self._hear(self._ask(known, WATCH_MS, WATCH_MS + 5_000))
                failures = 0
                # A registry that has nothing to say and says it at once is not asked in a spin.
                if self.view.revision == known and time.monotonic() - started < 0.1:
                    self._stopped.wait(0.1)
            except Fault as fault:
                self._stopped.wait(pace.pause_s(failures, fault.retry_after_ms))
                failures = min(failures + 1, 64)


def addresses(view: WatchResponse, kind: ServiceKind) -> list[str]:
    """Where a kind's instances answer.

    Lost ones stay: the balancer leaves them out by itself and takes them back sooner than the
    registry does. Draining ones go, unless no other is left.
    """
    here = [one for one in view.instances if one.kind == kind]
    staying = [one for one in here if one.state != INSTANCE_STATE_DRAINING]
    return [one.address for one in staying or here]
