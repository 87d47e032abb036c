"""How events of action-research groups are judged."""

from __future__ import annotations

from datetime import date

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from domain.action_groups import action_group as groups
from domain.action_groups.action_group import ActionGroup
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
from domain.kernel.rights import Action


def _group(case: Case) -> ActionGroup:
    return case.scene.state(ActionGroup, case.stream, "group")


def _opened(case: Case, fact: ActionGroupOpened) -> Decision:
    return Decision(groups.open_group(fact, case.actor), groups.of_territory(fact.territory))


def _joined(case: Case, fact: MemberJoined) -> Decision:
    return Decision(groups.add_member(_group(case), fact, case.actor), _group(case).belongings)


def _left(case: Case, fact: MemberLeft) -> Decision:
    return Decision(groups.remove_member(_group(case), fact.member_id, case.actor), _group(case).belongings)


def _today(case: Case, group: ActionGroup) -> date:
    return groups.day_in_paris(case.now) if group.territory is None else case.scene.today(group.territory, case.now)


def _met(case: Case, fact: GroupMet) -> Decision:
    group = _group(case)
    return Decision(groups.record_meeting(group, fact, _today(case, group), case.actor), group.belongings)


def _corrected(case: Case, fact: ActionGroupCorrected) -> Decision:
    group = _group(case)
    return Decision(groups.correct(group, fact, case.actor), group.belongings)


def _meeting_corrected(case: Case, fact: MeetingCorrected) -> Decision:
    group = _group(case)
    return Decision(groups.correct_meeting(group, fact, _today(case, group), case.actor), group.belongings)


def _lesson(case: Case, fact: LessonLinked) -> Decision:
    """No money rests on it: that the publication is a lesson was checked as it was recorded."""
    group = _group(case)
    return Decision(groups.link_lesson(group, fact.publication_id, True, case.actor), group.belongings)


def _closed(case: Case, fact: ActionGroupClosed) -> Decision:
    return Decision(groups.close(_group(case), fact.conclusion, case.actor), _group(case).belongings)


def _erased(case: Case, fact: MemberErased) -> Decision:
    return Decision(groups.erase_member(_group(case), fact.member_id), _group(case).belongings)


ACTION_GROUPS: Judgements = {
    ActionGroupOpened: Judgement(_opened, (Action.ACTION_GROUP_OPEN,)),
    MemberJoined: Judgement(_joined, (Action.ACTION_GROUP_MEMBER_ADD,)),
    MemberLeft: Judgement(_left, (Action.ACTION_GROUP_MEMBER_REMOVE,)),
    GroupMet: Judgement(_met, (Action.ACTION_GROUP_RECORD,)),
    ActionGroupCorrected: Judgement(_corrected, (Action.ACTION_GROUP_CORRECT,)),
    MeetingCorrected: Judgement(_meeting_corrected, (Action.ACTION_GROUP_MEETING_CORRECT,)),
    LessonLinked: Judgement(_lesson, (Action.ACTION_GROUP_LESSON_LINK,)),
    ActionGroupClosed: Judgement(_closed, (Action.ACTION_GROUP_CLOSE,)),
    MemberErased: Judgement(_erased, (Action.PERSON_ERASE,)),
}
