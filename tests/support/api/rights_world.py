"""One of each thing, whose it is, and everybody who could ask for it: each role, of this structure and of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.core.reading_rights import ROWS
from application.accounts.commands import MediateurRegister
from application.accounts.invitations import PURPOSE as INVITATION
from application.accounts.invitations import InvitationSend
from application.action_groups import ActionGroupMemberAdd, ActionGroupOpen
from application.animation_requests import (
    AnimationRequestAnswer,
    AnimationRequestGiveBack,
    AnimationRequestSend,
    AnimationRequestTakeUp,
)
from application.animations.commands import AnimationCancel, AnimationRefuse
from application.animations.several import AnimationRepeat
from application.candidatures import CandidatureSubmit
from application.contacts.commands import ContactAdd
from application.controls import ControlOpen
from application.registrations import PURPOSE, RegistrationSubmit
from application.satisfaction.answering import PURPOSE as QUESTIONNAIRE
from application.school_projects import SchoolProjectRecord
from application.strategies.commands import Objective, StakeholderEntry, StrategyWrite
from application.webhooks.commands import WebhookSubscribe
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import contact_list_id
from domain.kernel.rights import Action, Belongings, may
from tests.support.api.publication_acts import published_and_proposed
from tests.support.api.reading import Reader
from tests.support.draws import sign_and_draw
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import AUDITOR, COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID, UAI, World

PARENT_ID = UUID(int=(4 << 76) + (2 << 62) + 7)
OURS: dict[str, Any] = {
    "structures": frozenset([STRUCTURE_ID]),
    "territories": frozenset(["971"]),
    "schools": frozenset([UAI]),
    "person_id": PARENT_ID,
}
THEIRS: dict[str, Any] = {
    "structures": frozenset([UUID(int=1)]),
    "territories": frozenset(["02"]),
    "schools": frozenset(["0340005W"]),
    "person_id": UUID(int=2),
}
ROLES = [role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM)]
WHO = [PUBLIC, *(Actor(role, f"{role}", **scope) for role in ROLES for scope in (OURS, THEIRS))]
PARENT = Actor(Role.PARENT, "parent", **OURS)
#: Types of which one is also given by a field of `Query` of its own, beside `node`.
BY_ID = {
    "Animation": "animation",
    "AnimationRequest": "animationRequest",
    "Candidature": "candidature",
    "Control": "control",
    "Publication": "publication",
    "ServiceDossier": "serviceDossier",
    "Structure": "structure",
    "Strategy": "strategy",
    "ActionGroup": "actionGroup",
}


def called(who: Actor) -> str:
    """Return the role, and whether what is ours is theirs."""
    return f"{who.role} of {'ours' if who.structures & OURS['structures'] else 'another'}"


@dataclass(frozen=True)
class Thing:
    """One thing of the world, whose it is, and what it takes to be shown it at all."""

    type: str
    id: str
    belongings: Belongings
    row: Action | None

    def is_for(self, who: Actor, reach: Action | None) -> bool:
        return all(action is None or may(who, action, self.belongings) for action in (self.row, reach))

    @property
    def root(self) -> str:
        return f'territory(code: "{self.id}")' if self.type == "Territory" else f'node(id: "{self.id}")'

    @property
    def roots(self) -> list[str]:
        """Return every field of `Query` that gives it by itself."""
        return [self.root] + ([f'{BY_ID[self.type]}(id: "{self.id}")'] if self.type in BY_ID else [])


@dataclass(frozen=True)
class Everything:
    reader: Reader
    things: list[Thing]
    #: Valid ids by what inputs call them.
    ids: dict[str, str]


def one_of_each(world: World, claim: Claim) -> dict[str, str]:
    world.sign()
    attested = claim.attested(2)
    dossier = claim.paid(*attested)
    day = {"period_from": world.now.date(), "period_until": world.now.date()}
    control = ControlOpen(name="Contrôle", **day, share_percent=100)
    coming = world.creates(school=UAI)
    declared, refused, withdrawn, cancelled = (world.creates() for _ in range(4))
    for published in (coming, cancelled):
        world.publishes(published)
    world.does(AnimationRefuse(animation_id=refused, reason="À préciser."), NATIONAL)
    for given_up in (withdrawn, cancelled):
        world.does(AnimationCancel(animation_id=given_up, reason="Salle inondée."), NATIONAL)
    later = {"starts_at": world.now + timedelta(days=7), "ends_at": world.now + timedelta(days=7, hours=2)}
    world.does(AnimationRepeat(animation_id=coming, dates=(later,)), STRUCTURE)
    control_id = world.does(control, AUDITOR).subject_id
    sign_and_draw(world.app, world.now)
    who = {"first_name": "Prénom", "last_name": "Nom", "email": "p@example.org", "phone": "0600000000"}
    volunteers = {"territory": "971", "school_uai": UAI, "degree": Degree.FIRST, "motivation": "Aider."}
    address = {"url": "https://systeme.exemple.fr/", "kinds": ("animation.*",)}
    subscription = WebhookSubscribe(structure_id=STRUCTURE_ID, **address)
    wish = {"wished_from": world.now.date(), "wished_until": world.now.date() + timedelta(days=60)}
    request = AnimationRequestSend(school_uai=UAI, theme="ent-pronote", **wish, text="Pour les parents.")
    request_id = world.does(request, Actor(Role.DIRECTOR, "direction", **OURS)).subject_id
    taking = AnimationRequestTakeUp(request_id=request_id, structure_id=STRUCTURE_ID)
    giving_back = AnimationRequestGiveBack(request_id=request_id, reason="Salle inondée.")
    for step in (taking, giving_back, taking, AnimationRequestAnswer(request_id=request_id, animation_id=coming)):
        world.does(step, STRUCTURE)
    made = {
        "requestId": request_id,
        "controlId": control_id,
        "registrationId": world.does(RegistrationSubmit(animation_id=coming, **who), PARENT).subject_id,
        "candidatureId": world.does(CandidatureSubmit(**volunteers, **who), PARENT).subject_id,
        "attested": attested[0],
        "animationId": coming,
        "declared": declared,
        "refused": refused,
        "withdrawn": withdrawn,
        "cancelled": cancelled,
        "dossierId": dossier,
        "conventionId": world.conventions[0],
        "structureId": STRUCTURE_ID,
        "webhookId": world.does(subscription, STRUCTURE).subject_id,
    }
    link = world.app.links.link(PURPOSE, coming, made["registrationId"])
    made["invitationId"] = world.does(
        InvitationSend(structure_id=STRUCTURE_ID, email="i@example.org"), NATIONAL
    ).subject_id
    links = {
        "link": link,
        "invitation": world.app.links.link(INVITATION, made["invitationId"]),
        "questionnaire": world.app.links.link(QUESTIONNAIRE, coming),
    }
    joined = world.does(MediateurRegister(structure_id=STRUCTURE_ID), replace(PARENT, subject="médiatrice"))
    account = world.app.bus.cache.get(joined.subject_id)
    assert account is not None
    world.does(ContactAdd(structure_id=STRUCTURE_ID, name="École", email="k@example.org"), STRUCTURE)
    contacts = world.app.bus.cache.get(contact_list_id(STRUCTURE_ID))
    assert contacts is not None
    made["contactId"] = next(iter(contacts.state.contacts))
    made |= published_and_proposed(world)
    made |= _measures(world)
    made |= {"accountId": joined.subject_id, "mandateId": next(iter(account.state.mandates))}
    return {name: str(key) for name, key in made.items()} | links


def _measures(world: World) -> dict[str, UUID]:
    """A strategy, a school's project and an action-research group with a member."""
    strategy = StrategyWrite(
        territory="971",
        diagnosis="Peu d'ateliers.",
        objectives=(Objective(label="Familles", target=250),),
        target_schools=(UAI,),
        stakeholders=(StakeholderEntry(name="Académie", kind="État"),),
    )
    project = SchoolProjectRecord(uai=UAI, school_year="2026-2027", has_part=True, evidence="Axe 3 du projet.")
    group_id = world.does(ActionGroupOpen(name="GRAF", territory="971", theme="Les écrans"), NATIONAL).subject_id
    member = {"first_name": "Prénom", "last_name": "Nom", "email": "m@example.org", "profession": "psychologue"}
    world.does(ActionGroupMemberAdd(group_id=group_id, **member), NATIONAL)
    group = world.app.bus.cache.get(group_id)
    assert group is not None
    return {
        "strategyId": world.does(strategy, NATIONAL).subject_id,
        "projectId": world.does(project, COORDONNATEUR).subject_id,
        "groupId": group_id,
        "memberId": next(iter(group.state.people)),
    }


