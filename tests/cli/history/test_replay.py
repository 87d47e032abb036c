"""`parentalite replay`: everything that happened, in words, in order, and nothing personal."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel

from application.animations.commands import AnimationAttest, AnimationModify, AttestationCorrect
from application.candidatures import CandidatureGiveOpinion, CandidatureSubmit
from application.papers.words import ROLES
from application.typology import TermRename, TermSplit
from cli.history.french import FIELDS
from cli.history.timeline import _HIDDEN_FIELDS
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.kernel.events import registered_events
from domain.satisfaction.form import SatisfactionQuestion
from domain.satisfaction.packets import QuestionResult
from domain.service_dossiers.events import ServiceLine, ServiceWarning
from domain.typology.typology import SplitPart, TermKind
from tests.cli.conftest import error_line
from tests.support.world import NATIONAL, SIRET, STRUCTURE, STRUCTURE_ID, UAI

PERSONAL = ("Zélie", "Inventée", "zelie@example.org", "06 39 98 00 00", "Je veux aider", "Très motivée")


@pytest.fixture
def animation(world):
    """Declared, moved and widened, published, attested, corrected; a theme is renamed on the way."""
    animation_id = world.creates()
    start = world.now + timedelta(hours=3)
    changes = {"starts_at": start, "ends_at": start + timedelta(hours=1), "seats": 30}
    world.does(AnimationModify(animation_id=animation_id, changes=changes), STRUCTURE)
    world.does(TermRename(kind=TermKind.THEME, code="ent-pronote", label="Espace numérique"), NATIONAL)
    world.publishes(animation_id)
    world.now += timedelta(days=1)
    world.does(AnimationAttest(animation_id=animation_id, parents=12, answers=("oui", "non")), STRUCTURE)
    correction = AttestationCorrect(animation_id=animation_id, parents=14, answers=("oui", "non"), reason="recompté")
    world.does(correction, STRUCTURE)
    return animation_id


@pytest.fixture
def candidature(world):
    values = dict(zip(("first_name", "last_name", "email", "phone", "motivation"), PERSONAL, strict=False))
    command = CandidatureSubmit(territory="971", school_uai=UAI, degree=Degree.FIRST, **values)
    submitted = world.does(command, PUBLIC).subject_id
    director = Actor(Role.DIRECTOR, "direction", schools=frozenset([UAI]))
    opinion = CandidatureGiveOpinion(candidature_id=submitted, favourable=True, comment=PERSONAL[-1])
    world.does(opinion, director)
    return submitted


def _lines(run, subject) -> list[dict]:
    result = run("replay", str(subject), "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_animation_is_told_in_french_with_what_changed(run, animation):
    result = run("replay", str(animation))
    assert result.exit_code == 0
    output = result.stdout
    words = [
        "Animation déclarée",
        "Animation modifiée",
        "Animation publiée",
        "Présence attestée",
        "Attestation corrigée",
    ]
    assert sorted(words, key=output.index) == words
    assert "places : 12 → 30" in output
    assert "parents : 12 → 14" in output
    assert "motif : [personal]" in output
    assert "recompté" not in output
    assert "national (équipe nationale)" in output
    # Guadeloupe's clocks, not those of Paris.
    assert "2026-09-01 04:00:00 -0400" in output


def test_terms_keep_the_words_of_the_day(run, world, animation):
    assert "thèmes : ENT - Pronote" in run("replay", str(animation)).stdout
    later = world.creates(starts_at=world.now + timedelta(hours=1), ends_at=world.now + timedelta(hours=2))
    assert "thèmes : Espace numérique" in run("replay", str(later)).stdout


def test_the_typology_has_a_history_of_its_own(run, world):
    parts = ({"into": "temps-ecran", "animation_types": ("seminaire",)}, {"into": "educonnect"})
    split = {"kind": TermKind.THEME, "code": "jeux-video", "parts": parts}
    world.does(TermSplit.model_validate(split), NATIONAL)
    output = run("replay", "typology").stdout
    assert "Terme ajouté à la typologie" in output
    assert "parties : dans temps-ecran, pour les types seminaire ; dans educonnect" in output


def test_the_json_lines_are_the_events_as_recorded(run, animation):
    lines = _lines(run, animation)
    assert [line["type"].partition(".")[2] for line in lines] == [
        *("created", "modified", "published", "attested", "attestation_corrected")
    ]
    assert [line["subjectVersion"] for line in lines] == [1, 2, 3, 4, 5]
    assert sorted(line["position"] for line in lines) == [line["position"] for line in lines]
    assert {line["subject"] for line in lines} == {str(animation)}
    assert lines[3]["data"]["parents"] == 12
    assert lines[0]["recordedAt"] == "2026-09-01T08:00:00Z"
    assert (lines[2]["actor"], lines[2]["role"], lines[2]["territory"]) == ("national", "national", "971")


def test_a_structures_history_holds_its_conventions_and_animations(run, world, animation, candidature):
    by_siret, by_id = _lines(run, f"{SIRET[:3]} {SIRET[3:]}"), _lines(run, STRUCTURE_ID)
    assert by_siret == by_id
    assert [line["position"] for line in by_id] == sorted({line["position"] for line in by_id})
    kinds = [line["type"] for line in by_id]
    assert kinds[:3] == ["convention.signed", "structure.account_opened", "structure.convention_attached"]
    assert kinds.count("animation.created") == 1
    assert not any(kind.startswith(("candidature.", "typology.")) for kind in kinds)
    result = run("replay", SIRET)
    assert "Convention signée" in result.stdout
    assert "every event stamped with it" in result.stderr


def test_a_convention_has_a_history_of_its_own(run, world):
    (signed,) = (line for line in _lines(run, SIRET) if line["type"] == "convention.signed")
    assert [line["type"] for line in _lines(run, signed["subject"])] == ["convention.signed"]
    assert "tarif par animation (€) : 150.00" in run("replay", signed["subject"]).stdout


def test_what_is_personal_is_shown_neither_in_clear_nor_sealed(run, candidature):
    outputs = [run("replay", str(candidature)).output, run("replay", str(candidature), "--json").output]
    for output in outputs:
        assert output.count("[personal]") == 6
        assert "sealed:" not in output
        assert not any(text in output for text in PERSONAL)
    assert _lines(run, candidature)[1]["data"] == {
        "person_id": _lines(run, candidature)[0]["data"]["person_id"],
        "favourable": True,
        "comment": "[personal]",
    }


def test_what_was_erased_is_told_as_erased(run, opened, world, candidature):
    opened.application.erase_person(str(candidature), SYSTEM, world.now)
    output = run("replay", str(candidature)).output
    assert output.count("[erased]") == 6
    assert "[personal]" not in output
    assert "Données personnelles effacées" in output


def test_what_nobody_knows_is_one_line(run, world):
    assert "nothing is recorded" in error_line(run("replay", str(uuid4())))
    assert "nothing is recorded" in error_line(run("replay", "21340172201787"))


@pytest.mark.parametrize("wrong", ["", "42", "21340172201788", "; DROP TABLE", "é" * 14])
def test_what_is_neither_id_nor_siret_is_a_wrong_usage(run, world, wrong):
    result = run("replay", wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_every_event_field_and_role_has_its_french_words():
    events = registered_events()
    assert all(event.sentence for event in events.values())
    fields = (
        {name for event in events.values() for name in event.model_fields}
        | set(SplitPart.model_fields)
        | set(ServiceLine.model_fields)
        | set(ServiceWarning.model_fields)
        | set(SatisfactionQuestion.model_fields)
        | set(QuestionResult.model_fields)
    )
    assert set(FIELDS) == fields - _HIDDEN_FIELDS
    assert set(ROLES) == set(Role)


def test_a_field_is_called_the_same_in_every_event():
    models: list[type[BaseModel]] = [
        *registered_events().values(),
        SplitPart,
        ServiceLine,
        SatisfactionQuestion,
        QuestionResult,
    ]
    titles = {(name, field.title) for model in models for name, field in model.model_fields.items() if field.title}
    assert len(titles) == len(dict(titles))
