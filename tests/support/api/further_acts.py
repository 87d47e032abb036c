"""What else happens in a world in which everything happens: requests of schools, publications and logos."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from application.animation_requests import (
    AnimationRequestAnswer,
    AnimationRequestDecline,
    AnimationRequestLapse,
    AnimationRequestReopen,
    AnimationRequestSend,
    AnimationRequestTakeUp,
    AnimationRequestWithdraw,
)
from application.animations.commands import AnimationCancel
from application.candidatures import (
    CandidatureCorrectAccompaniment,
    CandidatureRecordAccompaniment,
    CandidatureSubmit,
    CandidatureValidate,
)
from application.people.words import WordsErase
from application.volunteers import AnimationVolunteersName
from domain.candidatures.events import Degree
from domain.candidatures.missions import Mission
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from tests.support.api.logo_acts import sets_and_withdraws_a_logo
from tests.support.api.publication_acts import everything_of_publications
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import COORDONNATEUR, HEAD, NATIONAL, STRUCTURE, STRUCTURE_ID, UAI, World

DIRECTOR = Actor(Role.DIRECTOR, "direction", schools=frozenset([UAI]))


def further_acts(world: World, claim: Claim) -> None:
    sets_and_withdraws_a_logo(world, claim)
    everything_of_publications(world, claim)
    _asks_for_animations(world)
    _helps_parents(world)


def _asks_for_animations(world: World) -> None:
    declined, withdrawn, lapsed = (_sent(world, world.now.date()) for _ in range(3))
    world.does(AnimationRequestDecline(request_id=declined, reason="Personne n'est libre."), COORDONNATEUR)
    world.does(AnimationRequestWithdraw(request_id=withdrawn, reason="Une autre date."), DIRECTOR)
    world.does(WordsErase(kind="animation_request", thing_id=withdrawn), NATIONAL)
    reopened, animation_id = _sent(world, world.now.date()), world.creates(title="Demandée", school=UAI)
    world.does(AnimationRequestTakeUp(request_id=reopened, structure_id=STRUCTURE_ID), STRUCTURE)
    world.does(AnimationRequestAnswer(request_id=reopened, animation_id=animation_id), STRUCTURE)
    world.does(AnimationCancel(animation_id=animation_id, reason="Neige."), STRUCTURE)
    world.does(AnimationRequestReopen(request_id=reopened), SYSTEM)
    before, world.now = world.now, world.now + timedelta(days=3)
    world.does(AnimationRequestLapse(request_id=lapsed), SYSTEM)
    world.now = before


def _helps_parents(world: World) -> None:
    who = {"first_name": "Prénom", "last_name": "Nom", "email": "aide@example.org", "motivation": "Aider."}
    submit = CandidatureSubmit(territory="971", school_uai=UAI, degree=Degree.SECOND, **who)
    candidature_id = world.does(submit, PUBLIC).subject_id
    world.does(CandidatureValidate(candidature_id=candidature_id), HEAD)
    helped = {"on": world.now.date(), "mission": Mission.ACCOMPANY, "parents": 3}
    world.does(CandidatureRecordAccompaniment(candidature_id=candidature_id, **helped), COORDONNATEUR)
    fewer = helped | {"parents": 2, "number": 4, "reason": "Une personne est venue deux fois."}
    world.does(CandidatureCorrectAccompaniment(candidature_id=candidature_id, **fewer), COORDONNATEUR)
    animation_id = world.creates(title="Avec une bénévole")
    world.does(AnimationVolunteersName(animation_id=animation_id, candidature_ids=(candidature_id,)), STRUCTURE)


def _sent(world: World, day: date) -> UUID:
    wish = {"wished_from": day, "wished_until": day + timedelta(days=1), "text": "Pour les parents."}
    request = AnimationRequestSend(school_uai=UAI, theme="ent-pronote", **wish, structures=(STRUCTURE_ID,))
    return world.does(request, DIRECTOR).subject_id