def things(ids: dict[str, str]) -> Iterator[Thing]:
    own = Belongings(STRUCTURE_ID, frozenset(["971"]), home=frozenset(["971"]))
    person = Belongings(None, frozenset(["971"]), UAI, PARENT.person_id)
    for name in ("attested", "animationId", "cancelled"):
        yield Thing("Animation", ids[name], own, None)
    for name in ("declared", "refused", "withdrawn"):
        yield Thing("Animation", ids[name], own, Action.STRUCTURE_READ)
    yield Thing("Publication", ids["publicationId"], own, None)
    yield Thing("Publication", ids["proposed"], own, Action.STRUCTURE_READ)
    yield Thing("Candidature", ids["candidatureId"], person, ROWS["Candidature"])
    belongings = Belongings(STRUCTURE_ID, frozenset(["971"]), UAI)
    yield Thing("AnimationRequest", ids["requestId"], belongings, ROWS["AnimationRequest"])
    yield Thing("Territory", "971", Belongings(None, frozenset(["971"])), None)
    for kind, name in (("Structure", "structureId"), ("Convention", "conventionId"), ("ServiceDossier", "dossierId")):
        yield Thing(kind, ids[name], own, ROWS[kind])
    yield Thing("Webhook", ids["webhookId"], Belongings(STRUCTURE_ID), ROWS["Webhook"])
    territory = Belongings(None, frozenset(["971"]))
    for kind, name in (("Strategy", "strategyId"), ("ActionGroup", "groupId")):
        yield Thing(kind, ids[name], territory, ROWS[kind])
    yield Thing("SchoolProject", ids["projectId"], replace(territory, school=UAI), ROWS["SchoolProject"])
    for kind, name in (("Control", "controlId"), ("Registration", "registrationId"), ("AuditEntry", "entry")):
        yield Thing(kind, ids[name], own, ROWS[kind])
