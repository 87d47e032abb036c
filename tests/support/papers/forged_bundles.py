"""Forty bundles of one invented dossier, as whoever holds the signing key could make them, and what is to come of each.

`cases.json` beside them says what was forged, the verdict and, of a refusal, the step and words of `audit verify`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "application" / "proof" / "bundles"


@dataclass(frozen=True)
class ForgedBundle:
    """`step` and `says` are empty where the bundle is genuine; `key` is the file of the keys to trust."""

    path: Path
    forged: str
    accepted: bool
    step: str
    says: str
    key: Path

    @property
    def name(self) -> str:
        return self.path.stem


def _read() -> list[ForgedBundle]:
    corpus = json.loads((FOLDER / "cases.json").read_text())
    return [
        ForgedBundle(
            FOLDER / case["file"],
            case["forged"],
            case["verdict"] == "accepted",
            case.get("step", ""),
            case.get("says", ""),
            FOLDER / case.get("key", corpus["key"]),
        )
        for case in corpus["cases"]
    ]


FORGED_BUNDLES = _read()
