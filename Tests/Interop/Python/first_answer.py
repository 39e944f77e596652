"""Runs the first Python block of the client's README, with another address in it."""

import sys
from pathlib import Path

README = Path(__file__).resolve().parents[3] / "Shared/Client/Python/README.md"
ADDRESS = "ipc:///tmp/shoal/run/registry.sock"


def main() -> None:
    """Takes the registry's address."""
    block = README.read_text().split("```python\n", 1)[1].split("```", 1)[0]
    assert ADDRESS in block, f"the README's example names {ADDRESS}"
    exec(compile(block.replace(ADDRESS, sys.argv[1]), str(README), "exec"), {})


if __name__ == "__main__":
    main()
