"""A registry on a TCP port of the loopback: the client and a bare socket reach it as by ipc."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bare_socket

import shoal
from shoal.contract.registry.v1 import ProjectsRequest

PATIENCE_S = 60


def free_port() -> int:
    """A port that nobody listens on; another process may take it, then the start fails clearly."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(address: str, registry: subprocess.Popen, log: Path) -> shoal.Shoal:
    """A client, once the registry answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert registry.poll() is None, f"the registry ended: {log.read_text()}"
        try:
            return shoal.connect(address, project="tcp", timeout_ms=2_000)
        except shoal.Fault as fault:
            assert time.monotonic() < deadline, f"{fault}: {log.read_text()}"


def main() -> None:
    """Takes the program of the registry and the folder of the vectors."""
    address = f"tcp://127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("SHOAL_")}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("w") as output:
            registry = subprocess.Popen(
                [sys.argv[1], "--data-directory", f"{folder}/data", "--listen", address,
                 "--development", "true"],
                stdout=output, stderr=output, env=environment)
        try:
            with ask(address, registry, log) as client:
                client.create_project("tcp")
                projects = client.registry.Projects(ProjectsRequest()).projects
                assert [project.name for project in projects] == ["tcp"]
            sys.argv[1] = address
            bare_socket.main()
        finally:
            registry.terminate()
            registry.wait(timeout=PATIENCE_S)
    print("the same over TCP")


if __name__ == "__main__":
    main()
