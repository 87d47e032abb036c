"""What each person finds in lists, counts and parts that everybody of their role may ask for: what is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from application.animations.commands import AnimationPublish
from application.candidatures import CandidatureGiveOpinion
from domain.animations.transitions import TRANSITIONS
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import structure_id
from domain.kernel.rights import Belongings, may
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
from tests.support.api.reading import Reader, opened_town, reading

#: Each person, and the letter by which they are named below.
WHO: dict[str, Actor] = {
    "-": PUBLIC,
    "p": PARENT,
    "S": structure(TILLEULS),
    "s": structure(BASSE_TERRE),
    "m": Actor(Role.MEDIATEUR, "médiateur", structures=frozenset([structure_id(TILLEULS)])),
    "C": coordonnateur("34"),
    "c": coordonnateur("971"),
    "D": of_school(Role.DIRECTOR, SCHOOL),
    "d": of_school(Role.DIRECTOR, COLLEGE),
    "I": of_school(Role.INSPECTOR, SCHOOL),
    "H": of_school(Role.HEAD, SCHOOL),
    "N": NATIONAL,
    "A": AUDITOR,
}
S34 = f'structure(siret: "{TILLEULS}")'


@dataclass
class Place:
    """A database with one of each, and their ids."""

    reader: Reader
    ids: dict[str, str]

    def asks(self, who: str, document: str, thing: str = "nothing") -> Any:
        nothing = "ignored: node(id: $id) { id }" if "$id" not in document else ""
        return self.reader.asks(f"query ($id: ID!) {{ {document} {nothing} }}", WHO[who], id=self.ids[thing])


@pytest.fixture(scope="module")
def place(server_url: str, worker_id: str, founded_name: str) -> Iterator[Place]:
    with opened_town(server_url, f"api_rights_{worker_id}", founded_name) as town:
        convention = town.signs()
        town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
        ids = {"convention": convention, "structure": structure_id(TILLEULS), "nothing": structure_id("nobody")}
        ids["submitted"] = town.declares()
        ids["withdrawn"] = town.declares()
        town.cancels(ids["withdrawn"])
        ids["refused"] = town.declares()
        town.refuses(ids["refused"])
        ids["source"] = town.declares(published=True)
        ids["published"] = town.clones(ids["source"])
        town.does(AnimationPublish(animation_id=ids["published"]), NATIONAL)
        ids["cancelled"] = town.declares(published=True)
        town.cancels(ids["cancelled"])
        ids["attested"] = town.clones(ids["submitted"])
        town.does(AnimationPublish(animation_id=ids["attested"]), NATIONAL)
        ids["candidature"] = town.applies()
        town.now = datetime(2027, 1, 20, tzinfo=UTC)
        town.attests(ids["attested"], parents=4)
        town.attaches(ids["attested"])
        with reading(town) as reader:
            yield Place(reader, {name: str(key) for name, key in ids.items()})


@pytest.mark.parametrize(("clone", "source", "seen"), [("attested", "submitted", "SCNA"), ("published", "source", WHO)])
def test_the_source_of_a_clone_is_told_to_those_who_see_the_source(place: Place, clone, source, seen):
    document = "animation(id: $id) { clonedFrom { id } }"
    sources = {who: place.asks(who, document, clone).data["animation"]["clonedFrom"] for who in WHO}
    assert sources == {who: {"id": place.ids[source]} if who in seen else None for who in WHO}


def test_actions_are_told_to_those_whose_they_are(place: Place):
    ours = Belongings(structure_id=structure_id(TILLEULS), territories=frozenset(["34"]))
    for who in WHO:
        actions = place.asks(who, "animation(id: $id) { allowedActions { action } }", "published").data["animation"]
        reached = [action for action in TRANSITIONS if may(WHO[who], action, ours)]
        assert [entry["action"] for entry in actions["allowedActions"]] == reached, who


def test_a_structures_animations_and_figures_are_the_same_for_all_who_answer_for_it(place: Place):
    document = f"{S34} {{ animations {{ totalCount }} dashboard {{ animations }} }}"
    for who in "SCNA":
        data = place.asks(who, document).data["structure"]
        assert data == {"animations": {"totalCount": 7}, "dashboard": {"animations": 7}}, who


WAITING = "viewer { waiting { awaitingAttestation refused awaitingPublication candidaturesToExamine } }"
#: Each number of a coordonnateur, and the list that shows as many.
LISTED = {
    "attestationsDue": "managedAnimations(where: {awaitingAttestation: true})",
    "dossiersToCertify": "serviceDossiers(where: {status: [SUBMITTED]})",
    "amendmentsToDecide": "serviceDossiers(where: {amendmentsToDecide: true})",
    "candidaturesToExamine": "candidatures(where: {toExamine: true})",
    "animationRequests": "animationRequests(where: {waiting: true})",
    "volunteersToContact": "candidatures(where: {toContact: true})",
    "certificatesToIssue": "candidatures(where: {certificateToIssue: true})",
}


def test_the_viewer_is_who_the_token_says(place: Place):
    document = "viewer { actor role structures { name } }"
    viewer = {"actor": "structure", "role": "STRUCTURE", "structures": [{"name": "Centre social Les Tilleuls"}]}
    assert place.asks("S", document).data["viewer"] == viewer


def test_everybody_is_told_what_waits_for_them_and_of_nothing_else(place: Place):
    waiting = {who: tuple(place.asks(who, WAITING).data["viewer"]["waiting"].values()) for who in WHO}
    nothing = (None, None, None, None)
    assert waiting == dict.fromkeys(WHO, nothing) | {
        "S": (2, 1, None, None),
        "s": (0, 0, None, None),
        "C": (None, None, None, 1),
        "c": (None, None, None, 0),
        "N": (None, None, 1, None),
        "D": (None, None, None, 1),
        "d": (None, None, None, 0),
        "I": (None, None, None, 0),
        "H": (None, None, None, 0),
    }


@pytest.mark.parametrize(
    ("who", "counted", "status"), [("S", "dossiersToCorrect", "RETURNED"), ("N", "dossiersToPay", "CERTIFIED")]
)
def test_dossiers_that_wait_for_the_others_are_what_the_list_shows(place: Place, who: str, counted: str, status: str):
    waits = f"viewer {{ waiting {{ dossiersToCorrect dossiersToPay }} }} serviceDossiers(where: {{status: [{status}]}})"
    data = place.asks(who, f"{waits} {{ totalCount }}").data
    nothing = {"dossiersToCorrect": None, "dossiersToPay": None}
    assert data["viewer"]["waiting"] == nothing | {counted: data["serviceDossiers"]["totalCount"]}


def test_what_waits_for_a_coordonnateur_is_what_the_lists_show(place: Place):
    lists = " ".join(f"{name}: {listed} {{ totalCount }}" for name, listed in LISTED.items())
    for who, some in (("C", 2), ("c", 0)):
        data = place.asks(who, f"viewer {{ waiting {{ {' '.join(LISTED)} }} }} {lists}").data
        assert data["viewer"]["waiting"] == {name: data[name]["totalCount"] for name in LISTED}, who
        assert data["attestationsDue"]["totalCount"] == some


@pytest.mark.parametrize("who", "SDdIH")
def test_what_waits_for_a_structure_or_a_school_is_what_the_lists_show_and_their_contrary_all_others(
    place: Place, who: str
):
    for name in ("animationRequests", *(() if who == "S" else ("candidaturesToExamine",))):
        waiting = LISTED[name]
        lists = {"some": waiting, "others": waiting.replace("true", "false"), "all": waiting.partition("(")[0]}
        document = " ".join(f"{alias}: {listed} {{ totalCount }}" for alias, listed in lists.items())
        data = place.asks(who, f"viewer {{ waiting {{ {name} }} }} {document}").data
        some, others, every = (data[alias]["totalCount"] for alias in lists)
        assert (data["viewer"]["waiting"], some + others) == ({name: some}, every), name


@pytest.fixture
def town(town: Town) -> Town:
    town.signs()
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    return town


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
    # Another's history is refused, as what there is none of: in no case seen.
    other = {"structureId": str(structure_id(BASSE_TERRE))}
    assert town.asks(AUDIT, structure(TILLEULS), where=other).codes == ["FORBIDDEN"]
    assert town.asks(AUDIT, coordonnateur("34"), where=other).codes == ["INVALID"]
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
        for candidature in (first, second):
            seen = town.asks(CANDIDATURE, actor, id=candidature).data
            wanted = {"id": candidature} if candidature in expected else None
            assert seen == {"candidature": wanted, "node": wanted}
    for actor in (structure(TILLEULS), AUDITOR):
        assert town.asks(CANDIDATURES, actor).codes == ["FORBIDDEN"]
        assert town.asks(CANDIDATURE, actor, id=first).data == {"candidature": None, "node": None}
    assert town.asks(CANDIDATURES).codes == ["UNAUTHENTICATED"]


def test_what_is_personal_is_shown_to_the_few_and_gone_for_all_once_erased(town: Town):
    candidature = town.applies()
    answer = town.asks(CANDIDATURES, NATIONAL, where={"status": ["SUBMITTED"], "degree": "FIRST"})
    (seen,) = answer.data["candidatures"]["nodes"]
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
