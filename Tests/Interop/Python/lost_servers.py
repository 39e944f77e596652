"""A server that dies takes nothing with it: calls in flight fail clearly, the next find another."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import shoal
from shoal.caller import BalancedCaller, Peers
from shoal.contract.admin.v1 import InfoRequest
from shoal.contract.evaluation.v1 import CreateRequest, ListSegmentsRequest
from shoal.contract.stubs import AdminStub, SegmentsStub

#: Longest wait for a server to be started anew, in seconds.
PATIENCE_S = 60


def process_of(folder: Path, kind: str) -> tuple[int, str]:
    """The process and the address of the first instance of a kind."""
    instances = json.loads((folder / "shoal.json").read_text())["instances"]
    found = next(one for one in instances if one["kind"] == kind)
    return found["pid"], found["address"]


def stop(process: int) -> None:
    """Stops a process, and waits until it stands: a signal takes its time on a busy machine."""
    os.kill(process, signal.SIGSTOP)
    while Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
        time.sleep(0.001)


def lost_reply(address: str, process: int) -> None:
    """A server that is stopped for a moment: the try is repeated under the same request id."""
    caller = BalancedCaller(Peers("lost"), "evaluator", None)
    caller.set_addresses([address])
    caller.call(AdminStub.INFO, InfoRequest())
    stop(process)
    try:
        started = time.monotonic()
        try:
            caller.call(AdminStub.INFO, InfoRequest(), shoal.CallOptions(timeout_ms=400))
            raise AssertionError("a stopped server answered")
        except shoal.Fault as fault:
            assert fault.code == shoal.Status.DEADLINE_EXCEEDED, fault
        assert time.monotonic() - started >= 0.39  # whole milliseconds
    finally:
        os.kill(process, signal.SIGCONT)
    options = shoal.CallOptions(timeout_ms=30_000, try_ms=2_000)
    assert caller.call(AdminStub.INFO, InfoRequest(), options).service == "evaluator"


def killed_server(address: str, process: int) -> None:
    """A server that dies with a call in hand: the call fails at once and is not made twice."""
    caller = BalancedCaller(Peers("lost"), "evaluator", "lost")
    caller.set_addresses([address])
    caller.call(AdminStub.INFO, InfoRequest())
    os.kill(process, signal.SIGSTOP)
    killer = threading.Timer(0.3, os.kill, (process, signal.SIGKILL))
    killer.start()
    started = time.monotonic()
    request = CreateRequest(name="once", definition=shoal.definition(shoal.did("Charged")))
    try:
        caller.call(SegmentsStub.CREATE, request, shoal.CallOptions(timeout_ms=60_000))
        raise AssertionError("a killed server answered")
    except shoal.Fault as fault:
        # Create is not idempotent and may have arrived: it is for the caller to look.
        assert fault.code == shoal.Status.UNAVAILABLE, fault
        assert "lost" in fault.message, fault
    finally:
        killer.join()
    assert time.monotonic() - started < 30


def back_again(registry: str, address: str) -> None:
    """The supervisor starts it anew, and calls find it there: nothing was created."""
    with shoal.connect(registry, project="lost") as client:
        client.create_project("lost")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                options = shoal.CallOptions(timeout_ms=5_000)
                assert client.at(address).admin.Info(InfoRequest(), options).service
                assert client.count(shoal.did("Charged"), options=options) == 0
                assert not client.segments.List(ListSegmentsRequest(), options).segments
                return
            except shoal.Fault:
                if time.monotonic() > deadline:
                    raise


def registry_away(folder: Path, registry: str) -> None:
    """The registry is silent: what it said last stands, and questions are answered."""
    with shoal.connect(registry, project="away") as client:
        client.create_project("away")
        client.track([shoal.event("ann", "Charged", event_id="1")])
        assert client.count(shoal.did("Charged")) == 1
        process, _ = process_of(folder, "registry")
        os.kill(process, signal.SIGSTOP)
        try:
            client.track([shoal.event("bob", "Charged", event_id="1")])
            assert client.count(shoal.did("Charged")) == 2
        finally:
            os.kill(process, signal.SIGCONT)


def other_server(address: str) -> None:
    """Of two servers one does not exist: every call is answered by the other."""
    caller = BalancedCaller(Peers("lost"), "evaluator", None)
    caller.set_addresses(["ipc:///nowhere/at-all.sock", address])
    for _ in range(10):
        answer = caller.call(AdminStub.INFO, InfoRequest(), shoal.CallOptions(timeout_ms=20_000))
        assert answer.service == "evaluator"


def nobody() -> None:
    """Without any server the fault says so within the call's time."""
    caller = BalancedCaller(Peers("lost"), "evaluator", None)
    caller.set_addresses(["ipc:///nowhere/at-all.sock"])
    try:
        caller.call(AdminStub.INFO, InfoRequest(), shoal.CallOptions(timeout_ms=1_500))
        raise AssertionError("nobody answered")
    except shoal.Fault as fault:
        assert fault.code == shoal.Status.UNAVAILABLE and fault.hint, fault


def main() -> None:
    """Takes the suite's folder and the registry's address."""
    process, address = process_of(Path(sys.argv[1]), "evaluator")
    lost_reply(address, process)
    other_server(address)
    nobody()
    registry_away(Path(sys.argv[1]), sys.argv[2])
    killed_server(address, process)
    back_again(sys.argv[2], address)
    print("calls found the others")


if __name__ == "__main__":
    main()
