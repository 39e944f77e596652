"""A consumer in Python that comes and goes: it misses and repeats nothing, and has the same set."""

import sys

import shoal
from shoal.contract.evaluation.v1 import ArchiveRequest, FeedCursor
from shoal.contract.segment.v1 import ActionTrigger, EventTest, LiveDefinition, Node
from shoal.partitions import partition

PROJECT = "feeds-py"
USERS = [f"user-{number}" for number in range(120)]
GHOSTS = [f"ghost-{number}" for number in range(10_000)]


class Kept:
    """What a consumer keeps across restarts, as it would in a database of its own."""

    def __init__(self) -> None:
        self.members: dict[int, set[str]] = {}
        self.cursors: dict[int, FeedCursor] = {}
        self.told: set[tuple[int, int]] = set()

    def take(self, step: shoal.FeedStep) -> None:
        place = step.cursor.partition
        self.cursors[place] = step.cursor
        if step.members is not None:
            self.members[place] = set(step.members)
        for change in step.changes:
            assert (place, change.sequence) not in self.told, "told twice"
            self.told.add((place, change.sequence))
            if change.member:
                self.members[place].add(change.user_id)
            else:
                self.members[place].discard(change.user_id)

    @property
    def everybody(self) -> set[str]:
        return set().union(*self.members.values())


def follow(client: shoal.Shoal, kept: Kept, until: set[str]) -> None:
    """Reads until these are in, from where it left off."""
    feed = client.follow("watchers", kept.cursors.values(), kept.everybody)
    for step in feed:
        kept.take(step)
        if len(kept.cursors) == 64 and kept.everybody == until:
            return


def send(client: shoal.Shoal, event: str, users: list[str]) -> None:
    client.track([shoal.event(user, event, event_id=f"{event}-{user}") for user in users])


def main() -> None:
    """Takes the registry's address."""
    with shoal.connect(sys.argv[1], project=PROJECT) as client:
        client.create_project(PROJECT)
        stopped = Node()
        stopped.did_not.events.append("Stopped")
        client.create_segment("watchers", LiveDefinition(
            action=ActionTrigger(event=EventTest(events=["Played"])), stay_while=[stopped]))
        kept = Kept()
        send(client, "Played", USERS[:10])
        follow(client, kept, set(USERS[:10]))
        send(client, "Played", USERS[10:])
        follow(client, kept, set(USERS))
        send(client, "Stopped", USERS[:50])
        follow(client, kept, set(USERS[50:]))
        assert set(client.members("watchers")) == set(USERS[50:])
        homes = {user: partition(PROJECT, user, 64) for user in [USERS[-1], *GHOSTS]}
        wrong = kept.everybody | {
            next(ghost for ghost in GHOSTS if homes[ghost] == homes[USERS[-1]])}
        lacking = client.follow("watchers", kept.cursors.values(), wrong)
        send(client, "Stopped", [USERS[-1]])
        try:
            next(iter(lacking))
            raise AssertionError("another set went unnoticed")
        except shoal.Fault as fault:
            assert fault.code == shoal.Status.DATA_LOSS, fault
        for cursor in kept.cursors.values():
            cursor.generation += 1
        anew = Kept()
        feed = client.follow("watchers", kept.cursors.values())
        while len(anew.cursors) < 64:
            for step in feed.poll():
                anew.take(step)
        assert anew.everybody == set(USERS[50:-1])
        # What was told before a segment is archived is heard behind it; then it is over.
        send(client, "Stopped", USERS[50:60])
        client.count(shoal.did("Stopped"))
        client.segments.Archive(ArchiveRequest(name="watchers"))
        try:
            while True:
                for step in feed.poll():
                    anew.take(step)
        except shoal.Fault as fault:
            assert fault.code == shoal.Status.FAILED_PRECONDITION, fault
        assert anew.everybody == set(USERS[60:-1])
    print("nothing was missed")


if __name__ == "__main__":
    main()
