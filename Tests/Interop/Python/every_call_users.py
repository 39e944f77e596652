"""Single users: what is known of one, what it did, who there is; the owner's part of it."""

from every_call_ingestion import USERS
from every_call_stage import Stage

import shoal
from shoal.contract.evaluation.v1 import (
    FindUsersRequest,
    ProfileRequest,
    TimelineRequest,
    UsersPartRequest,
)
from shoal.contract.log.v1 import Position


def run(stage: Stage) -> None:
    """Calls what evaluators tell of users."""
    users = stage.stubs.users
    profile = users.Profile(ProfileRequest(user_id="user-1"))
    held = {one.property.name for one in profile.properties}
    assert profile.known and held == {"city", "age"}, profile
    assert {one.name for one in profile.events} >= {"Charged", "Seen"}, profile
    assert not users.Profile(ProfileRequest(user_id="stranger")).known
    page = users.Timeline(TimelineRequest(user_id="user-1", limit=1))
    assert page.known and len(page.events) == 1 and page.next_cursor, page
    rest = users.Timeline(TimelineRequest(user_id="user-1", cursor=page.next_cursor))
    assert rest.events and rest.events[0].at_ms <= page.events[0].at_ms, rest
    found = users.Find(FindUsersRequest(text="user-", is_prefix=True, limit=10))
    assert len(found.users) == 10 and found.of == USERS, found
    parts(stage, found.exactness.positions)


def parts(stage: Stage, positions: list[Position]) -> None:
    """Each owner finds the users of its partitions."""
    found = 0
    for address in stage.evaluators:
        sets = stage.at(address).sets
        for position in positions:
            question = UsersPartRequest(
                positions=[Position(partition=position.partition)],
                find=FindUsersRequest(text="user-"))
            try:
                found += sets.Users(question).find.of
            except shoal.Fault as fault:
                # Another evaluator's.
                assert fault.code == shoal.Status.UNAVAILABLE, fault
    assert found == USERS, found
