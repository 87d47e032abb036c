"""`node(id:)` answers for each type that has an id, to those who may read it, and knows nothing of it for others."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from api.core.lists.checks import LONGEST_ID
from api.schema import schema
from application.typology import TermRename
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.typology.typology import TermKind
from tests.support.api.asking import Town
from tests.support.api.reading import reading
from tests.support.api.rights_world import OURS, THEIRS, Everything
from tests.support.world import NATIONAL

GRAPHQL = schema._schema
STRUCTURE, OTHERS = Actor(Role.STRUCTURE, "structure", **OURS), Actor(Role.STRUCTURE, "structure", **THEIRS)
#: Of each type: a thing of the world, who is given it, and who is not.
NODES: dict[str, tuple[str, list[Actor], list[Actor]]] = {
    "Animation": ("{animationId}", [PUBLIC, OTHERS], []),
    "AnimationRequest": ("{requestId}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
    "AuditEntry": ("{entry}", [STRUCTURE, NATIONAL], [OTHERS]),
    "Candidature": ("{candidatureId}", [NATIONAL], [OTHERS, PUBLIC]),
    "Contact": ("{contactId}", [STRUCTURE], [OTHERS, NATIONAL, PUBLIC]),
    "Control": ("{controlId}", [NATIONAL], [PUBLIC]),
    "AnimationSeries": ("series:{animationId}", [PUBLIC], []),
    "Convention": ("{conventionId}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
    "Invitation": ("{invitationId}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
    "Mandate": ("{mandateId}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
    "Notification": ("{notification}", [STRUCTURE], [OTHERS, NATIONAL, PUBLIC]),
    "Publication": ("{proposed}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
    "Registration": ("{registrationId}", [STRUCTURE], [OTHERS, PUBLIC]),
    "School": ("school:9710003B", [PUBLIC], []),
    "ServiceDossier": ("{dossierId}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
    "Strategy": ("{strategyId}", [NATIONAL], [OTHERS, STRUCTURE, PUBLIC]),
    "SchoolProject": ("{projectId}", [NATIONAL], [OTHERS, STRUCTURE, PUBLIC]),
    "ActionGroup": ("{groupId}", [NATIONAL], [OTHERS, STRUCTURE, PUBLIC]),
    "Structure": ("{structureId}", [PUBLIC], []),
    "Term": ("term:THEME:temps-ecran", [PUBLIC], []),
    "Territory": ("territory:971", [PUBLIC], []),
    "Webhook": ("{webhookId}", [STRUCTURE, NATIONAL], [OTHERS, PUBLIC]),
}


def test_each_type_with_an_id_is_a_node():
    interface = GRAPHQL.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    nodes = {kind.name for kind in GRAPHQL.get_possible_types(interface)}
    with_id = {
        kind.name
        for kind in GRAPHQL.type_map.values()
        if isinstance(kind, GraphQLObjectType) and str(getattr(kind.fields.get("id"), "type", "")) == "ID!"
    }
    assert nodes == with_id == set(NODES)


@pytest.mark.parametrize("kind", sorted(NODES))
def test_a_node_is_given_to_those_who_may_read_it(everything: Everything, kind: str):
    template, readers, others = NODES[kind]
    node = template.format(**everything.ids)
    document = f'{{ node(id: "{node}") {{ __typename id }} }}'
    for who in readers:
        answer = everything.reader.asks(document, who)
        assert (answer.codes, answer.data["node"]) == ([], {"__typename": kind, "id": node}), who
    for who in others:
        assert everything.reader.asks(document, who).data["node"] is None, who


def test_one_s_own_mandate_is_given_to_oneself(everything: Everything):
    oneself = Actor(Role.PARENT, "parent", account_id=UUID(everything.ids["accountId"]))
    document = f'{{ node(id: "{everything.ids["mandateId"]}") {{ ... on Mandate {{ subject }} }} }}'
    assert everything.reader.asks(document, oneself).data["node"] == {"subject": "médiatrice"}


@pytest.mark.parametrize(
    "node",
    [
        "series:00000000-0000-4000-8000-000000000063",
        "territory:",
        "territory:99",
        "term:",
        "term:THEME",
        "term:THEME:nothing",
        "term:THEME:temps-ecran:2026-01-01",
        "term:NOTHING:temps-ecran",
        "notification:999999999",
        "territory:" + "9" * LONGEST_ID,
        str(UUID(int=(4 << 76) + (2 << 62) + 99)),
        *("", "18", "nothing", "notification:", "notification:x", "notification:-1", "audit:²"),
    ],
)
def test_an_id_of_nothing_is_null(everything: Everything, node: str):
    answer = everything.reader.asks(f'{{ node(id: "{node}") {{ id }} }}', NATIONAL)
    assert (answer.codes, answer.data["node"]) == ([], None)


def test_a_term_under_its_former_label_is_a_node_of_its_own(town: Town):
    """Clients keep what they read by its id: one id must not have two labels."""
    town.signs()
    day = date(2026, 12, 1)
    before = town.declares(published=True, type="atelier-parents")
    renamed = TermRename(kind=TermKind.ANIMATION_TYPE, code="atelier-parents", label="Atelier", since=day)
    town.does(renamed, NATIONAL)
    with reading(town) as reader:
        document = f'{{ animation(id: "{before}") {{ type {{ id label }} }} typology {{ id label }} }}'
        answer = reader.asks(document).data
        former, now = answer["animation"]["type"], {term["id"]: term["label"] for term in answer["typology"]}
        assert former["id"] not in now
        assert now["term:ANIMATION_TYPE:atelier-parents"] == "Atelier"
        node = f'{{ node(id: "{former["id"]}") {{ ... on Term {{ id label }} }} }}'
        assert reader.asks(node).data["node"] == former


def test_objects_stand_beside_the_codes_and_ids(everything: Everything):
    answer = everything.reader.asks(
        "{ viewer { territories inTerritories { id code } } mandates(role: MEDIATEUR) { structure { id } structureId }"
        f' node(id: "{everything.ids["conventionId"]}") {{ ... on Convention {{ territory inTerritory {{ name }} }} }}'
        f' invitation: node(id: "{everything.ids["invitationId"]}") {{ ... on Invitation {{ structure {{ id }} }} }}'
        f' structure(id: "{everything.ids["structureId"]}") {{ mandates {{ inTerritories {{ code }} }} }} }}',
        Actor(Role.COORDONNATEUR, "coordo", **OURS),
    ).data
    assert answer["viewer"] == {"territories": ["971"], "inTerritories": [{"id": "territory:971", "code": "971"}]}
    assert answer["node"] == {"territory": "971", "inTerritory": {"name": "Guadeloupe"}}
    assert answer["invitation"] == {"structure": {"id": everything.ids["structureId"]}}
    assert all(mandate["structure"] == {"id": mandate["structureId"]} for mandate in answer["mandates"])
