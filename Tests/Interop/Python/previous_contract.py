"""A client of the last release against the servers of today, and one of tomorrow.

The message classes are built from the descriptor set that the last release left
(`previous.binpb`); nothing of today's generated code is used for them. The other way round, a
client of tomorrow sends fields that today's servers do not know: they are skipped.
"""

import os
import sys
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

import shoal
from shoal.caller import BalancedCaller, Peers
from shoal.calls import CallOptions, Method

PROJECT = "previous"


class Past:
    """The contract as it was: message classes and methods by name."""

    def __init__(self, path: str) -> None:
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(path).read_bytes()).file
        self._pool = descriptor_pool.DescriptorPool()
        for file in files:
            self._pool.Add(file)
        self.methods = {
            f"/{file.package}.{service.name}/{method.name}": method
            for file in files for service in file.service for method in service.method
        }

    def message(self, full_name: str, /, **fields: object):
        """A message of the past."""
        found = self._pool.FindMessageTypeByName(full_name)
        return message_factory.GetMessageClass(found)(**fields)

    def method(self, name: str) -> Method:
        """A method of the past."""
        found = self.methods[name]

        def kind(full: str) -> type:
            return type(self.message(full.lstrip(".")))

        return Method(name=name, service=name[1:].split("/")[0], role="", is_idempotent=True,
                      waits=False, request=kind(found.input_type),
                      response=kind(found.output_type))


class Then:
    """Calls of the past against servers of today."""

    def __init__(self, past: Past, client: shoal.Shoal, registry: str) -> None:
        self._past, self._peers = past, Peers("previous-client")
        kinds = {one.kind: one.address for one in client.roster.view.instances}
        self._addresses = {"registry": registry, "ingestion": kinds[2], "evaluation": kinds[3]}

    def call(self, what: str, server: str | None = None, /, **fields: object):
        """One call by the method's short name, such as ingestion.v1.Ingestion/Track."""
        method = self._past.method(f"/shoal.{what}")
        address = self._addresses[server or what.split(".")[0]]
        caller = BalancedCaller(self._peers, address, PROJECT)
        caller.set_addresses([address])
        request = self._past.message(method.request.DESCRIPTOR.full_name, **fields)
        return caller.call(method, request, CallOptions(max_reply_bytes=1 << 20))


def play(then: Then) -> int:
    """What a client of the last release did all day; how many calls that were."""
    calls = [
        then.call("registry.v1.Registry/Projects", create=PROJECT, zone="UTC"),
        then.call("registry.v1.Registry/Roster"),
        then.call("registry.v1.Registry/PartitionMap"),
        then.call("registry.v1.Registry/Watch"),
        then.call("health.v1.Health/Check", "evaluation"),
        then.call("admin.v1.Admin/Hello", "ingestion"),
        then.call("admin.v1.Admin/Info", "registry"),
        then.call("reflection.v1.Reflection/Describe", "evaluation"),
    ]
    event = {"name": "Charged", "event_id": "1",
             "properties": [{"name": "amount", "value": {"number": 2.5}}]}
    records = [{"user_id": f"user-{number}", "event": event} for number in range(20)]
    tracked = then.call("ingestion.v1.Ingestion/Track", records=records)
    assert tracked.accepted == 20, tracked
    imported = then.call("ingestion.v1.Ingestion/Import", import_id="old", records=records[:1])
    assert imported.accepted + imported.duplicates == 1, imported
    nodes = [{"did": {"events": ["Charged"], "count": {"low": 1}}}]
    created = then.call("evaluation.v1.Segments/Create", name="old", definition={"nodes": nodes})
    assert created.segment.version == 1
    subject = {"segment": "old"}
    count = then.call("evaluation.v1.Segments/Count", subject=subject)
    assert count.users == 20, count
    listed = then.call("evaluation.v1.Segments/Members", subject=subject, limit=100)
    assert len(listed.users) == 20
    member = then.call("evaluation.v1.Segments/IsMember", subject=subject, user_id="user-3")
    assert member.member
    preview = then.call("evaluation.v1.Segments/Preview", definition={"nodes": nodes}, sample=2)
    assert preview.users == 20
    sample = then.call("evaluation.v1.Segments/Sample", subject=subject, size=2)
    assert len(sample.users) == 2
    calls += [tracked, imported, created, count, listed, member, preview, sample]
    calls += [
        then.call("evaluation.v1.Segments/Get", name="old"),
        then.call("evaluation.v1.Segments/List"),
        then.call("ingestion.v1.Ingestion/Positions"),
        then.call("ingestion.v1.Ingestion/Schema"),
        then.call("evaluation.v1.Segments/Archive", name="old"),
    ]
    return len(calls)


def tomorrow(client: shoal.Shoal) -> None:
    """Fields that nobody knows yet are skipped, in requests and inside of them."""
    from shoal.contract.evaluation.v1 import CountRequest

    unknown = b"\xfa\x7f\x05later" + b"\xf8\x7f\x2a"  # fields 2047, as bytes and as a number
    options = CallOptions(project=PROJECT)
    event = shoal.event("user-99", "Charged", event_id=os.urandom(4).hex())
    event.MergeFromString(unknown)
    assert client.track([event], options).accepted == 1
    request = CountRequest(subject=shoal.subject(shoal.did("Charged")))
    request.MergeFromString(unknown)
    assert client.segments.Count(request, options).users == 21


def main() -> None:
    """Takes the registry's address and the old descriptor set."""
    with shoal.connect(sys.argv[1]) as client:
        count = play(Then(Past(sys.argv[2]), client, sys.argv[1]))
        tomorrow(client)
    print(f"the previous contract still works: {count} calls")


if __name__ == "__main__":
    main()
