"""A territory's strategy: written, validated by each stakeholder, adopted when all have, then replaced."""

from datetime import date
from uuid import UUID

import pytest

from domain.catalogue import STRATEGY
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.strategies.events import (
    Stakeholder,
    StrategyAdopted,
    StrategyDocumentAttached,
    StrategySuperseded,
    StrategyValidated,
    StrategyWritten,
)
from domain.strategies.strategy import attach_document, check_written, supersede, validate, withdraw_document, write
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, actor
from tests.support.domain.story import fold

TODAY = date(2026, 11, 26)
WRITTEN = StrategyWritten(
    territory="34",
    written_on=date(2026, 11, 10),
    edition=1,
    diagnosis="Peu d'ateliers dans les quartiers nord.",
    objectives=("Familles accompagnées",),
    targets=(250.0,),
    target_schools=("0340002T", "0340003U"),
    stakeholders=(Stakeholder(name="Académie", kind="État"), Stakeholder(name="Département", kind="collectivité")),
)
NEXT = WRITTEN.model_copy(update={"edition": 2, "targets": (300.0,)})
FIRST = StrategyValidated(stakeholder="Académie", validated_on=date(2026, 11, 20))
SECOND = StrategyValidated(stakeholder="Département", validated_on=date(2026, 11, 10))
ADOPTED = StrategyAdopted(adopted_on=date(2026, 11, 20))
SHEET = StrategyDocumentAttached(heading="Délibération", media_type="application/pdf", size=9, sha256="1" * 64)


def refused(decide, *arguments):
    with pytest.raises(DomainError) as refusal:
        decide(*arguments)
    problem = refusal.value.problems[0]
    return problem.code, ".".join(problem.field)


def test_a_strategy_is_written_and_a_later_version_takes_its_place():
    assert write(None, WRITTEN, COORDONNATEUR) == [WRITTEN]
    assert write(fold(STRATEGY, WRITTEN), NEXT, NATIONAL) == [NEXT]
    assert supersede(fold(STRATEGY, WRITTEN), UUID(int=2)) == [StrategySuperseded(replaced_by=UUID(int=2))]
    same = WRITTEN.model_copy(update={"edition": 2})
    assert refused(write, fold(STRATEGY, WRITTEN), same, NATIONAL) == (ErrorCode.DUPLICATE, "")
    to_come = WRITTEN.model_copy(update={"written_on": date(2026, 11, 27)})
    assert refused(check_written, to_come, TODAY) == (ErrorCode.INVALID, "written_on")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target_schools": ("0340002T", "0180006X")}, "target_schools.1"),
        ({"target_schools": ("0340002T", "0340002T")}, "target_schools.1"),
        ({"stakeholders": (*WRITTEN.stakeholders, Stakeholder(name="académie", kind="État"))}, "stakeholders.2.name"),
    ],
    ids=["a school of elsewhere", "a school twice", "a stakeholder twice"],
)
def test_what_is_wrong_is_named_by_its_place(change, field):
    wrong = WRITTEN.model_copy(update=change)
    assert refused(write, None, wrong, COORDONNATEUR) == (ErrorCode.INVALID, field)


@pytest.mark.parametrize("who", [actor(Role.COORDONNATEUR, territories=frozenset(["18"])), actor(Role.AUDITOR)])
def test_a_strategy_is_for_its_territory_and_the_national_team(who):
    assert refused(write, None, WRITTEN, who) == (ErrorCode.FORBIDDEN, "")


def test_the_last_stakeholder_who_validates_adopts_it_on_the_day_of_the_latest_validation():
    assert validate(fold(STRATEGY, WRITTEN), "ACADEMIE", FIRST.validated_on, TODAY, COORDONNATEUR) == [FIRST]
    strategy = fold(STRATEGY, WRITTEN, FIRST)
    assert validate(strategy, "Département", SECOND.validated_on, TODAY, COORDONNATEUR) == [SECOND, ADOPTED]


@pytest.mark.parametrize(
    ("past", "stakeholder", "on", "field"),
    [
        ([], "Mairie", TODAY, (ErrorCode.INVALID, "stakeholder")),
        ([FIRST], "Académie", TODAY, (ErrorCode.RULE_BROKEN, "stakeholder")),
        ([], "Académie", date(2026, 11, 27), (ErrorCode.INVALID, "on")),
        ([], "Académie", date(2026, 11, 9), (ErrorCode.INVALID, "on")),
        ([FIRST, SECOND, ADOPTED], "Académie", TODAY, (ErrorCode.RULE_BROKEN, "")),
        ([StrategySuperseded(replaced_by=UUID(int=2))], "Académie", TODAY, (ErrorCode.RULE_BROKEN, "")),
    ],
    ids=["no stakeholder", "twice", "a day to come", "a day before it was written", "adopted already", "replaced"],
)
def test_a_validation_is_refused(past, stakeholder, on, field):
    assert refused(validate, fold(STRATEGY, WRITTEN, *past), stakeholder, on, TODAY, COORDONNATEUR) == field


def test_a_version_without_target_schools_is_not_validated():
    none = fold(STRATEGY, WRITTEN.model_copy(update={"target_schools": ()}))
    assert refused(validate, none, "Académie", TODAY, TODAY, COORDONNATEUR) == (ErrorCode.RULE_BROKEN, "")


def test_a_document_is_attached_once_and_withdrawn_with_a_reason():
    attached = fold(STRATEGY, WRITTEN, SHEET)
    assert attach_document(fold(STRATEGY, WRITTEN), SHEET, COORDONNATEUR) == [SHEET]
    assert refused(attach_document, attached, SHEET, COORDONNATEUR) == (ErrorCode.RULE_BROKEN, "file")
    assert refused(withdraw_document, attached, "2" * 64, "Un motif", COORDONNATEUR) == (ErrorCode.INVALID, "sha256")
    assert refused(withdraw_document, attached, SHEET.sha256, ".", COORDONNATEUR) == (ErrorCode.INVALID, "reason")
    (withdrawn,) = withdraw_document(attached, SHEET.sha256, "Une version provisoire", COORDONNATEUR)
    assert not fold(STRATEGY, WRITTEN, SHEET, withdrawn).documents
