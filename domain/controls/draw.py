"""The draw of a control: anybody with the seed and the population can repeat it with any SHA-256 tool."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID


def draw(seed: str, population: Iterable[UUID], share_percent: int) -> tuple[UUID, ...]:
    """Return the share of the population, rounded up, with the lowest SHA-256, in the order of the draw.

    The digest covers the seed's UTF-8 bytes followed by the 16 bytes of the dossier's id.
    """
    salt = seed.encode()
    ranked = sorted(population, key=lambda dossier_id: sha256(salt + dossier_id.bytes).digest())
    return tuple(ranked[: number_drawn(share_percent, len(ranked))])


def number_drawn(share_percent: int, population: int) -> int:
    """Return the share of so many dossiers, rounded up."""
    return -(-share_percent * population // 100)
