"""Calls every method of the contract on a real suite: the served ones answer, the others say so.

What the suite serves is asked of the suite itself (Reflection.Describe). A method that is neither
called here nor listed as not served fails the run, and so does one that is listed and answers.
"""

import sys

import every_call_evaluation
import every_call_ingestion
import every_call_live
import every_call_registry
import every_call_sets
import every_call_users
from every_call_stage import PROJECT, Stage
from google.protobuf import descriptor_pb2

import shoal
from shoal.contract.reflection.v1 import DescribeRequest
from shoal.contract.stubs import METHODS

#: Named by the contract, answered UNIMPLEMENTED. Whoever serves one moves it to a call.
NOT_SERVED = {
    "shoal.registry.v1.Registry": {"Keys"},
    "shoal.ingestion.v1.Ingestion": {
        "Identify", "Alias", "Unmerge",
    },
    "shoal.evaluation.v1.Sets": {"Bitmap"},
}


def described(stage: Stage) -> set[str]:
    """Every method that the running services' own descriptor sets name."""
    names = set()
    for address in stage.addresses:
        answer = stage.at(address).reflection.Describe(
            DescribeRequest(), shoal.CallOptions(max_reply_bytes=1 << 20))
        files = descriptor_pb2.FileDescriptorSet.FromString(answer.descriptor_set).file
        names |= {
            f"/{file.package}.{service.name}/{method.name}"
            for file in files for service in file.service for method in service.method
        }
        stage.called.add("/shoal.reflection.v1.Reflection/Describe")
        assert set(answer.services), f"{address} serves nothing"
    return names


def check_not_served(stage: Stage, name: str) -> None:
    """An empty request is answered UNIMPLEMENTED, before anything else is looked at."""
    method = METHODS[name]
    server = stage.server_of(method.service)
    try:
        stage.caller(server).call(method, method.request())
    except shoal.Fault as fault:
        assert fault.code == shoal.Status.UNIMPLEMENTED, f"{name}: {fault}"
        return
    raise AssertionError(f"{name} answers now: call it in every_call_*.py, not NOT_SERVED")


def main() -> None:
    """Takes the registry's address."""
    with shoal.connect(sys.argv[1], project=PROJECT) as client:
        stage = Stage(client, sys.argv[1])
        contract = described(stage)
        unknown = contract - set(METHODS)
        assert not unknown, f"not in the client; run Proto/generate.py: {sorted(unknown)}"
        every_call_registry.run(stage)
        every_call_ingestion.run(stage)
        every_call_evaluation.run(stage)
        every_call_users.run(stage)
        every_call_sets.run(stage)
        every_call_live.run(stage)
        every_call_registry.leave(stage)
        listed = {f"/{service}/{name}" for service, names in NOT_SERVED.items() for name in names}
        for name in sorted(listed):
            assert name in contract, f"{name} is listed and not in the contract"
            assert name not in stage.called, f"{name} is called and listed as not served"
            check_not_served(stage, name)
        missing = contract - stage.called - listed
        assert not missing, (
            f"{sorted(missing)}: a method without a call; add one to every_call_*.py, or list it "
            "in NOT_SERVED while it answers UNIMPLEMENTED")
        print(f"every method: {len(stage.called)} called, {len(listed)} not served")


if __name__ == "__main__":
    main()
