"""What the calls stand on: the client, the servers by kind, and a book of what was called."""

from collections.abc import Callable

import shoal
from shoal.caller import BalancedCaller, Peers
from shoal.calls import CallOptions, Method
from shoal.contract.registry.v1 import (
    SERVICE_KIND_EVALUATOR,
    SERVICE_KIND_INGESTION,
)
from shoal.contract.stubs import Stubs


#: The project of every call.
PROJECT = "every-call"


class _Booked:
    """A caller that notes which methods answered."""

    def __init__(self, inner: BalancedCaller, called: set[str]) -> None:
        self._inner = inner
        self._called = called

    def call(self, method: Method, request, options: CallOptions | None = None):
        """Carries one call and notes it when it answers."""
        answer = self._inner.call(method, request, options)
        self._called.add(method.name)
        return answer


class Stage:
    """The suite as the calls see it."""

    def __init__(self, client: shoal.Shoal, registry: str) -> None:
        self.client = client
        self.registry = registry
        self.called: set[str] = set()
        self.ingestion = client.roster.instances(SERVICE_KIND_INGESTION)[0].address
        self.evaluators = [one.address for one in client.roster.instances(SERVICE_KIND_EVALUATOR)]
        self.addresses = [registry, self.ingestion, *self.evaluators]
        self._peers = Peers("every-call")

    def server_of(self, service: str) -> str:
        """A server that has this service."""
        if service.startswith("shoal.ingestion."):
            return self.ingestion
        if service.startswith("shoal.evaluation."):
            return self.evaluators[0]
        return self.registry

    def caller(self, address: str) -> _Booked:
        """Calls to one server, noted."""
        inner = BalancedCaller(self._peers, address, PROJECT)
        inner.set_addresses([address])
        return _Booked(inner, self.called)

    def at(self, address: str) -> Stubs:
        """The stubs of one server, noted."""
        caller = self.caller(address)
        return Stubs(lambda _service: caller)

    @property
    def stubs(self) -> Stubs:
        """The stubs of the server that has the service, noted."""
        return Stubs(lambda service: self.caller(self.server_of(service)))


def fails(code: shoal.Status, call: Callable[[], object]) -> shoal.Fault:
    """The fault of a call that must fail so."""
    try:
        call()
    except shoal.Fault as fault:
        assert fault.code == code, fault
        assert fault.message
        return fault
    raise AssertionError(f"should have failed with {code.name}")

