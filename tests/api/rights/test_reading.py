"""Who may read what: the whole schema, asked as everybody about what is theirs and what is not.

Every field, list and thing is shown to those whom the tables of the API and of the domain name, and to nobody else.
Which roles those are, for what is not public, is also written here by hand, so that no table opens it unnoticed.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLNamedType, GraphQLObjectType, get_named_type, is_composite_type

from api.core.reading_rights import FIELDS, ROOTS, ROWS
from api.schema import schema
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.rights import Action, Scope, scope_of
from tests.support.api.asking import Asked
from tests.support.api.reading import Reader
from tests.support.api.rights_world import OURS, ROLES, WHO, Everything, Thing, called

GRAPHQL = schema._schema
#: Nothing in this world has one: what has not happened to a thing tells nothing of who may read it.
NOT_HERE = {
    "Animation.address",
    "Animation.communeCode",
    "Animation.clonedFrom",
    "Animation.contact",
    "Animation.onlineLink",
    "AnimationRequest.reason",
    "Publication.withdrawalReason",
    "Structure.contact",
    "Structure.logo",
    "Territory.logo",
    "Convention.plannedAnimations",
    "Convention.terminatedOn",
    "Convention.terminationReason",
    "ServiceDossier.plannedAnimations",
    "ServiceDossier.overrunReason",
    "ServiceDossier.missingReason",
    "ServiceDossier.certificationFinal",
    "ServiceDossier.warningsReason",
    "ServiceDossier.returnedAt",
    "ServiceDossier.returnReason",
    "ServiceDossier.discardReason",
    "ServiceDossier.withdrawnAt",
    "ServiceDossier.withdrawnBy",
    "ServiceDossier.withdrawalReason",
    "Control.territory",
    "Control.closedAt",
    "Control.closedBy",
    "Control.conclusion",
    "Control.accepted",
    "Control.refused",
    "Candidature.favourable",
    "Candidature.decidedAt",
    "Candidature.informedAt",
    "Candidature.erasedAt",
    "Candidature.opinionComment",
    "Candidature.decisionReason",
    "Candidature.contactedOn",
    "Candidature.contactNote",
    "Candidature.pixOn",
    "Candidature.certificateRequestedAt",
    "Candidature.certificateNumber",
    "Candidature.certificateOn",
    "Candidature.certificateUrl",
    "Strategy.adoptedOn",
    "Strategy.replacedBy",
    "SchoolProject.reason",
    "ActionGroup.closedAt",
    "ActionGroup.conclusion",
    "Registration.placeInLine",
    "Registration.registeredBy",
    "Registration.removalReason",
    "Registration.emailProblem",
    "Registration.present",
    "Registration.ticketUrl",
    "Candidature.emailProblem",
    "AuditEntry.personalDataErasedAt",
    "Webhook.territory",
    "Webhook.pausedBecause",
    "Webhook.deliveredTo",
    "Webhook.nextAttemptAt",
    "Webhook.lastFailure",
}
#: How each refusal begins.
WORDS = {
    "FORBIDDEN": "Vous n'avez pas le droit de faire cette action.",
    "UNAUTHENTICATED": "Connectez-vous pour accéder à ces données.",
}
#: The roles that may read something of what is not for everybody, and what that is.
READERS = {
    "structure coordonnateur national auditor": (
        "Animation.declaredLate Animation.refusalReason Animation.attestation Animation.attendanceSheet"
        " Structure.conventions Structure.animations Structure.dashboard Structure.timeline Structure.mandates"
        " Convention.id Convention.ratePerAnimation ServiceDossier.id ServiceDossier.payment Control.id"
        " AuditEntry.id AuditEntry.data Query.auditTrail Query.controls Query.serviceDossiers Query.mandates"
    ),
    "coordonnateur national auditor": (
        "Territory.dashboard Strategy.id Strategy.diagnosis ActionGroup.id ActionGroup.meetings"
        " Query.strategies Query.actionGroups"
    ),
    "coordonnateur director head national auditor": "SchoolProject.id SchoolProject.evidence Query.schoolProjects",
    "national auditor": "Query.dashboard Query.official Control.population",
    "structure coordonnateur national": (
        "Structure.invitations Query.openInvitations Webhook.id Query.webhooks Query.webhookDeliveries"
    ),
    "structure": "Animation.registrations Structure.contacts Registration.id Registration.email",
    "parent coordonnateur director inspector head national": (
        "Candidature.id Candidature.email Candidature.motivation Query.candidatures"
    ),
    "national": "Query.animationsToPublish Query.rebuildProgress Query.readModels Query.typologyPreview",
    "coordonnateur national": "Candidature.contactNote ActionGroup.members",
    " ".join((Role.PUBLIC, *ROLES)): (
        "Animation.id Animation.cancellationReason Animation.clonedFrom Structure.siret Structure.name Territory.code"
        " Query.animations Query.structures Query.territories Query.typology Query.viewer Query.position"
    ),
}


def _fields(kind: str) -> dict[str, Any]:
    object_type = GRAPHQL.type_map[kind]
    assert isinstance(object_type, GraphQLObjectType)
    return dict(object_type.fields)


def test_what_is_not_for_everybody_is_for_these_roles():
    wrong = []
    for roles, names in READERS.items():
        for kind, name in (coordinate.split(".") for coordinate in names.split()):
            table = ROOTS if kind == "Query" else FIELDS[kind]
            reach = {ROWS.get(kind), *(action for action, fields in table.items() if name in fields.split())} - {None}
            readers = [role for role in (Role.PUBLIC, *ROLES) if reach <= _held_by(Actor(role, role, **OURS))]
            if sorted(readers) != sorted(roles.split()):
                wrong.append(f"{kind}.{name} is for {' '.join(readers)}")
    assert not wrong, "\n".join(wrong)


def _selected(kind: GraphQLNamedType, name: str) -> str:
    return f"{name} {{ __typename }}" if is_composite_type(get_named_type(_fields(kind.name)[name].type)) else name


def _is_refused(answer: Asked, who: Actor) -> bool:
    """Return whether the answer is a refusal in the words that all share."""
    code = "UNAUTHENTICATED" if who is PUBLIC else "FORBIDDEN"
    return set(answer.codes) == {code} and set(answer.messages) == {WORDS[code]}


def _shown(reader: Reader, thing: Thing, names: list[str], who: Actor) -> set[str]:
    """Which of these fields hold something for that person; each is asked alone where they cannot be asked together."""
    kind = GRAPHQL.type_map[thing.type]
    selection = " ".join(_selected(kind, name) for name in names)
    inside = selection if thing.type == "Territory" else f"... on {thing.type} {{ {selection} }}"
    answer = reader.asks(f"{{ one: {thing.root} {{ {inside} }} }}", who)
    if not answer.result.errors:
        shown = answer.data["one"] or {}
        return {name for name, value in shown.items() if value is not None}
    assert _is_refused(answer, who), answer.result.errors
    if len(names) == 1:
        return set()
    return {name for field in names for name in _shown(reader, thing, [field], who)}


@pytest.mark.parametrize("kind", sorted(set(ROWS) - {"Checkpoint"}))
def test_each_field_is_shown_to_those_that_the_table_names_and_to_nobody_else(everything: Everything, kind: str):
    reach = {name: action for action, names in FIELDS[kind].items() for name in names.split()}
    anywhere, wrong = set(), []
    for thing in (thing for thing in everything.things if thing.type == kind):
        shown = [(who, _shown(everything.reader, thing, list(reach), who)) for who in WHO]
        here = set().union(*(names for _, names in shown))
        anywhere |= here
        for who, names in shown:
            expected = {name for name in here if thing.is_for(who, reach[name])}
            if names != expected:
                cell = f"{thing.root} as {called(who)}"
                wrong.append(f"{cell}: too many {sorted(names - expected)}, missing {sorted(expected - names)}")
    assert not wrong, "\n".join(wrong)
    assert set(reach) - anywhere == {name.split(".")[1] for name in NOT_HERE if name.startswith(f"{kind}.")}


@pytest.mark.parametrize("kind", sorted(set(ROWS) - {"Checkpoint", "Territory"}))
def test_what_is_not_for_the_asker_is_answered_as_what_does_not_exist(everything: Everything, kind: str):
    def answer(root: str, who: Actor) -> Any:
        answer = everything.reader.asks(f"{{ one: {root} {{ id }} }}", who)
        return answer.data["one"] if not answer.result.errors else (answer.codes, answer.messages)

    wrong = []
    for thing in (thing for thing in everything.things if thing.type == kind):
        nothing = "audit:999999999" if kind == "AuditEntry" else str(UUID(int=(4 << 76) + (2 << 62) + 99))
        for root in thing.roots:
            for who in WHO:
                absent = answer(root.replace(thing.id, nothing), who)
                expected = {"id": thing.id} if thing.is_for(who, None) else absent
                if (value := answer(root, who)) != expected or absent == {"id": nothing}:
                    wrong.append(f"{root} as {called(who)}: {value}, what does not exist: {absent}")
    assert not wrong, "\n".join(wrong)


#: For whoever holds the link.
BY_LINK = {"registration", "registrationByCode", "candidatureByLink", "invitationByLink"}
ARGUMENTS = {
    "actSignature": '(act: {{serviceDossierSubmit: {{dossierId: "{dossierId}"}}}})',
    "animation": '(id: "{declared}")',
    "animationDraft": '(structureId: "{structureId}")',
    "animationRequest": '(id: "{requestId}")',
    "coverage": '(territory: "971")',
    "volunteers": '(territory: "971")',
    "volunteering": '(territory: "971")',
    "certificate": '(number: "ABP-2026-0001")',
    "communes": '(text: "Basse")',
    "candidature": '(id: "{candidatureId}")',
    "control": '(id: "{controlId}")',
    "node": '(id: "{dossierId}")',
    "publication": '(id: "{publicationId}")',
    "questionnaire": '(link: "{questionnaire}")',
    "satisfaction": "(where: {{}})",
    "serviceDossier": '(id: "{dossierId}")',
    "strategy": '(id: "{strategyId}")',
    "actionGroup": '(id: "{groupId}")',
    "structure": '(id: "{structureId}")',
    "territory": '(code: "971")',
    "typologyPreview": '(change: {{termRetire: {{kind: THEME, code: "ent-pronote"}}}})',
    "mandates": "(role: COORDONNATEUR)",
    "publicationPreview": '(text: "## Cadre")',
    "animationDays": '(month: "2027-03")',
    "webhookDeliveries": '(webhookId: "{webhookId}")',
}


@pytest.mark.parametrize("who", WHO, ids=called)
def test_each_root_answers_those_that_the_table_names_and_refuses_all_others(everything: Everything, who: Actor):
    wrong = []
    for reach, names in ROOTS.items():
        for name in sorted(set(names.split()) & set(_fields("Query")) - BY_LINK):
            arguments = ARGUMENTS.get(name, "").format(**everything.ids)
            inside = " { __typename }" if is_composite_type(get_named_type(_fields("Query")[name].type)) else ""
            answer = everything.reader.asks(f"{{ {name}{arguments}{inside} }}", who)
            allowed = reach is None or reach in _held_by(who)
            if not (answer.codes == [] if allowed else _is_refused(answer, who)):
                wrong.append(f"{name}: {answer.codes or 'answered'}, {answer.messages}")
    assert not wrong, "\n".join(wrong)


def _held_by(who: Actor) -> set[Action]:
    """What is one's own as a person is asked for by whoever is a parent, or came in as one."""
    scopes = {action: scope_of(who, action) for action in Action}
    return {
        action
        for action, scope in scopes.items()
        if scope is not None and (scope is not Scope.OWN_PERSON or who.is_a(Role.PARENT))
    }
