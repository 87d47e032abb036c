"""What each event does to the rows of logos."""

from __future__ import annotations

from typing import Any

import pytest

from domain.logos.logo import LogoSet, LogoWithdrawn
from tests.support.domain.builders import OURS
from tests.support.projection_spec import Spec

FIRST = LogoSet(structure_id=OURS, media_type="image/png", size=2_000, sha256="1" * 64)
OTHER: dict[str, Any] = {"media_type": "image/svg+xml", "size": 900, "sha256": "2" * 64}
SPECS = [
    Spec(
        "logos",
        "a logo that is set is shown",
        [],
        FIRST,
        {"structure_id": OURS, "media_type": "image/png", "size": 2_000, "sha256": "1" * 64},
    ),
    Spec("logos", "another takes its place", [FIRST], LogoSet(structure_id=OURS, **OTHER), OTHER),
    Spec("logos", "a logo that is withdrawn is gone", [FIRST], LogoWithdrawn(), None),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
