"""The whole schema, asked as every role about what is theirs and what is not: what is shown is what the tables say."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLNamedType, GraphQLObjectType, get_named_type, is_composite_type, is_required_input_field
from starlette.datastructures import UploadFile

from api.core.reading_rights import FIELDS, PARTS, ROOTS, ROWS
from api.schema import schema
from application.files.store import FileStore
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.rights import Action, Belongings, Scope, may, scope_of
from tests.support.api.reading import Reader, opened_town, reading
from tests.support.api.rights_world import OURS, PARENT, WHO, Everything, Thing, one_of_each, things
from tests.support.papers import pdf
from tests.support.proved_dossiers import Claim
from tests.support.world import NATIONAL, STRUCTURE_ID, UAI, World

GRAPHQL = schema._schema
#: Nothing in this world has one: what has not happened to a thing tells nothing of who may read it.
NOT_HERE = {
    "Animation.address",
    "Animation.communeCode",
    "Animation.clonedFrom",
    "Animation.cancellationReason",
    "Structure.contact",
    "Convention.plannedAnimations",
    "Convention.terminatedOn",
    "Convention.terminationReason",
    "ServiceDossier.plannedAnimations",
    "ServiceDossier.overrunReason",
    "ServiceDossier.returnedAt",
    "ServiceDossier.returnReason",
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
    "Registration.placeInLine",
    "Registration.registeredBy",
    "Registration.removalReason",
    "Registration.emailProblem",
    "Candidature.emailProblem",
    "AuditEntry.personalDataErasedAt",
}


@pytest.fixture(scope="module")
def everything(server_url: str, worker_id: str, founded_name: str, tmp_path_factory: Any) -> Iterator[Everything]:
    with opened_town(server_url, f"api_walk_{worker_id}", founded_name) as town:
        world, files = World(town.app), FileStore(tmp_path_factory.mktemp("files"))
        ids = one_of_each(world, Claim(world, files))
        town.now = world.now
        with reading(town, files) as reader:
            document = '{ auditTrail(where: {type: "animation.attested"}, first: 1) { nodes { id } } }'
            ids["entry"] = reader.asks(document, NATIONAL).data["auditTrail"]["nodes"][0]["id"]
            yield Everything(reader, list(things(ids)), ids)


def _names(table: Any) -> list[str]:
    return [name for names in table.values() for name in names.split()]


def _fields(kind: str) -> dict[str, Any]:
    found = GRAPHQL.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return dict(found.fields)


def test_every_field_of_the_schema_has_its_entry_and_only_one():
    structural = ("Connection", "Edge", "Payload")
    roots = {"Query", "Mutation", "Subscription", "PageInfo", "UserError"}
    objects = {
        name
        for name, kind in GRAPHQL.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__") and not name.endswith(structural)
    }
    assert objects - roots == set(FIELDS) | set(PARTS)
    assert set(FIELDS) == set(ROWS)
    for kind, table in FIELDS.items():
        assert sorted(_names(table)) == sorted(_fields(kind)), kind
    for kind, names in PARTS.items():
        assert sorted(names.split()) == sorted(_fields(kind)), kind
    assert sorted(_names(ROOTS)) == sorted([*_fields("Query"), *_fields("Subscription")])


def test_every_mutation_has_its_row_in_the_table_of_rights():
    assert set(_fields("Mutation")) <= {action.value for action in Action}


def _selected(kind: GraphQLNamedType, name: str) -> str:
    return f"{name} {{ __typename }}" if is_composite_type(get_named_type(_fields(kind.name)[name].type)) else name


def _shown(reader: Reader, thing: Thing, names: list[str], who: Actor) -> set[str]:
    """Which of these fields hold something for that person; each is asked alone where they cannot be asked together."""
    kind = GRAPHQL.type_map[thing.type]
    selection = " ".join(_selected(kind, name) for name in names)
    inside = selection if thing.type == "Territory" else f"... on {thing.type} {{ {selection} }}"
    asked = reader.asks(f"{{ one: {thing.root} {{ {inside} }} }}", who)
    if not asked.result.errors:
        found = asked.data["one"] or {}
        return {name for name, value in found.items() if value is not None}
    assert set(asked.codes) <= {"FORBIDDEN", "UNAUTHENTICATED"}, asked.result.errors
    if len(names) == 1:
        return set()
    return {name for one in names for name in _shown(reader, thing, [one], who)}


@pytest.mark.parametrize("kind", sorted(set(ROWS) - {"Checkpoint"}))
def test_each_field_is_shown_to_those_that_the_table_names_and_to_nobody_else(everything: Everything, kind: str):
    reach = {name: action for action, names in FIELDS[kind].items() for name in names.split()}
    told = set()
    for thing in (one for one in everything.things if one.type == kind):
        shown = {who: _shown(everything.reader, thing, list(reach), who) for who in WHO}
        here = set().union(*shown.values())
        told |= here
        for who, names in shown.items():
            expected = {name for name in here if thing.is_for(who, reach[name])}
            assert names == expected, (thing.type, who.role, who.structures)
    assert set(reach) - told == {name.split(".")[1] for name in NOT_HERE if name.startswith(f"{kind}.")}


#: For whoever holds the link.
BY_LINK = {"registration", "candidatureByLink"}
ARGUMENTS = {
    "animation": '(id: "{declared}")',
    "candidature": '(id: "{candidatureId}")',
    "control": '(id: "{controlId}")',
    "node": '(id: "{dossierId}")',
    "serviceDossier": '(id: "{dossierId}")',
    "structure": '(id: "{structureId}")',
    "territory": '(code: "971")',
    "mandates": "(role: COORDONNATEUR)",
}


@pytest.mark.parametrize("who", WHO, ids=lambda who: f"{who.role} {len(who.structures & OURS['structures'])}")
def test_each_root_answers_those_that_the_table_names_and_refuses_all_others(everything: Everything, who: Actor):
    for reach, names in ROOTS.items():
        for name in set(names.split()) & set(_fields("Query")) - BY_LINK:
            arguments = ARGUMENTS.get(name, "").format(**everything.ids)
            inside = " { __typename }" if is_composite_type(get_named_type(_fields("Query")[name].type)) else ""
            codes = everything.reader.asks(f"{{ {name}{arguments}{inside} }}", who).codes
            if reach is None or reach in _held_by(who):
                assert codes == [], (name, codes)
            else:
                assert codes == ["UNAUTHENTICATED" if who is PUBLIC else "FORBIDDEN"], name


def _held_by(who: Actor) -> set[Action]:
    """What is one's own as a person is asked for by who is a parent, or came in as one."""
    asked = {action: scope_of(who, action) for action in Action}
    return {
        action
        for action, scope in asked.items()
        if scope is not None and (scope is not Scope.OWN_PERSON or who.is_a(Role.PARENT))
    }


