"""A school's project has a digital-and-parents part or has none: recorded by school year, corrected with a reason."""

from datetime import date

import pytest

from domain.catalogue import SCHOOL_PROJECT
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.school_projects.events import SchoolProjectCorrected, SchoolProjectRecorded
from domain.school_projects.school_project import checked_school_year, record, school_year_of
from tests.support.domain.builders import COORDONNATEUR, DIRECTOR, HEAD, NATIONAL, actor
from tests.support.domain.story import fold

TODAY = date(2026, 11, 26)
(UAI,) = HEAD.schools
HAS = SchoolProjectRecorded(uai=UAI, school_year="2026-2027", has_part=True, evidence="Axe 3 du projet.")
HAS_NONE = HAS.model_copy(update={"has_part": False, "evidence": None})


@pytest.mark.parametrize("who", [COORDONNATEUR, DIRECTOR, HEAD], ids=lambda who: who.role)
def test_it_is_recorded_and_a_later_record_corrects_it_with_a_reason(who):
    assert record(None, HAS, None, TODAY, who) == [HAS]
    corrected = SchoolProjectCorrected(**HAS_NONE.model_dump(), reason="Le conseil ne l'a pas adopté")
    assert record(fold(SCHOOL_PROJECT, HAS), HAS_NONE, corrected.reason, TODAY, who) == [corrected]


@pytest.mark.parametrize(
    ("past", "fact", "reason", "refusal"),
    [
        ([], HAS.model_copy(update={"evidence": None}), None, (ErrorCode.INVALID, ("evidence",))),
        ([], HAS, "Un motif en mots", (ErrorCode.INVALID, ("reason",))),
        ([HAS], HAS_NONE, None, (ErrorCode.INVALID, ("reason",))),
        ([HAS], HAS_NONE, "..", (ErrorCode.INVALID, ("reason",))),
        ([HAS], HAS, "Un motif en mots", (ErrorCode.DUPLICATE, ())),
        ([], HAS.model_copy(update={"school_year": "2028-2029"}), None, (ErrorCode.INVALID, ("school_year",))),
        ([], HAS.model_copy(update={"school_year": "2019-2020"}), None, (ErrorCode.INVALID, ("school_year",))),
    ],
    ids=["no evidence", "nothing to correct", "no reason", "no words", "the same", "too far", "before the programme"],
)
def test_a_record_is_refused(past, fact, reason, refusal):
    with pytest.raises(DomainError) as refused:
        record(fold(SCHOOL_PROJECT, *past), fact, reason, TODAY, HEAD)
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [refusal]


@pytest.mark.parametrize(
    "who", [NATIONAL, actor(Role.TEACHER), actor(Role.INSPECTOR), actor(Role.HEAD, schools=frozenset(["0340003U"]))]
)
def test_others_record_nothing(who):
    with pytest.raises(DomainError) as refused:
        record(None, HAS, None, TODAY, who)
    assert refused.value.code is ErrorCode.FORBIDDEN


def test_a_school_year_is_written_in_one_way_and_begins_in_september():
    assert [checked_school_year(each) for each in ("2026-2027", "2026/2027", "2026 – 2027")] == ["2026-2027"] * 3
    for wrong in ("2026", "2026-2028", "26-27", "2027-2026"):
        with pytest.raises(ValueError, match="2026-2027"):
            checked_school_year(wrong)
    assert (school_year_of(date(2026, 8, 31)), school_year_of(date(2026, 9, 1))) == ("2025-2026", "2026-2027")
