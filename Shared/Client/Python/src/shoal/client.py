"""The client: connect by the registry's address, then ask in a few words or by every stub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from shoal import partitions, values
from shoal.caller import BalancedCaller, Peers
from shoal.calls import Caller, CallOptions
from shoal.conditions import Condition, definition, subject
from shoal.contract.evaluation.v1 import (
    CountRequest,
    CreateRequest,
    ExplainRequest,
    ExplainResponse,
    FeedCursor,
    IsMemberRequest,
    MembersRequest,
    PreviewRequest,
    PreviewResponse,
    SampleRequest,
    Segment,
)
from shoal.contract.ingestion.v1 import (
    AliasRequest,
    IdentifyRequest,
    EraseRequest,
    EraseResponse,
    ExportUserRequest,
    ImportRequest,
    ImportResponse,
    Merged,
    TrackRecord,
    TrackRequest,
    TrackResponse,
    UnmergeRequest,
    UnmergeResponse,
)
from shoal.contract.log.v1 import LogRecord
from shoal.contract.registry.v1 import (
    SERVICE_KIND_ANALYTICS,
    SERVICE_KIND_ENGAGEMENT,
    SERVICE_KIND_EVALUATOR,
    SERVICE_KIND_INGESTION,
    ProjectsRequest,
    ServiceKind,
    WatchResponse,
)
from shoal.contract.segment.v1 import Definition, LiveDefinition
from shoal.contract.stubs import Stubs
from shoal.feed import FeedCopy, SegmentFeed
from shoal.pages import Pages
from shoal.roster import Roster, addresses

#: Whose methods a package's services are; others (health, reflection, admin) are every server's.
_KINDS = {
    "shoal.ingestion.": SERVICE_KIND_INGESTION,
    "shoal.evaluation.": SERVICE_KIND_EVALUATOR,
    "shoal.analytics.": SERVICE_KIND_ANALYTICS,
    "shoal.engagement.": SERVICE_KIND_ENGAGEMENT,
}
_SUBJECT = str | Condition | Definition


def event(user_id: str, name: str, at: datetime | None = None, event_id: str | None = None,
          *, anonymous: bool = False, **properties: values.PropertyValue) -> TrackRecord:
    """Something a user did; with an `event_id` a repeat is known and taken once.

    `anonymous`: nobody knows yet who it is.
    """
    record = TrackRecord(user_id=user_id, anonymous=anonymous)
    record.event.name = name
    if at is not None:
        record.event.occurred_at_ms = values.milliseconds(at)
    if event_id is not None:
        record.event.event_id = event_id
    record.event.properties.extend(values.properties(properties))
    return record


def profile(user_id: str, *, unset: Iterable[str] = (), at: datetime | None = None,
            anonymous: bool = False, **properties: values.PropertyValue) -> TrackRecord:
    """A change of a user's properties; `anonymous`: nobody knows yet who it is."""
    record = TrackRecord(user_id=user_id, anonymous=anonymous)
    record.profile.SetInParent()
    record.profile.set.extend(values.properties(properties))
    record.profile.unset.extend(unset)
    if at is not None:
        record.profile.at_ms = values.milliseconds(at)
    return record


