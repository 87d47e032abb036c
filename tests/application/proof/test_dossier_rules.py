"""What was submitted and certified must follow from the other events: each figure that does not is named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.files.store import FileStore
from application.proof.bundle import gather_proof, records_of
from application.proof.dossier_rules import broken_rules
from domain.service_dossiers.events import DossierCertified, DossierSubmitted
from eventstore.records import Recorded
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World


@pytest.fixture
def history(world: World, tmp_path: Path) -> tuple[UUID, list[Recorded]]:
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    dossier_id = claim.paid(*claim.attested(2))
    with world.app.pool.connection() as conn:
        return dossier_id, records_of(gather_proof(conn, world.app.vault, KEY, dossier_id, world.now).leaves)


def forged(history: tuple[UUID, list[Recorded]], kind: type, **changes: Any) -> list[str]:
    """What is found when that event says something else."""
    dossier_id, records = history
    altered = [
        replace(record, event=record.event.model_copy(update=changes)) if isinstance(record.event, kind) else record
        for record in records
    ]
    return list(broken_rules(dossier_id, altered))


def line(history: tuple[UUID, list[Recorded]], **changes: Any) -> tuple[Any, ...]:
    (submitted,) = (record.event for record in history[1] if isinstance(record.event, DossierSubmitted))
    first, *others = submitted.lines
    return (first.model_copy(update=changes), *others)


def test_what_happened_by_the_rules_follows(history: tuple[UUID, list[Recorded]]):
    assert list(broken_rules(*history)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate_per_animation": Decimal("940.00")}, "the rate submitted"),
        ({"planned_animations": 99}, "the number planned"),
        ({"amount": Decimal("301.00")}, "the amount submitted"),
    ],
)
def test_a_submission_that_does_not_follow_is_named(history, changes: dict[str, Any], words: str):
    assert words in forged(history, DossierSubmitted, **changes)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parents": 90}, "parents is 90, where 9 follows"),
        ({"children": 3}, "children is 3, where 0 follows"),
        ({"animation_version": 1}, "its version"),
        ({"sheet": None}, "its sheet"),
        ({"animation_id": UUID(int=5)}, "was not attested"),
    ],
)
def test_a_line_that_does_not_follow_is_named(history, changes: dict[str, Any], words: str):
    (finding, *_) = forged(history, DossierSubmitted, lines=line(history, **changes))
    assert words in finding


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate_per_animation": Decimal("940.00")}, "the rate certified"),
        ({"animations": 3}, "the number certified"),
        ({"already_certified": 7}, "the number certified before"),
        ({"planned_animations": 1}, "the number planned"),
        ({"amount": Decimal("940.00")}, "the amount certified"),
    ],
)
def test_a_certification_that_does_not_follow_is_named(history, changes: dict[str, Any], words: str):
    assert any(words in finding for finding in forged(history, DossierCertified, **changes))


def test_an_animation_submitted_twice_is_named(history: tuple[UUID, list[Recorded]]):
    first, _ = line(history)
    assert "an animation is submitted twice" in forged(history, DossierSubmitted, lines=(first, first))
