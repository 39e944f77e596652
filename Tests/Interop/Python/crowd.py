"""Many threads share one client that stands still at times: no reply is lost.

While the client does not read, replies pile up in the server's buffer for its connection, which
drops what does not fit. Each call waits until there is room for its own: without that this run
loses replies (and waits for them until their deadlines).
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import shoal
from shoal.contract.admin.v1 import MetricsRequest
from shoal.contract.evaluation.v1 import MembersRequest

THREADS, CALLS = 48, 480
#: A reply that was dropped shows as a deadline that passed, without another try.
OPTIONS = shoal.CallOptions(timeout_ms=60_000, max_reply_bytes=256 << 10)


#: Stops this process for a third of a second, five times, from outside.
STAND_STILL = """
import os, signal, sys, time
for _ in range(5):
    time.sleep(0.4)
    os.kill(int(sys.argv[1]), signal.SIGSTOP)
    time.sleep(0.3)
    os.kill(int(sys.argv[1]), signal.SIGCONT)
"""


def main() -> None:
    """Takes the registry's address."""
    with shoal.connect(sys.argv[1], project="crowd") as client:
        client.create_project("crowd")
        # A page of them is some 120 KB: eight fill what the server can buffer for a connection.
        users = [f"user-{number:090}" for number in range(2_500)]
        tracked = client.track([shoal.event(user, "Seen", event_id=user) for user in users])
        assert tracked.accepted == len(users), tracked
        server = client.at(sys.argv[1])

        page = MembersRequest(subject=shoal.subject(shoal.did("Seen")), limit=2_500)

        def one(number: int) -> int:
            """A page of users, metrics, or how many users there are."""
            if number % 4 < 2:
                # Not through the stream, which asks again for a page that was lost.
                return len(client.segments.Members(page, OPTIONS).users)
            if number % 4 == 2:
                server.admin.Metrics(MetricsRequest(), OPTIONS)
            return client.count(shoal.did("Seen"), options=OPTIONS)

        started = time.monotonic()
        pauses = subprocess.Popen([sys.executable, "-c", STAND_STILL, str(os.getpid())])
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(one, range(CALLS)))
        pages = {answer for number, answer in enumerate(answers) if number % 4 < 2}
        counts = {answer for number, answer in enumerate(answers) if number % 4 >= 2}
        assert len(pages) == 1 and counts == {len(users)}, (pages, counts)
        assert pauses.wait(timeout=60) == 0
        took = time.monotonic() - started
    print(f"no reply was lost: {CALLS} calls of {THREADS} threads in {took:.1f} s")


if __name__ == "__main__":
    main()
