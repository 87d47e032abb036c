"""Who may read what, role by role: a table written by hand, which the whole API must answer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from application.animations.commands import AnimationPublish
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.errors import forbidden
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    COLLEGE,
    NATIONAL,
    PARENT,
    SCHOOL,
    TILLEULS,
    coordonnateur,
    of_school,
    structure,
)
from tests.support.api.reading import Reader, opened_town, reading

#: Each person, and the column in which the table below speaks of them.
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
ALL = "-pSsmCcDdIHNA"
S34 = f'structure(siret: "{TILLEULS}")'
ONE = "animation(id: $id)"

#: What is asked, of which thing, and who is answered. Others are refused (UNAUTHENTICATED without a token).
REFUSED: list[tuple[str, str]] = [
    (f"{S34} {{ conventions {{ id }} }}", "SCNA"),
    (f"{S34} {{ animations {{ totalCount }} }}", "SCNA"),
    (f"{S34} {{ dashboard {{ animations }} }}", "SCNA"),
    (f"{S34} {{ timeline {{ totalCount }} }}", "SCNA"),
    ('territory(code: "34") { dashboard { animations } }', "CNA"),
    ('territory(code: "971") { dashboard { animations } }', "cNA"),
    ("dashboard { animations }", "NA"),
    ("auditTrail { totalCount }", "SsCcNA"),
    ('node(id: "audit:1") { id }', "SsCcNA"),
    ("candidatures { totalCount }", "pCcDdIHN"),
    ("controls { totalCount }", "SsCcNA"),
    (f"{S34} {{ name siret }}", ALL),
    ("structures { totalCount }", ALL),
    ("animations { totalCount }", ALL),
    ("territories { code } typology { code } position viewer { role }", ALL),
]
#: What is asked, of which thing, and who sees it. For others it is null, as if it did not exist.
HIDDEN: list[tuple[str, str, str]] = [
    ("submitted", "animation(id: $id) { id }", "SCNA"),
    ("submitted", "node(id: $id) { id }", "SCNA"),
    ("refused", "animation(id: $id) { id }", "SCNA"),
    ("withdrawn", "animation(id: $id) { id }", "SCNA"),
    ("cancelled", "animation(id: $id) { id }", ALL),
    ("published", "animation(id: $id) { id }", ALL),
    ("published", "node(id: $id) { id }", ALL),
    ("structure", "node(id: $id) { id }", ALL),
    ("convention", "node(id: $id) { id }", "SCNA"),
    ("candidature", "candidature(id: $id) { id }", "pCDIHN"),
    ("candidature", "node(id: $id) { id }", "pCDIHN"),
    ("nothing", "node(id: $id) { id }", ""),
    ("nothing", "animation(id: $id) { id }", ""),
    ("nothing", "candidature(id: $id) { id }", ""),
]
#: Fields of a public animation, and who sees them; for others they are null.
FIELDS: list[tuple[str, str, str]] = [
    ("attested", "attestation { parents }", "SCNA"),
    ("attested", "attendanceSheet { sha256 url }", "SCNA"),
    ("attested", "declaredLate", "SCNA"),
    ("cancelled", "cancellationReason", ALL),
    ("attested", "clonedFrom { id }", "SCNA"),
    ("published", "clonedFrom { id }", ALL),
]
#: Who is told of which actions on the published animation.
ACTIONS = {
    "S": [
        *("animationModify", "animationCancel", "animationClone", "animationAttest", "attestationCorrect"),
        "attendanceSheetAttach",
    ],
    "N": ["animationPublish", "animationRefuse", "animationCancel"],
}


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
        ids["published"] = town.declares(published=True)
        clone = town.clones(ids["published"])
        town.does(AnimationPublish(animation_id=clone), NATIONAL)
        ids["published"] = clone
        ids["cancelled"] = town.declares(published=True)
        town.cancels(ids["cancelled"])
        ids["attested"] = town.clones(ids["submitted"])
        town.does(AnimationPublish(animation_id=ids["attested"]), NATIONAL)
        ids["candidature"] = town.applies()
        town.now = datetime(2027, 1, 20, tzinfo=UTC)
        town.attests(ids["attested"], parents=4)
        town.attaches(ids["attested"])
        with reading(town) as reader:
            yield Place(reader, {name: str(one) for name, one in ids.items()})


@pytest.mark.parametrize(("document", "answered"), REFUSED, ids=[document for document, _ in REFUSED])
def test_what_is_protected_is_answered_to_some_and_refused_to_others_in_the_same_words(place, document, answered):
    for who in WHO:
        asked = place.asks(who, document)
        if who in answered:
            assert asked.data, who
        elif who == "-":
            assert asked.codes == ["UNAUTHENTICATED"]
        else:
            assert (asked.codes, asked.messages) == (["FORBIDDEN"], [forbidden().problems[0].message]), who


@pytest.mark.parametrize(("thing", "document", "seen"), HIDDEN, ids=[f"{thing} {doc}" for thing, doc, _ in HIDDEN])
def test_what_is_not_for_the_asker_is_as_what_does_not_exist(place: Place, thing, document, seen):
    for who in WHO:
        expected = {"id": place.ids[thing]} if who in seen else None
        (answer,) = place.asks(who, document, thing).data.values()
        assert answer == expected, who


@pytest.mark.parametrize(("thing", "field", "seen"), FIELDS, ids=[f"{field} of {thing}" for thing, field, _ in FIELDS])
def test_a_field_that_is_not_for_the_asker_is_null(place: Place, thing, field, seen):
    told = {who: place.asks(who, f"animation(id: $id) {{ one: {field} }}", thing).data["animation"] for who in WHO}
    assert "".join(who for who, one in told.items() if one["one"] is not None) == "".join(w for w in WHO if w in seen)


def test_the_reason_of_a_refusal_is_told_to_all_who_see_the_animation(place: Place):
    for who in "SCNA":
        told = place.asks(who, "animation(id: $id) { refusalReason }", "refused").data["animation"]
        assert told == {"refusalReason": "À préciser."}


def test_actions_are_told_to_those_whose_they_are(place: Place):
    for who in WHO:
        actions = place.asks(who, "animation(id: $id) { allowedActions { action } }", "published").data["animation"]
        assert [one["action"] for one in actions["allowedActions"]] == ACTIONS.get(who, []), who


def test_the_lists_hold_what_is_the_askers(place: Place):
    for who, own, candidatures in [
        ("S", 7, None),
        ("C", 7, 1),
        ("N", 7, 1),
        ("A", 7, None),
        ("p", None, 1),
        ("d", None, 0),
    ]:
        if own is not None:
            data = place.asks(who, f"{S34} {{ animations {{ totalCount }} dashboard {{ animations }} }}").data[
                "structure"
            ]
            assert (data["animations"]["totalCount"], data["dashboard"]["animations"]) == (own, own), who
        if candidatures is not None:
            assert place.asks(who, "candidatures { totalCount }").data["candidatures"]["totalCount"] == candidatures
    subjects = {who: place.asks(who, "auditTrail { totalCount }").data["auditTrail"]["totalCount"] for who in "SsCcNA"}
    assert subjects["s"] == 3
    assert subjects["S"] < subjects["C"] < subjects["N"] == subjects["A"]


WAITING = "viewer { waiting { awaitingAttestation refused awaitingPublication candidaturesToExamine } }"


def test_everybody_is_told_what_waits_for_them_and_of_nothing_else(place: Place):
    told = {who: tuple(place.asks(who, WAITING).data["viewer"]["waiting"].values()) for who in WHO}
    nothing = (None, None, None, None)
    assert told == dict.fromkeys(WHO, nothing) | {
        "S": (2, 1, None, None),
        "s": (0, 0, None, None),
        "N": (None, None, 1, None),
        "D": (None, None, None, 1),
        "d": (None, None, None, 0),
        "I": (None, None, None, 0),
        "H": (None, None, None, 0),
    }
