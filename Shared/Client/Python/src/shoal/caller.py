"""Carries calls to one of several servers: balances, retries what is safe, keeps the deadline."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from shoal.balancer import Balancer
from shoal.calls import CallOptions, Method, Request, Response
from shoal.channel import Channel
from shoal.faults import Fault, Status
from shoal.retry import Blame, RetryPolicy, Trouble

#: Idle channels kept for long polls to one server; each poll in flight has its own.
POLL_CHANNELS_MAX = 8
#: A timeout counts against a server from so long on, in seconds.
PATIENCE_S = 0.1


class Peers:
    """The channels of a client, one per address for calls, some more for calls that wait.

    A long poll holds its share of a connection's reply budget for as long as it waits, so long
    polls have channels of their own. Thread-safe.
    """

    def __init__(self, caller: str) -> None:
        self._caller = caller
        self._lock = threading.Lock()
        self._channels: dict[str, Channel] = {}
        self._idle_polls: dict[str, list[Channel]] = {}
        self._polling: set[Channel] = set()
        self._calling: Counter[Channel] = Counter()
        self._is_closed = False

    def cost(self, address: str) -> int:
        """How busy a server is."""
        channel = self._channels.get(address)
        return channel.cost if channel else 0

    def lend(self, address: str, waits: bool) -> Channel:
        """A channel until `give_back`, opened when needed."""
        with self._lock:
            if self._is_closed:
                fault = Fault(Status.CANCELLED, "the client was closed")
                raise Trouble(fault, may_have_been_sent=False)
            if waits:
                idle = self._idle_polls.setdefault(address, [])
                channel = idle.pop() if idle else self._open(address)
                self._polling.add(channel)
                return channel
            if address not in self._channels:
                self._channels[address] = self._open(address)
            channel = self._channels[address]
            self._calling[channel] += 1
            return channel

    def give_back(self, channel: Channel, waits: bool) -> None:
        """A call has ended."""
        if not waits:
            with self._lock:
                self._calling[channel] -= 1
                if not self._calling[channel]:
                    del self._calling[channel]
            return
        with self._lock:
            self._polling.discard(channel)
            idle = self._idle_polls.setdefault(channel.address, [])
            if not self._is_closed and len(idle) < POLL_CHANNELS_MAX:
                idle.append(channel)
                return
        channel.close()

    def retain(self, addresses: Iterable[str]) -> None:
        """Lets idle connections to all other addresses go; a busy one goes another time."""
        listed = set(addresses)
        with self._lock:
            gone = [one for one in self._channels.values()
                    if one.address not in listed and one not in self._calling]
            for channel in gone:
                del self._channels[channel.address]
            for address in [one for one in self._idle_polls if one not in listed]:
                gone += self._idle_polls.pop(address)
        for channel in gone:
            channel.close()

    def close(self) -> None:
        """Ends every call and lets the connections go."""
        with self._lock:
            self._is_closed = True
            channels = [*self._channels.values(), *self._polling]
            channels += [one for idle in self._idle_polls.values() for one in idle]
            self._channels, self._idle_polls = {}, {}
        for channel in channels:
            channel.close()

    def _open(self, address: str) -> Channel:
        try:
            return Channel(address, self._caller)
        except Exception as error:
            fault = Fault(
                Status.INVALID_ARGUMENT,
                f"this address cannot be dialled: {error}",
                place=address,
                hint="such as ipc:///run/shoal/registry.sock or tcp://10.0.0.5:7800",
            )
            raise Trouble(fault, may_have_been_sent=False) from error


class BalancedCaller:
    """A `Caller` over the servers of one kind; thread-safe."""

    def __init__(self, peers: Peers, kind: str, project: str | None) -> None:
        self._peers = peers
        self._kind = kind
        self._project = project
        self._lock = threading.Lock()
        chance = random.Random()
        self._balancer = Balancer(chance)
        self._retry = RetryPolicy(chance)

    def set_addresses(self, addresses: Iterable[str]) -> None:
        """Spreads calls over these servers from here on."""
        with self._lock:
            self._balancer.set_listed(addresses)

    @property
    def addresses(self) -> list[str]:
        """The servers calls are spread over."""
        with self._lock:
            return list(self._balancer.listed)

    def call(
        self,
        method: Method[Request, Response],
        request: Request,
        options: CallOptions | None = None,
    ) -> Response:
        """Carries one call, with retries where they are safe; raises Fault."""
        options = options or CallOptions()
        if options.project is None and self._project is not None:
            options = replace(options, project=self._project)
        deadline = time.monotonic() + options.timeout_ms / 1_000
        request_id = options.request_id or os.urandom(16)
        failed: set[str] = set()
        number = 0
        while True:
            try:
                return self._try(method, request, options, request_id, number, deadline, failed)
            except Trouble as trouble:
                with self._lock:
                    delay = self._retry.delay_s(trouble, method.is_idempotent, number,
                                                deadline - time.monotonic())
                if delay is None:
                    raise trouble.fault from trouble
            time.sleep(delay)
            number += 1

    def _try(self, method: Method[Request, Response], request: Request, options: CallOptions,
             request_id: bytes, number: int, deadline: float, failed: set[str]) -> Response:
        started = time.monotonic()
        with self._lock:
            server = self._balancer.choose(options.affinity, failed, started, self._peers.cost)
        if server is None:
            fault = Fault(Status.UNAVAILABLE, f"no {self._kind} is known", place=self._kind,
                          hint="see the roster: client.registry.Roster")
            raise Trouble(fault, may_have_been_sent=False)
        end = deadline
        if options.try_ms is not None and method.is_idempotent:
            end = min(deadline, started + options.try_ms / 1_000)
        channel = self._peers.lend(server, method.waits)
        try:
            response = channel.attempt(method, request, options, request_id, number, end)
        except Trouble as trouble:
            failed.add(server)
            is_over = trouble.fault.code == Status.DEADLINE_EXCEEDED
            trouble.may_be_asked_again = is_over and end < deadline
            self._note(trouble, server, time.monotonic() - started)
            raise
        finally:
            self._peers.give_back(channel, method.waits)
        with self._lock:
            self._retry.succeeded()
            self._balancer.answered(server)
        return response

    def _note(self, trouble: Trouble, server: str, took_s: float) -> None:
        """What the server's standing suffers by a failed try."""
        now = time.monotonic()
        with self._lock:
            if trouble.blame == Blame.LOST:
                self._balancer.lost(server, now)
            elif trouble.blame == Blame.TIMEOUT and took_s >= PATIENCE_S:
                self._balancer.timed_out(server, now)
            elif trouble.blame == Blame.NONE and trouble.may_have_been_sent:
                self._balancer.answered(server)
