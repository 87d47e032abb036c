"""Who may read what: the table of domain/kernel/rights.py, asked through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from application.animations.commands import AnimationPublish
from application.candidatures import CandidatureGiveOpinion
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    COLLEGE,
    NATIONAL,
    PARENT,
    SCHOOL,
    TILLEULS,
    Town,
    coordonnateur,
    of_school,
    structure,
)

ANSWERING = [structure(TILLEULS), coordonnateur("34"), NATIONAL, AUDITOR]
MEDIATEUR = Actor(Role.MEDIATEUR, "médiateur")
OTHERS = [structure(BASSE_TERRE), coordonnateur("971"), PARENT, of_school(Role.HEAD, COLLEGE), MEDIATEUR]
AFTER = datetime(2026, 12, 1, tzinfo=UTC)

PROTECTED = [
    "structure(siret: $siret) { conventions { id ratePerAnimation } }",
    "structure(siret: $siret) { animations { nodes { id } } }",
    "structure(siret: $siret) { dashboard { animations } }",
    "structure(siret: $siret) { timeline { nodes { id } } }",
    'territory(code: "34") { dashboard { animations } }',
]
REFUSAL = "Vous n'avez pas le droit de faire cette action."


@pytest.fixture
def town(town: Town) -> Town:
    town.signs()
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    return town


def _protected(field: str) -> str:
    return f"query ($siret: String) {{ ignored: structure(siret: $siret) {{ name }} {field} }}"


@pytest.mark.parametrize("field", PROTECTED)
def test_what_is_protected_is_refused_in_the_same_words_and_asks_the_public_to_sign_in(town: Town, field: str):
    for actor in OTHERS:
        asked = town.asks(_protected(field), actor, siret=TILLEULS)
        assert (asked.codes, asked.messages) == (["FORBIDDEN"], [REFUSAL]), actor.role
    asked = town.asks(_protected(field), PUBLIC, siret=TILLEULS)
    assert asked.codes == ["UNAUTHENTICATED"]
    assert asked.messages[0].startswith("Connectez-vous")


@pytest.mark.parametrize("field", PROTECTED)
def test_those_who_answer_for_a_structure_read_all_of_it(town: Town, field: str):
    for actor in ANSWERING:
        if field.startswith("territory") and actor.role is Role.STRUCTURE:
            assert town.asks(_protected(field), actor, siret=TILLEULS).codes == ["FORBIDDEN"]
        else:
            assert town.asks(_protected(field), actor, siret=TILLEULS).data, actor.role


def test_the_countrys_figures_are_for_the_national_team_and_auditors(town: Town):
    document = "{ dashboard { animations } }"
    for actor in (NATIONAL, AUDITOR):
        assert town.asks(document, actor).data == {"dashboard": {"animations": 0}}
    for actor in (*OTHERS, structure(TILLEULS), coordonnateur("34")):
        assert town.asks(document, actor).codes == ["FORBIDDEN"]
    assert town.asks(document).codes == ["UNAUTHENTICATED"]


def test_the_name_and_the_siret_of_a_structure_are_public(town: Town):
    by_siret = town.asks("query ($s: String) { structure(siret: $s) { id siret name } }", s=TILLEULS).data["structure"]
    assert by_siret == {
        "id": str(structure_id(TILLEULS)),
        "siret": TILLEULS,
        "name": "Centre social Les Tilleuls",
    }
    by_id = town.asks("query ($id: ID) { structure(id: $id) { id siret name } }", id=by_siret["id"]).data["structure"]
    assert by_id == by_siret
    names = [node["name"] for node in town.asks("{ structures { nodes { name } } }").data["structures"]["nodes"]]
    assert names == ["Centre social Les Tilleuls", "Ville de Basse-Terre"]


@pytest.mark.parametrize("arguments", ["", f'(id: "{structure_id(TILLEULS)}", siret: "{TILLEULS}")', '(siret: "123")'])
def test_a_structure_is_asked_for_by_exactly_one_good_key(town: Town, arguments: str):
    assert town.asks(f"{{ structure{arguments} {{ name }} }}").codes == ["INVALID"]


ANIMATION = """query ($id: ID!) {
  animation(id: $id) { id status refusalReason attestation { parents } clonedFrom { id } allowedActions { action } }
  node(id: $id) { id }
}"""


def test_an_animation_that_is_not_published_exists_only_for_those_who_answer_for_it(town: Town):
    submitted, refused = town.declares(), town.declares()
    town.refuses(refused)
    never_published = town.declares()
    town.cancels(never_published)
    for animation in (submitted, refused, never_published):
        for actor in (PUBLIC, *OTHERS):
            assert town.asks(ANIMATION, actor, id=str(animation)).data == {"animation": None, "node": None}
        for actor in ANSWERING:
            assert town.asks(ANIMATION, actor, id=str(animation)).data["animation"]["id"] == str(animation)


def test_what_was_cancelled_after_its_publication_stays_public(town: Town):
    cancelled = town.declares(published=True)
    town.cancels(cancelled)
    assert town.asks(ANIMATION, id=str(cancelled)).data["animation"]["status"] == "CANCELLED"


def test_of_a_public_animation_the_public_sees_neither_attestation_nor_refusal_nor_hidden_source(town: Town):
    source = town.declares()
    clone = town.clones(source)
    town.refuses(source)
    town.does(AnimationPublish(animation_id=clone), NATIONAL)
    town.now = datetime(2027, 2, 1, tzinfo=UTC)
    town.attests(clone, parents=7)
    for actor in (PUBLIC, *OTHERS):
        seen = town.asks(ANIMATION, actor, id=str(clone)).data["animation"]
        assert (seen["attestation"], seen["clonedFrom"], seen["allowedActions"]) == (None, None, [])
        assert town.asks(ANIMATION, actor, id=str(source)).data["animation"] is None
    for actor in ANSWERING:
        seen = town.asks(ANIMATION, actor, id=str(clone)).data["animation"]
        assert (seen["attestation"], seen["clonedFrom"]) == ({"parents": 7}, {"id": str(source)})
        assert town.asks(ANIMATION, actor, id=str(source)).data["animation"]["refusalReason"] == "À préciser."


AUDIT = "query ($where: AuditWhere) { auditTrail(where: $where, first: 100) { nodes { type subject } totalCount } }"


def _trail(town: Town, actor: Actor, **where: Any) -> list[str]:
    page = town.asks(AUDIT, actor, where=where).data["auditTrail"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["type"] for node in page["nodes"]]


def test_the_audit_trail_shows_everybody_what_is_theirs(town: Town):
    town.declares()
    town.declares(BASSE_TERRE, territory="971")
    signed = ["convention.signed", "structure.account_opened", "structure.convention_attached"]
    own = [*signed, "animation.created"]
    assert _trail(town, structure(TILLEULS)) == own
    assert _trail(town, coordonnateur("34"), type=own) == own
    assert _trail(town, coordonnateur("34", "971"), type=own) == [*signed, *own, "animation.created"]
    for actor in (NATIONAL, AUDITOR):
        assert [kind for kind in _trail(town, actor) if kind in own] == [*signed, *own, "animation.created"]
    # Another's history is refused or empty: in no case seen.
    asked = town.asks(AUDIT, structure(TILLEULS), where={"structureId": str(structure_id(BASSE_TERRE))})
    assert asked.codes == ["FORBIDDEN"]
    assert _trail(town, coordonnateur("34"), structureId=str(structure_id(BASSE_TERRE))) == []
    for actor in (PARENT, of_school(Role.HEAD, COLLEGE)):
        assert town.asks(AUDIT, actor).codes == ["FORBIDDEN"]
    assert town.asks(AUDIT).codes == ["UNAUTHENTICATED"]


CANDIDATURE = "query ($id: ID!) { candidature(id: $id) { id } node(id: $id) { id } }"
CANDIDATURES = """query ($where: CandidatureWhere) {
  candidatures(where: $where) { totalCount nodes { id firstName lastName email phone motivation status degree } }
}"""


def test_candidatures_are_read_by_the_parent_the_school_the_territory_and_the_national_team(town: Town):
    first = str(town.applies())
    town.now += timedelta(minutes=1)
    second = str(town.applies(COLLEGE, Degree.SECOND, Actor(Role.PARENT, "parent:y", person_id=structure_id("y"))))
    for actor, expected in [
        (PARENT, [first]),
        (of_school(Role.DIRECTOR, SCHOOL), [first]),
        (of_school(Role.INSPECTOR, SCHOOL), [first]),
        (of_school(Role.HEAD, COLLEGE), [second]),
        (coordonnateur("34"), [first, second]),
        (coordonnateur("971"), []),
        (NATIONAL, [first, second]),
    ]:
        page = town.asks(CANDIDATURES, actor).data["candidatures"]
        assert ([node["id"] for node in page["nodes"]], page["totalCount"]) == (expected, len(expected)), actor.role
        for one in (first, second):
            seen = town.asks(CANDIDATURE, actor, id=one).data
            wanted = {"id": one} if one in expected else None
            assert seen == {"candidature": wanted, "node": wanted}
    for actor in (structure(TILLEULS), AUDITOR):
        assert town.asks(CANDIDATURES, actor).codes == ["FORBIDDEN"]
        assert town.asks(CANDIDATURE, actor, id=first).data == {"candidature": None, "node": None}
    assert town.asks(CANDIDATURES).codes == ["UNAUTHENTICATED"]


def test_what_is_personal_is_shown_to_the_few_and_gone_for_all_once_erased(town: Town):
    candidature = town.applies()
    asked = town.asks(CANDIDATURES, NATIONAL, where={"status": ["SUBMITTED"], "degree": "FIRST"})
    (seen,) = asked.data["candidatures"]["nodes"]
    assert (seen["firstName"], seen["phone"], seen["motivation"]) == ("Camille", None, "Aider.")
    town.app.erase_person(str(candidature), NATIONAL, town.now)
    (seen,) = town.asks(CANDIDATURES, NATIONAL).data["candidatures"]["nodes"]
    assert {seen[name] for name in ("firstName", "lastName", "email", "phone", "motivation")} == {None}
    assert seen["status"] == "SUBMITTED"


def test_the_audit_trail_never_shows_what_is_personal_not_even_sealed(town: Town):
    town.applies()
    document = '{ auditTrail(where: {type: ["candidature.submitted"]}) { nodes { data personalFields } } }'
    (entry,) = town.asks(document, NATIONAL).data["auditTrail"]["nodes"]
    personal = {"first_name", "last_name", "email", "phone", "motivation"}
    assert set(entry["personalFields"]) == personal
    assert {entry["data"][name] for name in personal} == {None}
    assert entry["data"]["school_uai"] == SCHOOL
    assert "sealed" not in str(entry)


def test_an_opinion_counts_for_the_inspector_and_no_more_for_the_director(town: Town):
    document = "{ viewer { role actor schools waiting { candidaturesToExamine awaitingPublication } } }"
    candidature = town.applies()

    def waiting(role: Role) -> int:
        viewer = town.asks(document, of_school(role, SCHOOL)).data["viewer"]
        assert viewer["schools"] == [SCHOOL]
        assert viewer["waiting"]["awaitingPublication"] is None
        count: int = viewer["waiting"]["candidaturesToExamine"]
        return count

    assert (waiting(Role.DIRECTOR), waiting(Role.INSPECTOR), waiting(Role.HEAD)) == (1, 0, 0)
    opinion = CandidatureGiveOpinion(candidature_id=candidature, favourable=True)
    town.does(opinion, of_school(Role.DIRECTOR, SCHOOL))
    assert (waiting(Role.DIRECTOR), waiting(Role.INSPECTOR), waiting(Role.HEAD)) == (0, 1, 0)


def test_the_viewer_is_who_the_token_says_and_is_told_what_waits(town: Town):
    town.refuses(town.declares())
    town.declares(published=True)
    town.declares()
    town.now = AFTER
    document = """{ viewer { actor role structures { name }
      waiting { awaitingAttestation refused awaitingPublication candidaturesToExamine } } }"""
    nothing = dict.fromkeys(["awaitingAttestation", "refused", "awaitingPublication", "candidaturesToExamine"])
    viewer = town.asks(document, structure(TILLEULS)).data["viewer"]
    assert viewer["structures"] == [{"name": "Centre social Les Tilleuls"}]
    assert viewer["waiting"] == nothing | {"awaitingAttestation": 1, "refused": 1}
    assert town.asks(document, NATIONAL).data["viewer"]["waiting"] == nothing | {"awaitingPublication": 1}
    assert town.asks(document).data["viewer"]["waiting"] == nothing