class Shoal(Stubs):
    """A connected suite: `count`, `track` and so on, and a typed stub of every service.

    Thread-safe, except that one stream of members belongs to one thread. Not to be carried over
    a fork: connect in the child. Stubs of registry.v1 ask the registry, of ingestion.v1 an
    ingestion, of evaluation.v1 any evaluator; health, reflection and admin ask the registry, and
    the server of your choice by `client.at(address)`. Every failure is a `shoal.Fault`.
    """

    def __init__(self, registry: Iterable[str], project: str | None, *, caller: str,
                 timeout_ms: int) -> None:
        self._project = project
        self._peers = Peers(caller)
        self._registry = BalancedCaller(self._peers, "registry", project)
        self._registry.set_addresses(registry)
        self._callers = {
            kind: BalancedCaller(self._peers, kind_name(kind), project)
            for kind in _KINDS.values()
        }
        super().__init__(self._route)
        #: Who is here, kept fresh.
        self.roster = Roster(self._registry, self._heard)
        try:
            self.roster.start(timeout_ms)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends what is in flight and lets every connection go; twice is safe."""
        self.roster.stop(self._peers)

    def __enter__(self) -> Shoal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def at(self, address: str) -> Stubs:
        """The stubs of one server, whatever the roster says."""
        caller = BalancedCaller(self._peers, address, self._project)
        caller.set_addresses([address])
        return Stubs(lambda _service: caller)

    # Projects and records

    def create_project(self, name: str, zone: str = "UTC") -> None:
        """Creates a project; one that exists is left as it is."""
        self.registry.Projects(ProjectsRequest(create=name, zone=zone))

    def track(self, records: Iterable[TrackRecord],
              options: CallOptions | None = None) -> TrackResponse:
        """Takes up to 10,000 events and profile changes; a verdict per record, once durable."""
        return self.ingestion.Track(TrackRequest(records=records), options)

    def import_records(self, import_id: str, records: Iterable[TrackRecord], first_line: int = 1,
                       options: CallOptions | None = None) -> ImportResponse:
        """Takes up to 10,000 records of history; a repeat of the same lines is harmless."""
        request = ImportRequest(import_id=import_id, first_line=first_line, records=records)
        return self.ingestion.Import(request, options)

    def identify(self, anonymous_id: str, user_id: str,
                 options: CallOptions | None = None) -> Merged:
        """Tells that an anonymous identifier is a known user; the same again is harmless."""
        request = IdentifyRequest(anonymous_id=anonymous_id, user_id=user_id)
        return self.ingestion.Identify(request, options).merged

    def alias(self, from_id: str, to_id: str, options: CallOptions | None = None) -> Merged:
        """Tells that two known identifiers are one user; to_id stays."""
        return self.ingestion.Alias(AliasRequest(from_id=from_id, to_id=to_id), options).merged

    def unmerge(self, user_id: str, options: CallOptions | None = None) -> UnmergeResponse:
        """Takes a merge back: what came in under the identifier is its own again."""
        return self.ingestion.Unmerge(UnmergeRequest(user_id=user_id), options)

    def erase(self, user_id: str, options: CallOptions | None = None) -> EraseResponse:
        """Erases a user: gone from every answer, as of every instant; a repeat has the receipt."""
        return self.ingestion.Erase(EraseRequest(user_id=user_id), options)

    def export(self, user_id: str, options: CallOptions | None = None) -> Iterator[LogRecord]:
        """Everything the log holds about a user, in its order, page by page."""
        request = ExportUserRequest(user_id=user_id)
        while True:
            page = self.ingestion.ExportUser(request, options)
            yield from page.records
            if not page.HasField("next_cursor"):
                return
            request.cursor = page.next_cursor

    # Questions

    def create_segment(self, name: str, what: Condition | Definition | LiveDefinition,
                       description: str | None = None,
                       options: CallOptions | None = None) -> Segment:
        """Saves a definition, or a live segment, under a name."""
        request = CreateRequest(name=name, description=description)
        if isinstance(what, LiveDefinition):
            request.live.CopyFrom(what)
        else:
            request.definition.CopyFrom(_definition(what))
        return self.segments.Create(request, options).segment

    def preview(self, condition: Condition | Definition, at: datetime | None = None,
                sample: int = 0, options: CallOptions | None = None) -> PreviewResponse:
        """Tries a definition without saving it."""
        request = PreviewRequest(definition=_definition(condition), at_ms=_ms(at), sample=sample)
        return self.segments.Preview(request, options)

    def count(self, what: _SUBJECT, at: datetime | None = None,
              options: CallOptions | None = None) -> int:
        """How many users are in a segment, or fulfil a condition."""
        request = CountRequest(subject=subject(what), at_ms=_ms(at))
        return self.segments.Count(request, options).users

    def is_member(self, what: _SUBJECT, user_id: str, at: datetime | None = None,
                  options: CallOptions | None = None) -> bool:
        """Whether a user is in it."""
        request = IsMemberRequest(subject=subject(what), user_id=user_id, at_ms=_ms(at))
        return self.segments.IsMember(request, options).member

    def explain(self, what: _SUBJECT, user_id: str, at: datetime | None = None,
                options: CallOptions | None = None) -> ExplainResponse:
        """Why a user is in it or not, and when that changes by time alone."""
        request = ExplainRequest(subject=subject(what), user_id=user_id, at_ms=_ms(at))
        return self.segments.Explain(request, options)

    def sample(self, what: _SUBJECT, size: int = 10, seed: int = 0, at: datetime | None = None,
               options: CallOptions | None = None) -> list[str]:
        """Some of its users; the same seed over the same set draws the same ones."""
        request = SampleRequest(subject=subject(what), size=size, seed=seed, at_ms=_ms(at))
        return list(self.segments.Sample(request, options).users)

    def members(self, what: _SUBJECT, at: datetime | None = None, page: int = 1_000,
                cursor: bytes | None = None, options: CallOptions | None = None) -> Pages[str]:
        """Its users, page by page as they are read; go on from a stream's `cursor`."""
        asked = subject(what)

        def fetch(at_cursor: bytes | None) -> tuple[list[str], bytes | None]:
            request = MembersRequest(subject=asked, limit=page, at_ms=_ms(at), cursor=at_cursor)
            answer = self.segments.Members(request, options)
            following = answer.next_cursor if answer.HasField("next_cursor") else None
            return list(answer.users), following

        return Pages(fetch, cursor)

    def follow(self, segment: str, cursors: Iterable[FeedCursor] = (),
               members: Iterable[str] | None = None) -> SegmentFeed:
        """Who enters and leaves a live segment: its members, then every change as it happens.

        `cursors`: the last one of each partition, as an earlier feed's steps told them; of other
        partitions the members are told first. `members`: who was in behind those cursors, by which
        the feed is checked against the suite; None: that was not kept, and only gaps and repeats
        are found.
        """
        if self._project is None:
            raise ValueError("connect with a project to follow its segments")
        count = self.roster.view.partition_count
        homes: dict[int, list[str]] = {}
        for user in members or ():
            home = partitions.partition(self._project, user, count)
            homes.setdefault(home, []).append(user)
        copies = [FeedCopy(FeedCursor(partition=number)) for number in range(count)]
        for cursor in cursors:
            known = None if members is None else homes.get(cursor.partition, [])
            copies[cursor.partition] = FeedCopy(cursor, known)
        return SegmentFeed(self.feed, segment, copies)

    def _route(self, service: str) -> Caller:
        for prefix, kind in _KINDS.items():
            if service.startswith(prefix):
                return self._callers[kind]
        return self._registry

    def _heard(self, view: WatchResponse) -> None:
        for kind, caller in self._callers.items():
            caller.set_addresses(addresses(view, kind))
        callers = [self._registry, *self._callers.values()]
        self._peers.retain(address for caller in callers for address in caller.addresses)


def connect(registry: str | Iterable[str], project: str | None = None, *,
            caller: str = "shoal-python", timeout_ms: int = 10_000) -> Shoal:
    """A client of the suite whose registry answers at this address; raises Fault.

    `project` is the one that calls are about unless their options name another; `caller` names
    this program in the servers' logs.
    """
    listed = [registry] if isinstance(registry, str) else list(registry)
    return Shoal(listed, project, caller=caller, timeout_ms=timeout_ms)


def kind_name(kind: ServiceKind) -> str:
    """A kind as people say it."""
    return ServiceKind.Name(kind).removeprefix("SERVICE_KIND_").lower()


def _definition(condition: Condition | Definition) -> Definition:
    return definition(condition) if isinstance(condition, Condition) else condition


def _ms(at: datetime | None) -> int | None:
    return None if at is None else values.milliseconds(at)
