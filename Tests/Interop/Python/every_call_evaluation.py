"""Segments and sets: created, counted, listed, previewed, archived; the owner's part of it."""

from every_call_ingestion import USERS
from every_call_stage import PROJECT, Stage, fails

import shoal
from shoal.contract.evaluation.v1 import (
    KEPT_FAMILY_LIVE,
    ArchiveRequest,
    AddToListRequest,
    CountRequest,
    CreateListRequest,
    CreateRequest,
    EvaluateRequest,
    ExplainRequest,
    GetListRequest,
    GetSegmentRequest,
    IsMemberRequest,
    KeptChangesRequest,
    KeptRowsRequest,
    ListListsRequest,
    ListSegmentsRequest,
    MembersRequest,
    NewestRequest,
    PieceRequest,
    PreviewRequest,
    ReachabilityRequest,
    RemoveFromListRequest,
    ReplaceListRequest,
    SampleRequest,
    TrendRequest,
)
from shoal.contract.evaluation.v1 import PositionsRequest as ReadRequest
from shoal.contract.ingestion.v1 import PositionsRequest
from shoal.contract.registry.v1 import SERVICE_KIND_EVALUATOR, PartitionMapRequest, RosterRequest

PAYERS = shoal.all_of(shoal.did("Charged", at_least=1), shoal.not_(shoal.did("Refunded")))


def run(stage: Stage) -> None:
    """Calls what evaluators serve."""
    segments = stage.stubs.segments
    payers = shoal.definition(PAYERS)
    created = segments.Create(CreateRequest(name="payers", definition=payers))
    assert created.segment.version == 1 and created.segment.sentence
    fails(shoal.Status.ALREADY_EXISTS, lambda: segments.Create(
        CreateRequest(name="payers", definition=shoal.definition(shoal.did("Other")))))
    saved = shoal.subject("payers")
    count = segments.Count(CountRequest(subject=saved))
    assert (count.users, count.universe) == (USERS, USERS), count
    assert len(count.exactness.positions) == 64
    preview = segments.Preview(PreviewRequest(definition=payers, sample=3))
    assert preview.users == USERS and len(preview.sample) == 3
    assert [node.users for node in preview.nodes][0] == USERS
    got = segments.Get(GetSegmentRequest(name="payers")).segment
    assert got.sentence == created.segment.sentence
    assert [node.WhichOneof("kind") for node in got.definition.nodes] == [
        node.WhichOneof("kind") for node in payers.nodes]
    listed = segments.List(ListSegmentsRequest())
    assert [segment.name for segment in listed.segments] == ["payers"]
    members(stage)
    nested(stage)
    lists(stage)
    reached = segments.Reachability(ReachabilityRequest(subject=saved))
    assert reached.users == USERS and len(reached.channels) == 6, reached
    assert all(one.reachable + one.no_address + one.opted_out == USERS
               for one in reached.channels), reached
    push = shoal.definition(shoal.reachable("push"))
    assert segments.Preview(PreviewRequest(definition=push)).users == 0
    assert stage.client.count(shoal.known()) == USERS
    assert segments.IsMember(IsMemberRequest(subject=saved, user_id="user-7")).member
    assert not segments.IsMember(IsMemberRequest(subject=saved, user_id="stranger")).known
    explained = segments.Explain(ExplainRequest(subject=saved, user_id="user-7"))
    assert explained.known and explained.explanation.member, explained
    assert [part.WhichOneof("found") for part in explained.explanation.parts] == [
        "conditions", "events", "conditions", "events"], explained
    stranger = stage.client.explain("payers", "stranger")
    assert not stranger.known and not stranger.HasField("explanation"), stranger
    sample = segments.Sample(SampleRequest(subject=saved, size=5, seed=1))
    assert len(sample.users) == 5 and sample.of == USERS
    trend = segments.Trend(TrendRequest(subject=saved, at_ms=count.exactness.at_ms))
    assert (trend.points[-1].users, trend.points[-1].universe) == (USERS, USERS), trend
    sets(stage)
    checkpoints(stage)
    assert segments.Archive(ArchiveRequest(name="payers")).segment.archived


def nested(stage: Stage) -> None:
    """A segment that uses another, which is not archived before it."""
    segments = stage.stubs.segments
    outer = shoal.definition(shoal.not_(shoal.in_segment("payers")))
    assert segments.Create(CreateRequest(name="others", definition=outer)).segment.sentence
    assert segments.Count(CountRequest(subject=shoal.subject("others"))).users == 0
    fails(shoal.Status.FAILED_PRECONDITION, lambda: segments.Archive(
        ArchiveRequest(name="payers")))
    assert segments.Archive(ArchiveRequest(name="others")).segment.archived


