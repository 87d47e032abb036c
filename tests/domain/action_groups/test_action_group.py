"""An action-research group: members of several professions, meetings, what is left once a person is erased."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.action_groups import action_group as groups
from domain.action_groups.events import (
    ActionGroupClosed,
    ActionGroupCorrected,
    ActionGroupOpened,
    GroupMet,
    LessonLinked,
    MeetingCorrected,
    MemberErased,
    MemberJoined,
    MemberLeft,
)
from domain.catalogue import ACTION_GROUP
from domain.kernel.errors import DomainError, ErrorCode
from tests.support.domain.builders import COORDONNATEUR, HEAD, NATIONAL, PERSON
from tests.support.domain.story import fold

TODAY = date(2026, 11, 26)
OPENED = ActionGroupOpened(name="GRAF écrans", territory="34", theme="Le temps d'écran à la maison")
MEMBER = UUID(int=5)
JOINED = MemberJoined(
    member_id=MEMBER, person_id=PERSON, first_name="A", last_name="B", email="a@exemple.fr", profession="enseignante"
)
MET = GroupMet(met_on=TODAY, professions=("enseignante", "psychologue"), outcome="Un questionnaire")
CLOSED = ActionGroupClosed(conclusion=None)


def refused(decide, *arguments):
    with pytest.raises(DomainError) as refusal:
        decide(*arguments)
    return refusal.value.code


def test_a_group_is_opened_of_a_territory_and_of_the_nation_by_the_national_team_alone():
    national = OPENED.model_copy(update={"territory": None})
    assert groups.open_group(OPENED, COORDONNATEUR) == [OPENED]
    assert groups.open_group(national, NATIONAL) == [national]
    assert refused(groups.open_group, national, COORDONNATEUR) is ErrorCode.FORBIDDEN
    assert refused(groups.open_group, OPENED, HEAD) is ErrorCode.FORBIDDEN


def test_members_join_once_meet_and_leave_and_a_closed_group_meets_no_more():
    group = fold(ACTION_GROUP, OPENED, JOINED)
    assert groups.add_member(fold(ACTION_GROUP, OPENED), JOINED, COORDONNATEUR) == [JOINED]
    again = JOINED.model_copy(update={"member_id": UUID(int=6)})
    assert refused(groups.add_member, group, again, COORDONNATEUR) is ErrorCode.RULE_BROKEN
    assert groups.record_meeting(group, MET, TODAY, COORDONNATEUR) == [MET]
    assert refused(groups.record_meeting, group, MET, date(2026, 11, 25), COORDONNATEUR) is ErrorCode.INVALID
    assert groups.close(group, None, COORDONNATEUR) == [CLOSED]
    over = fold(ACTION_GROUP, OPENED, JOINED, CLOSED)
    assert refused(groups.record_meeting, over, MET, TODAY, COORDONNATEUR) is ErrorCode.RULE_BROKEN
    assert groups.remove_member(over, MEMBER, COORDONNATEUR) == [MemberLeft(member_id=MEMBER)]


def test_a_meeting_is_recorded_once_and_not_before_the_programme():
    group, later = fold(ACTION_GROUP, OPENED, MET), MET.model_copy(update={"outcome": "Une affiche"})
    groups.check_new_meeting(group, later)
    early = MET.model_copy(update={"met_on": date(2019, 12, 31)})
    assert refused(groups.check_new_meeting, group, MET) is ErrorCode.DUPLICATE
    assert refused(groups.check_new_meeting, group, early) is ErrorCode.INVALID
    # What was recorded twice before that rule stays right.
    assert groups.record_meeting(group, MET, TODAY, COORDONNATEUR) == [MET]


def test_a_name_and_a_meeting_are_corrected_with_a_reason_also_once_the_group_is_closed():
    over = fold(ACTION_GROUP, OPENED, MET, CLOSED)
    renamed = ActionGroupCorrected(name="GRAF du temps d'écran", theme=OPENED.theme, reason="Une coquille")
    fewer = MeetingCorrected(
        number=1, met_on=TODAY, professions=("psychologue",), outcome="Rien encore", reason="Une erreur"
    )
    assert groups.correct(over, renamed, COORDONNATEUR) == [renamed]
    assert groups.correct_meeting(over, fewer, TODAY, COORDONNATEUR) == [fewer]
    groups.check_changes(over, fewer)
    assert refused(groups.correct, over, renamed, HEAD) is ErrorCode.FORBIDDEN
    for wrong in ({"number": 2}, {"reason": " "}, {"met_on": date(2026, 11, 27)}):
        mistaken = fewer.model_copy(update=wrong)
        assert refused(groups.correct_meeting, over, mistaken, TODAY, COORDONNATEUR) is ErrorCode.INVALID
    now = fold(ACTION_GROUP, OPENED, MET, renamed, fewer)
    assert (now.meetings, now.held[1], now.name) == (1, fewer.meeting, renamed.name)
    assert refused(groups.check_changes, now, renamed) is ErrorCode.DUPLICATE
    assert refused(groups.check_changes, now, fewer) is ErrorCode.DUPLICATE


def test_a_published_lesson_is_linked_once_also_once_the_group_is_closed():
    lesson, over = UUID(int=8), fold(ACTION_GROUP, OPENED, CLOSED)
    linked = LessonLinked(publication_id=lesson)
    assert groups.link_lesson(over, lesson, True, COORDONNATEUR) == [linked]
    assert refused(groups.link_lesson, over, lesson, False, COORDONNATEUR) is ErrorCode.INVALID
    again = fold(ACTION_GROUP, OPENED, linked)
    assert refused(groups.link_lesson, again, lesson, True, COORDONNATEUR) is ErrorCode.RULE_BROKEN


def test_a_member_is_erased_once_also_after_leaving_and_may_join_anew():
    erased = MemberErased(member_id=MEMBER, person_id=PERSON)
    assert groups.erase_member(fold(ACTION_GROUP, OPENED, JOINED, MemberLeft(member_id=MEMBER)), MEMBER) == [erased]
    gone = fold(ACTION_GROUP, OPENED, JOINED, erased)
    assert refused(groups.erase_member, gone, MEMBER) is ErrorCode.RULE_BROKEN
    assert groups.add_member(gone, JOINED, COORDONNATEUR) == [JOINED]


def test_professions_count_once_in_any_spelling_and_a_group_of_the_nation_meets_on_the_clocks_of_paris():
    assert groups.distinct(["Enseignante", "psychologue", "enseignante "]) == ("Enseignante", "psychologue")
    assert groups.day_in_paris(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)) == date(2026, 11, 27)
