"""Every topic of the log with its judgement, or the reason why it is free."""

from __future__ import annotations

from collections.abc import Mapping

from application.proof.rules.animations import ANIMATIONS, ANIMATIONS_ALONE
from application.proof.rules.cases import Alone, Judgements
from application.proof.rules.controls import CONTROLS, CONTROLS_ALONE
from application.proof.rules.conventions import CONVENTIONS, CONVENTIONS_ALONE
from application.proof.rules.dossiers import DOSSIERS
from application.proof.rules.lists import LISTS
from application.proof.rules.passkeys import PASSKEYS
from application.proof.rules.programme.action_groups import ACTION_GROUPS
from application.proof.rules.programme.publications import PUBLICATIONS
from application.proof.rules.programme.requests import REQUESTS
from application.proof.rules.programme.school_projects import SCHOOL_PROJECTS
from application.proof.rules.programme.strategies import STRATEGIES, STRATEGIES_ALONE
from application.proof.rules.satisfaction import SATISFACTION
from domain.animations.events import AnimationResubmitted
from domain.controls.events import PieceWordsErased
from domain.kernel.events import Event
from domain.publications.events import PublicationResubmitted
from domain.strategies.events import StrategyAdopted

#: Events that a command records by itself, each with the domain's decision.
JUDGEMENTS: Judgements = {
    **CONVENTIONS,
    **ANIMATIONS,
    **DOSSIERS,
    **CONTROLS,
    **LISTS,
    **PASSKEYS,
    **SATISFACTION,
    **STRATEGIES,
    **SCHOOL_PROJECTS,
    **ACTION_GROUPS,
    **REQUESTS,
    **PUBLICATIONS,
}

#: Events that policies record because of another event, judged with it. Where the other event's stream is not held they
#: are judged alone.
ALONE: Mapping[type[Event], Alone] = {**CONVENTIONS_ALONE, **ANIMATIONS_ALONE, **CONTROLS_ALONE, **STRATEGIES_ALONE}

#: Events that stand only after another one of the same decision.
FURTHER: frozenset[type[Event]] = frozenset(
    {AnimationResubmitted, PieceWordsErased, StrategyAdopted, PublicationResubmitted}
)

_PEOPLE = "no money rests on it: its version and its stamp are checked, and nothing else"
#: Kinds of streams whose events are free, with the reason.
FREE: Mapping[str, str] = {
    "account": _PEOPLE,
    "candidature": _PEOPLE,
    "contact": _PEOPLE,
    "invitation": _PEOPLE,
    "letter": _PEOPLE,
    "registration": _PEOPLE,
    "webhook": "what other systems are sent: no money rests on it, and its version and stamp are checked",
    "school": "names for readers: no money rests on them, and no rule is held against them",
}
