"""The network of one application server: a namespace of its own behind a bridge, whose cable can be pulled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from drill.processes import DrillFailed, run


@dataclass(frozen=True, slots=True)
class Network:
    """A namespace, and the addresses of this machine and of the server in it."""

    name: str
    ours: str
    theirs: str

    @property
    def inside(self) -> list[str]:
        """The words before a command that is to run in the namespace."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        run(["ip", "link", "set", self._cable, "down"])

    def join(self) -> None:
        run(["ip", "link", "set", self._cable, "up"])

    @property
    def _cable(self) -> str:
        return f"{self.name}c"


@contextmanager
def network() -> Iterator[Network | None]:
    """Yield a new network, or None where none may be made (not root, or no right to)."""
    name = f"drill{os.getpid() % 100_000}"
    third = os.getpid() % 250
    made = Network(name, f"10.231.{third}.1", f"10.231.{third}.2")
    cable, plug = f"{name}c", f"{name}p"
    try:
        if os.geteuid() or shutil.which("ip") is None:
            yield None
            return
        try:
            run(["ip", "netns", "add", name])
            run(["ip", "link", "add", f"{name}b", "type", "bridge"])
            run(["ip", "address", "add", f"{made.ours}/24", "dev", f"{name}b"])
            run(["ip", "link", "set", f"{name}b", "up"])
            run(["ip", "link", "add", cable, "type", "veth", "peer", "name", plug, "netns", name])
            run(["ip", "link", "set", cable, "master", f"{name}b", "up"])
            run(["ip", "-n", name, "address", "add", f"{made.theirs}/24", "dev", plug])
            run(["ip", "-n", name, "link", "set", plug, "up"])
            run(["ip", "-n", name, "link", "set", "lo", "up"])
        except DrillFailed:
            yield None
            return
        yield made
    finally:
        for what in (["netns", "del", name], ["link", "del", f"{name}b"], ["link", "del", cable]):
            with suppress(DrillFailed, OSError):
                run(["ip", *what])
