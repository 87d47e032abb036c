"""Structure, coordonnateur, auditor: what they try by themselves or with whoever holds the keys of the service.

What the service refuses is tried through it. What somebody records past its rules, with its very key, is named by
`parentalite audit check --rules`, which takes every decision again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.controls import ControlOpen
from application.conventions import ConventionAmend, ConventionTerminate
from application.service_dossiers.commands import ServiceDossierCertify, ServicePaymentRecord
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.events import Event
from domain.service_dossiers.events import DossierPaid
from eventstore.bulk import append_rows
from eventstore.log import read_stream
from eventstore.records import Recorded, encode
from tests.cli.red_team.conftest import Scene
from tests.support.world import AUDITOR, COORDONNATEUR, NATIONAL, STRUCTURE

CERTIFIED, PAID = "service_dossier.certified", "service_dossier.paid"


def stream_of(scene: Scene, stream: UUID) -> list[Recorded]:
    with scene.opened.connection() as conn:
        return read_stream(conn, stream)


def record_past_the_rules(scene: Scene, stream: UUID, event: Event, **stamp: Any) -> int:
    """Append an event with the service's own key, as nobody without it can."""
    *_, last = stream_of(scene, stream)
    stamped = last.stamp.model_copy(update=stamp)
    keys = scene.opened.application.event_keys
    row = (stream, last.originator_version + 1, event.topic, encode(event, stamped))
    with scene.opened.connection() as conn:
        return append_rows(conn, keys, [row])


def paid_before(scene: Scene, **changes: Any) -> DossierPaid:
    (paid,) = (record.event for record in stream_of(scene, scene.paid) if isinstance(record.event, DossierPaid))
    return paid.model_copy(update=changes)


def refusal(scene: Scene, command: Any, actor: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        scene.world.does(command, actor)
    return refused.value


def test_a_structure_certifies_nothing(scene: Scene):
    assert refusal(scene, ServiceDossierCertify(dossier_id=scene.submitted), STRUCTURE).code is ErrorCode.FORBIDDEN


def test_a_structure_that_pays_itself_past_the_service_is_named_by_the_rules(scene: Scene):
    past = {"role": STRUCTURE.role, "actor": STRUCTURE.name, "cause": "command:servicePaymentRecord"}
    position = record_past_the_rules(scene, scene.certified, paid_before(scene), **past)
    wrong = scene.named_by("audit", "check", "--rules")
    assert f"position {position}" in wrong
    assert "the role structure has no right" in wrong


def test_a_payment_of_more_than_was_certified_is_named_by_the_rules(scene: Scene):
    past = {"role": NATIONAL.role, "actor": NATIONAL.name, "cause": "command:servicePaymentRecord"}
    dear = paid_before(scene, amount=paid_before(scene).amount * 9)
    position = record_past_the_rules(scene, scene.certified, dear, **past)
    assert f"position {position}" in scene.named_by("audit", "check", "--rules")


def test_a_second_payment_is_named_by_the_rules(scene: Scene):
    position = record_past_the_rules(scene, scene.paid, paid_before(scene))
    assert f"position {position}" in scene.named_by("audit", "check", "--rules")


def test_a_person_with_two_roles_certifies_nothing_that_they_submitted(scene: Scene):
    submitted = next(record for record in stream_of(scene, scene.submitted) if record.event.topic.endswith("submitted"))
    oneself = replace(COORDONNATEUR, name=submitted.stamp.actor.upper())
    refused = refusal(scene, ServiceDossierCertify(dossier_id=scene.submitted, missing_reason="Vu sur place"), oneself)
    assert refused.code is ErrorCode.RULE_BROKEN


def test_who_certifies_does_not_record_the_payment(scene: Scene):
    payment = ServicePaymentRecord(dossier_id=scene.certified, paid_on=scene.world.now.date(), reference="VIR-9")
    assert refusal(scene, payment, COORDONNATEUR).code is ErrorCode.RULE_BROKEN


def test_a_coordonnateur_does_not_raise_the_rate_of_what_is_submitted(scene: Scene):
    convention = scene.world.conventions[0]
    scene.world.does(ConventionAmend(convention_id=convention, rate_per_animation="900.00"), NATIONAL)
    certify = ServiceDossierCertify(dossier_id=scene.submitted)
    with pytest.raises(DomainError):
        scene.world.does(certify, COORDONNATEUR)


def test_nothing_is_certified_that_the_convention_no_longer_covers(scene: Scene):
    ended = scene.world.now.date() - timedelta(days=2)
    terminate = ConventionTerminate(convention_id=scene.world.conventions[0], terminated_on=ended, reason="Fin prévue")
    with pytest.raises(DomainError) as refused:
        scene.world.does(terminate, NATIONAL)
    assert refused.value.problems


def test_an_auditor_does_not_choose_the_seed(scene: Scene):
    day = scene.world.now.date()
    chosen = ControlOpen(name="Contrôle", period_from=day, period_until=day, share_percent=50, seed="17")
    assert refusal(scene, chosen, AUDITOR).problems[0].field == ("seed",)
