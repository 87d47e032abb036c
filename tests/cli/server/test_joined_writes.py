"""The head of a response and its body are one write to the network; what stands alone is not held back for long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cli.server.joined_writes import JoinedWrites


class _Network(asyncio.Transport):
    """Keeps what is written to it, each write apart."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def write_eof(self) -> None:
        self.sent.append(b"EOF")

    def close(self) -> None:
        self.sent.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.sent


@pytest.mark.parametrize(
    ("acts", "sent"),
    [
        ([b"head"], [b"head"]),
        ([b"head", b"body"], [b"headbody"]),
        ([b"head", b""], [b"head"]),
        ([b"head", b"one", b"two"], [b"headone", b"two"]),
        ([b"refusal", "write_eof"], [b"refusal", b"EOF"]),
        ([b"head", "close"], [b"head", b"closed"]),
        ([b"head", b"body", "close"], [b"headbody", b"closed"]),
        (["close", b"too late"], [b"closed"]),
    ],
    ids=repr,
)
def test_two_writes_of_one_turn_are_sent_together_and_none_is_lost_or_out_of_order(
    acts: list[bytes | str], sent: list[bytes]
) -> None:
    async def turn() -> list[bytes]:
        network = _Network()
        transport = JoinedWrites(network, asyncio.get_running_loop())
        for act in acts:
            if isinstance(act, bytes):
                transport.write(act)
            else:
                getattr(transport, act)()
        await asyncio.sleep(0)
        return network.sent

    assert asyncio.run(turn()) == sent