def lists(stage: Stage) -> None:
    """A list of known users and changes of it, seen by segments at once."""
    stub, segments = stage.stubs.lists, stage.stubs.segments
    made = stub.Create(CreateListRequest(name="vip", user_ids=["user-1", "user-2"]))
    assert (made.changed.added, made.changed.new_users) == (2, 0), made
    fails(shoal.Status.ALREADY_EXISTS, lambda: stub.Create(CreateListRequest(name="vip")))
    added = stub.Add(AddToListRequest(name="vip", user_ids=["user-2", "user-3"])).changed
    assert (added.added, added.unchanged) == (1, 1), added
    removed = stub.Remove(RemoveFromListRequest(name="vip", user_ids=["user-1"])).changed
    assert removed.removed == 1, removed
    replaced = stub.Replace(ReplaceListRequest(name="vip", user_ids=["user-3", "user-4"])).changed
    assert (replaced.added, replaced.removed, replaced.unchanged) == (1, 1, 1), replaced
    assert stub.Get(GetListRequest(name="vip")).list.users == 2
    assert [one.name for one in stub.List(ListListsRequest()).lists] == ["vip"]
    on_list = shoal.definition(shoal.in_list("vip"))
    assert segments.Preview(PreviewRequest(definition=on_list)).users == 2
    fails(shoal.Status.INVALID_ARGUMENT, lambda: segments.Preview(
        PreviewRequest(definition=shoal.definition(shoal.in_list("nobody")))))


def members(stage: Stage) -> None:
    """Every user once, over several pages; the generator says the same."""
    segments, users, cursor = stage.stubs.segments, [], None
    while True:
        page = segments.Members(
            MembersRequest(subject=shoal.subject("payers"), limit=7, cursor=cursor))
        users += page.users
        if not page.HasField("next_cursor"):
            break
        cursor = page.next_cursor
    assert len(users) == len(set(users)) == USERS
    stream = stage.client.members("payers", page=20)
    begun = [user for _, user in zip(range(21), stream)]
    assert begun == users[:21]
    assert list(stage.client.members("payers", cursor=stream.cursor)) == users[20:]


def sets(stage: Stage) -> None:
    """Each owner's part of the count adds up to the whole."""
    registry = stage.stubs.registry
    owned: dict[bytes, set[int]] = {}
    for one in registry.PartitionMap(PartitionMapRequest()).assignments:
        if one.kind == SERVICE_KIND_EVALUATOR:
            owned.setdefault(one.instance_id, set()).add(one.partition)
    at = {one.instance_id: one.address for one in registry.Roster(RosterRequest()).instances}
    ends = stage.stubs.ingestion.Positions(PositionsRequest()).positions
    now = stage.stubs.segments.Count(CountRequest(subject=shoal.subject("payers")))
    total = 0
    for owner, partitions in owned.items():
        answer = stage.at(at[owner]).sets.Evaluate(EvaluateRequest(
            definition=shoal.definition(PAYERS),
            at_ms=now.exactness.at_ms,
            positions=[end for end in ends if end.partition in partitions],
            project_zone="Europe/Berlin",
        ))
        total += answer.users
        read = stage.at(at[owner]).sets.Positions(ReadRequest()).positions
        assert {one.partition for one in read} == partitions, read
    assert total == USERS, total


def checkpoints(stage: Stage) -> None:
    """One user's many events are sealed; the file is told in pieces, and the catalogue with it."""
    for _ in range(17):
        stage.client.track([shoal.event("user-7", "Sealed") for _ in range(500)])
    stage.stubs.segments.Count(CountRequest(subject=shoal.subject("payers")))
    for address in stage.evaluators:
        stub = stage.at(address).checkpoints
        for partition in range(64):
            newest = stub.Newest(NewestRequest(partition=partition))
            files = [file for file in newest.files if file.project == PROJECT]
            if files:
                break
        else:
            continue
        assert newest.sealed_to > 8_192
        file = files[0]
        whole = PieceRequest(partition=partition, project=file.project, name=file.name)
        piece = stub.Piece(whole)
        assert piece.piece and piece.crc32c
        whole.offset = 1 << 40
        assert not stub.Piece(whole).piece
        whole.name = "no.chunk"
        fails(shoal.Status.NOT_FOUND, lambda: stub.Piece(whole))
        kept = stub.KeptChanges(KeptChangesRequest()).changes
        assert "payers" in [one.change.name for one in kept if one.project == PROJECT]
        rows = stub.KeptRows(KeptRowsRequest(partition=partition, family=KEPT_FAMILY_LIVE))
        assert rows.place and rows.rows and rows.crc32c
        fails(shoal.Status.INVALID_ARGUMENT, lambda: stub.KeptRows(KeptRowsRequest()))
        return
    raise AssertionError("8,500 events of one user and no checkpoint")
