"""The draw of a control: whoever knows the seed and the population finds the same dossiers, with any SHA-256 tool."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID


def draw(seed: str, population: Iterable[UUID], share_percent: int) -> tuple[UUID, ...]:
    """The share of the population, rounded up, whose SHA-256 comes first; in the order of the draw.

    The digest is that of the seed's UTF-8 bytes followed by the 16 bytes of the dossier's id.
    """
    salt = seed.encode()
    ranked = sorted(population, key=lambda one: sha256(salt + one.bytes).digest())
    return tuple(ranked[: -(-share_percent * len(ranked) // 100)])
