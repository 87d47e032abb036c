"""What was submitted, certified and paid must follow from the other events: each mutation is found, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.files.store import FileStore
from application.proof.bundle import Prover, gather_proof, records_of
from application.proof.completeness.committing import map_commits
from application.proof.rules.cases import Case
from application.proof.rules.judge import Judge
from application.proof.rules.releases import Releases
from application.proof.rules.scene import Scene
from domain.animations.events import AnimationAttested, AnimationCreated, AnimationGathered, AnimationPublished
from domain.conventions.convention import ConventionSigned, ServiceCertified
from domain.kernel.actors import SYSTEM, Role
from domain.service_dossiers.events import (
    AmendmentAccepted,
    DossierCertified,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierSubmitted,
)
from eventstore.records import Recorded, Stamp
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World

History = list[Recorded]


@pytest.fixture
def history(world: World, tmp_path: Path) -> History:
    claim = Claim(world, FileStore(tmp_path / "files"))
    dossier_id = claim.paid(*claim.attested(2))
    with world.app.pool.connection() as conn:
        prover = Prover(world.app.vault, KEY, map_commits(world.app.execute))
        return records_of(gather_proof(conn, prover, dossier_id, world.now).leaves)


def findings(history: History) -> list[str]:
    judge = Judge(frozenset(record.originator_id for record in history))
    taken = [finding for record in history for finding in judge.take(record, record.event.schema_version())]
    return [str(finding) for finding in (*taken, *judge.end())]


def altered(history: History, kind: type, **changes: Any) -> History:
    """The history in which the events of that kind say something else."""
    return [
        record._replace(event=record.event.model_copy(update=changes)) if isinstance(record.event, kind) else record
        for record in history
    ]


def stamped(history: History, kind: type, **changes: Any) -> History:
    return [
        record._replace(stamp=record.stamp.model_copy(update=changes)) if isinstance(record.event, kind) else record
        for record in history
    ]


def renumbered(history: Iterator[Recorded]) -> History:
    """The history with versions that follow each other, as a forger writes them."""
    versions: dict[UUID, int] = {}
    numbered = []
    for record in history:
        versions[record.originator_id] = versions.get(record.originator_id, 0) + 1
        numbered.append(record._replace(originator_version=versions[record.originator_id]))
    return numbered


def without(history: History, kind: type) -> History:
    return renumbered(record for record in history if not isinstance(record.event, kind))


def repeated(history: History, kind: type) -> History:
    """The history with the last event of that kind once more at the end, by a command of its own."""
    last = next(record for record in reversed(history) if isinstance(record.event, kind))
    again = last._replace(stamp=last.stamp.model_copy(update={"command_id": uuid4()}))
    return renumbered(iter([*history, again]))


def test_what_happened_by_the_rules_follows(history: History):
    assert findings(history) == []


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (DossierSubmitted, {"rate_per_animation": Decimal("940.00")}, "rate_per_animation is 940.00, where 150.00"),
        (DossierSubmitted, {"planned_animations": 99}, "planned_animations is 99, where None"),
        (DossierSubmitted, {"amount": Decimal("301.00")}, "amount is 301.00, where 300.00"),
        (DossierSubmitted, {"submitted_by": "quelqu'un"}, "submitted_by is quelqu'un"),
        (DossierCertified, {"rate_per_animation": Decimal("940.00")}, "rate_per_animation is 940.00, where 150.00"),
        (DossierCertified, {"animations": 3}, "animations is 3, where 2"),
        (DossierCertified, {"already_certified": 7}, "already_certified is 7, where 0"),
        (DossierCertified, {"planned_animations": 1}, "planned_animations is 1, where None"),
        (DossierCertified, {"amount": Decimal("940.00")}, "amount is 940.00, where 300.00"),
        (DossierPaid, {"amount": Decimal("99999.00")}, "amount is 99999.00, where 300.00"),
        (DossierPaid, {"paid_on": date(2036, 1, 1)}, "la date du paiement est dans le futur"),
        (ServiceCertified, {"animations": 0}, "animations is 0, where 2"),
        (ServiceCertified, {"amount": Decimal(0)}, "amount is 0, where 300.00"),
        (ConventionSigned, {"rate_per_animation": Decimal("-150.00")}, "rate_per_animation"),
        (ConventionSigned, {"required_pieces": ("Facture",)}, "Pièce à joindre"),
        (ConventionSigned, {"valid_from": date(2027, 1, 1)}, "ne couvre le"),
        (DossierOpened, {"period_from": date(2027, 1, 1)}, "hors de la période du dossier"),
        (DossierOpened, {"structure_id": UUID(int=7)}, "structure_id is"),
        (DossierGathered, {"animation_ids": ()}, "the domain refuses it"),
        (AnimationGathered, {"dossier_id": UUID(int=7)}, "dossier_id is"),
        (AnimationAttested, {"children": -1}, "enfants ne peut pas être négatif"),
        (AnimationCreated, {"declared_late": True}, "declared_late is True"),
        (AnimationCreated, {"structure_id": UUID(int=7)}, "structure"),
        (AmendmentAccepted, {"number": 2}, "Avenant 2 : introuvable"),
    ],
)
def test_a_figure_that_does_not_follow_is_named(history: History, kind: type, changes: dict[str, Any], words: str):
    reasons = findings(altered(history, kind, **changes))
    assert any(words in finding for finding in reasons), reasons


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parents": 90}, "lines[0].parents is 90, where 9"),
        ({"children": 3}, "lines[0].children is 3, where 0"),
        ({"animation_version": 1}, "lines[0].animation_version is 1"),
        ({"sheets": ()}, "lines[0].sheets has 0 entries, where 1"),
        ({"animation_id": UUID(int=5)}, "lines[0].animation_id is"),
    ],
)
def test_a_line_that_does_not_follow_is_named(history: History, changes: dict[str, Any], words: str):
    (submitted,) = (record.event for record in history if isinstance(record.event, DossierSubmitted))
    first, *others = submitted.lines
    lines = (first.model_copy(update=changes), *others)
    assert words in findings(altered(history, DossierSubmitted, lines=lines))[0]


def test_an_animation_submitted_twice_is_named(history: History):
    (submitted,) = (record.event for record in history if isinstance(record.event, DossierSubmitted))
    first, _ = submitted.lines
    assert "lines[1].animation_id" in findings(altered(history, DossierSubmitted, lines=(first, first)))[0]


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (DossierCertified, {"role": Role.STRUCTURE}, "the role structure has no right"),
        (DossierCertified, {"role": Role.AUDITOR}, "the role auditor has no right"),
        (DossierCertified, {"territory": "18"}, "territory 18"),
        (DossierPaid, {"role": Role.STRUCTURE}, "the role structure has no right"),
        (DossierSubmitted, {"structure_id": UUID(int=7)}, "structure"),
        (AnimationPublished, {"role": Role.STRUCTURE}, "the role structure has no right"),
        (AnimationAttested, {"cause": "command:animationPublish"}, "does not record animation.attested"),
        (ServiceCertified, {"actor": "personne"}, "another actor"),
    ],
)
def test_an_act_by_somebody_else_is_named(history: History, kind: type, changes: dict[str, Any], words: str):
    reasons = findings(stamped(history, kind, **changes))
    assert any(words in finding for finding in reasons), reasons


def test_an_attestation_from_before_the_end_is_named(history: History):
    begun = next(record.event.starts_at for record in history if isinstance(record.event, AnimationCreated))
    reasons = findings(stamped(history, AnimationAttested, recorded_at=begun + timedelta(minutes=1)))
    assert any("L'animation n'est pas encore terminée." in finding for finding in reasons), reasons


@pytest.mark.parametrize("kind", [DossierOpened, DossierSubmitted, DossierCertified, ServiceCertified])
def test_an_event_that_was_left_out_is_missed(history: History, kind: type):
    assert findings(without(history, kind))


@pytest.mark.parametrize("kind", [AnimationPublished, AnimationAttested, AnimationGathered, DossierGathered])
def test_a_step_of_an_animation_that_was_left_out_is_missed(history: History, kind: type):
    assert findings(without(history, kind))


@pytest.mark.parametrize(
    "kind", [DossierCertified, DossierPaid, ServiceCertified, DossierSubmitted, AnimationGathered, AnimationAttested]
)
def test_an_event_twice_is_named(history: History, kind: type):
    assert findings(repeated(history, kind))


def test_a_gap_in_versions_is_named(history: History):
    *others, last = history
    ahead = last._replace(originator_version=last.originator_version + 7)
    assert any("of its stream, where" in finding for finding in findings([*others, ahead]))


def test_an_older_schema_version_is_not_written_again_to_escape_from_newer_rules():
    at = datetime(2026, 9, 1, tzinfo=UTC)
    releases = Releases()

    def reasons(version: int, days: float) -> list[str]:
        stamp = Stamp(recorded_at=at + timedelta(days=days), actor="a", role=Role.SYSTEM, command_id=uuid4(), cause="")
        record = Recorded(1, UUID(int=1), 1, stamp, AnimationPublished())
        return list(releases.reasons(Case(Scene(), record, SYSTEM, version)))

    assert reasons(1, 0) == reasons(2, 100) == []
    # While servers are updated both are written.
    assert reasons(1, 100.5) == []
    assert "schema version 1, where version 2 has been written since" in reasons(1, 102)[0]
    # An old date does not help, once later events stand before it.
    assert reasons(1, 50)