#: What each mutation may be given beside the id of what it is about.
SAID: dict[str, dict[str, Any]] = {
    "animationAttest": {"parents": 3},
    "animationCancel": {"reason": "Neige"},
    "animationClone": {"startsAt": "2027-01-11T17:00:00Z", "endsAt": "2027-01-11T19:00:00Z"},
    "animationCreate": {
        "territory": "971",
        "title": "Café",
        "description": "Échanger.",
        "startsAt": "2027-01-11T17:00:00Z",
        "endsAt": "2027-01-11T19:00:00Z",
        "venueType": "ecole",
        "venueName": "Jean Jaurès",
        "audience": "parents",
        "type": "cafe-des-parents",
        "themes": ["ent-pronote"],
        "seats": 12,
    },
    "animationModify": {"seats": 5},
    "animationRefuse": {"reason": "Hors sujet"},
    "attestationCorrect": {"parents": 3, "reason": "Recompté"},
    "attestationFormWord": {"questions": ["Et ?"]},
    "auditorAdmit": {"subject": "auditrice", "until": "2030-01-01T00:00:00Z"},
    "coordonnateurAppoint": {"subject": "coordo", "territories": ["971"]},
    "invitationSend": {"email": "q@example.org"},
    "schoolStaffBind": {"subject": "ien", "staffRole": "INSPECTOR", "territory": "971", "schools": [UAI]},
    "candidatureGiveOpinion": {"favourable": True},
    "candidatureRecordContact": {"on": "2026-09-01"},
    "candidatureRecordPix": {"on": "2026-09-01"},
    "candidatureRecordTraining": {"on": "2026-09-01", "subject": "Pix"},
    "candidatureReject": {"reason": "Hors secteur"},
    "candidatureSubmit": {
        "territory": "971",
        "schoolUai": UAI,
        "degree": "FIRST",
        "firstName": "Prénom",
        "lastName": "Nom",
        "email": "p@example.org",
        "motivation": "Aider.",
    },
    "contactAdd": {"name": "École", "email": "e@example.org"},
    "contactsImport": {"csv": "nom;courriel\nÉcole;e@example.org"},
    "controlAnswer": {"piece": "dossier", "answer": "Voici"},
    "controlClose": {"conclusion": "Rien à redire"},
    "controlOpen": {
        "name": "Contrôle",
        "periodFrom": "2026-09-01",
        "periodUntil": "2026-09-30",
        "sharePercent": 10,
        "seed": "graine publiée",
    },
    "controlPieceJudge": {"piece": "dossier", "accepted": True},
    "conventionAmend": {"plannedAnimations": 3},
    "conventionSign": {
        "siret": "73282932000074",
        "structureName": "Autre",
        "territory": "971",
        "coordonnateur": "coordination",
        "signedOn": "2026-09-01",
        "validFrom": "2026-09-01",
        "validUntil": "2027-08-31",
    },
    "conventionTerminate": {"terminatedOn": "2027-01-01", "reason": "Fin"},
    "mailPreferencesSet": {"email": "moi@example.org"},
    "notificationsMarkRead": {"ids": ["notification:1"]},
    "personErase": {"subject": str(PARENT.person_id)},
    "registrationRemove": {"reason": "En double"},
    "registrationSubmit": {"firstName": "Prénom", "lastName": "Nom", "email": "q@example.org"},
    "registrationSubmitFor": {"firstName": "Prénom", "lastName": "Nom"},
    "serviceAmendmentAccept": {"number": 1},
    "serviceAmendmentPropose": {"parents": 3, "reason": "Recompté"},
    "serviceAmendmentRefuse": {"number": 1, "reason": "Non"},
    "serviceDossierOpen": {"periodFrom": "2026-09-01", "periodUntil": "2027-08-31"},
    "serviceDossierReturn": {"reason": "Incomplet"},
    "servicePaymentRecord": {"paidOn": "2026-10-01", "reference": "VIR-2"},
    "servicePieceAttach": {"piece": "Facture"},
    "structureRename": {"name": "Autre nom", "reason": "Fusion"},
    "termAdd": {"kind": "THEME", "code": "autre", "label": "Autre"},
    "termMerge": {"kind": "THEME", "from": "educonnect", "into": "ent-pronote"},
    "termRename": {"kind": "THEME", "code": "educonnect", "label": "ÉduConnect"},
    "termRetire": {"kind": "THEME", "code": "educonnect"},
    "termSplit": {"kind": "THEME", "code": "educonnect", "parts": [{"into": "ent-pronote"}, {"into": "jeux-video"}]},
    "territoryJoin": {"code": "95", "name": "Val-d'Oise", "timeZone": "Europe/Paris"},
    "territoryOpenCandidatures": {"code": "02"},
}
#: By a link, or by the id of the candidature.
HELD = {"registrationCancel", "registrationKeep", "invitationAccept"}
CANDIDATES = {"candidatureWithdraw", "candidatureRequestCertificate"}
_ANSWER = "__typename errors { code message field }"
_OF_NOBODY = str(UUID(int=(4 << 76) + (2 << 62) + 99))


