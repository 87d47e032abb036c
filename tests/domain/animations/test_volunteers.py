"""An animation names the Parents Ressource who take part, by their candidatures."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.animations.events import AnimationVolunteersNamed
from domain.animations.volunteers import name_volunteers
from domain.candidatures.candidature import check_since, record_accompaniment
from domain.candidatures.events import AccompanimentRecorded, CandidatureValidated, CandidatureWithdrawn, Degree
from domain.candidatures.missions import Mission
from domain.catalogue import ANIMATION, CANDIDATURE
from domain.kernel.errors import DomainError, ErrorCode
from tests.support.domain.actions import VOLUNTEER
from tests.support.domain.builders import COORDONNATEUR, NOW, PARENT, PERSON, START, STRUCTURE, created, submitted
from tests.support.domain.story import fold, given

NAMED, NOBODY = AnimationVolunteersNamed(volunteers=(VOLUNTEER.id,)), AnimationVolunteersNamed(volunteers=())
VALIDATED, TODAY = CandidatureValidated(), date(2027, 1, 10)
WITHDRAWN = fold(CANDIDATURE, submitted(Degree.SECOND), VALIDATED, CandidatureWithdrawn(person_id=PERSON))


def test_the_structure_or_the_coordonnateur_names_all_who_take_part():
    held = {VOLUNTEER.id: VOLUNTEER}
    for who in (STRUCTURE, COORDONNATEUR):
        given(ANIMATION, created()).when(name_volunteers, [VOLUNTEER.id] * 2, held, who, NOW).then(NAMED)
    given(ANIMATION, created(), NAMED).when(name_volunteers, [VOLUNTEER.id], held, STRUCTURE, NOW).then()
    given(ANIMATION, created(), NAMED).when(name_volunteers, [], {}, STRUCTURE, NOW).then(NOBODY)


@pytest.mark.parametrize(
    "candidature",
    [
        None,
        fold(CANDIDATURE, submitted(Degree.SECOND)),
        fold(CANDIDATURE, submitted(Degree.SECOND).model_copy(update={"territory": "02"}), VALIDATED),
        WITHDRAWN,
    ],
    ids=["unknown", "not validated", "elsewhere", "withdrawn"],
)
def test_nobody_else_is_named_in_the_same_words_whoever_it_is(candidature):
    other = UUID(int=7)
    refused = given(ANIMATION, created()).when(name_volunteers, [other], {other: candidature}, STRUCTURE, NOW)
    refused.then_refused(ErrorCode.RULE_BROKEN, "candidature_ids.0", "parent ressource validé")


def test_nobody_helps_before_they_are_validated():
    held, day = {VOLUNTEER.id: VOLUNTEER}, START.date()
    naming = given(ANIMATION, created())
    naming.when(name_volunteers, [VOLUNTEER.id], held, STRUCTURE, NOW, {VOLUNTEER.id: day}).then(NAMED)
    since = {VOLUNTEER.id: day + timedelta(days=1)}
    early = naming.when(name_volunteers, [VOLUNTEER.id], held, STRUCTURE, NOW, since)
    early.then_refused(ErrorCode.RULE_BROKEN, "candidature_ids.0", "le jour de l'animation")
    check_since(TODAY, TODAY)
    with pytest.raises(DomainError, match="10/01/2027"):
        check_since(date(2027, 1, 9), TODAY)


def test_who_has_left_since_stays_named():
    story = given(ANIMATION, created(), NAMED)
    story.when(name_volunteers, [WITHDRAWN.id], {WITHDRAWN.id: WITHDRAWN}, STRUCTURE, NOW).then()


def test_a_volunteer_or_the_coordonnateur_records_how_many_parents_were_helped():
    recorded = AccompanimentRecorded(territory="34", on=TODAY, mission=Mission.ACCOMPANY, parents=3)
    story = given(CANDIDATURE, submitted(Degree.SECOND), VALIDATED)
    for who in (PARENT, COORDONNATEUR):
        story.when(record_accompaniment, who, TODAY, Mission.ACCOMPANY, 3, TODAY).then(recorded)
    workshop = story.when(record_accompaniment, PARENT, TODAY, Mission.TAKE_PART, 3, TODAY)
    workshop.then_refused(ErrorCode.INVALID, "mission", "animations")
    early = given(CANDIDATURE, submitted(Degree.SECOND))
    early.when(record_accompaniment, PARENT, TODAY, Mission.WATCH, 3, TODAY).then_refused(ErrorCode.RULE_BROKEN)
    story.when(record_accompaniment, STRUCTURE, TODAY, Mission.WATCH, 3, TODAY).then_refused(ErrorCode.FORBIDDEN)