def _input(mutation: str, ids: dict[str, str], known: bool) -> dict[str, Any]:
    """A sound input, about what is ours or about what there is none of."""
    given = get_named_type(_fields("Mutation")[mutation].args["input"].type)
    values: dict[str, Any] = dict(SAID.get(mutation, {}))
    for name, field in given.fields.items():
        if name == "link" and mutation in HELD:
            values[name] = ids["invitation" if mutation == "invitationAccept" else "link"]
        elif name != "link" and name in ids and (is_required_input_field(field) or mutation in CANDIDATES):
            values[name] = ids[name] if known else _OF_NOBODY
        elif name == "file":
            values[name] = UploadFile(io.BytesIO(pdf()), filename="liste.pdf")
    return values


def _reaches(who: Actor, mutation: str) -> bool:
    """Whether the table lets that person do it with what is ours."""
    ours = Belongings(STRUCTURE_ID, frozenset(["971"]), UAI, PARENT.person_id, frozenset(["971"]))
    return may(who, Action(mutation), ours)


@pytest.mark.parametrize("mutation", sorted(_fields("Mutation")))
def test_each_mutation_is_refused_to_those_whom_the_table_does_not_name_whether_the_thing_exists_or_not(
    everything: Everything, mutation: str
):
    answer = str(_fields("Mutation")[mutation].type).rstrip("!")
    given = _fields("Mutation")[mutation].args["input"].type
    document = f"mutation ($input: {given}) {{ one: {mutation}(input: $input) {{ {_ANSWER} }} }}"
    for who in (one for one in WHO if not _reaches(one, mutation)):
        refusals = [
            everything.reader.asks(document, who, input=_input(mutation, everything.ids, known)).data["one"]
            for known in (True, False)
        ]
        for refusal in refusals:
            assert refusal["__typename"] == answer
            (error,) = refusal["errors"]
            assert error["code"] == ("UNAUTHENTICATED" if who is PUBLIC else "FORBIDDEN"), (who.role, error)
        assert refusals[0] == refusals[1], who.role
