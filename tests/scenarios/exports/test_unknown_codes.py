"""A code that never was one filters nothing away in silence: it is refused, with the codes there are."""

from __future__ import annotations

import pytest

from tests.support.people import COORDONNATEUR, STRUCTURE, STRUCTURE_ID

LISTING = "query($where: AnimationWhere) { animations(where: $where) { totalCount } }"
OWN = """query($id: ID!, $where: OwnAnimationWhere) {
  structure(id: $id) { animations(where: $where) { totalCount } } }"""


@pytest.mark.parametrize(
    ("field", "offered"),
    [
        ("theme", "temps-ecran"),
        ("type", "cafe-des-parents"),
        ("venueType", "ecole"),
        ("audience", "parents"),
        ("territory", "34"),
    ],
)
def test_an_unknown_code_is_refused_with_those_there_are(people, server, field, offered):
    people.sign()
    lists: list[tuple[str, str | None, dict[str, str]]] = [(LISTING, None, {})]
    if field in ("type", "audience"):
        lists.append((OWN, STRUCTURE, {"id": STRUCTURE_ID}))
    for document, who, variables in lists:
        (error,) = server.errors(document, who, **variables, where={field: [offered, "inconnu"]})
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", ["where", field])
        assert "code inconnu « inconnu » ; codes acceptés : " in error["message"]
        assert offered in error["message"]
    for path in ("/animations.csv", "/animations.ics"):
        answer = server.http.get(path, params={field: "inconnu"})
        assert (answer.status_code, answer.json()["errors"][0]["message"][: len(field)]) == (400, field)
        assert server.http.get(path, params={field: offered}).status_code == 200


def test_a_uai_that_is_none_is_refused(server):
    document = "query($where: CandidatureWhere) { candidatures(where: $where) { totalCount } }"
    (error,) = server.errors(document, COORDONNATEUR, where={"schoolUai": ["0340002A"]})
    assert error["extensions"]["field"] == ["where", "schoolUai"]
    assert server.ask(document, COORDONNATEUR, where={"schoolUai": ["0340002T"]})["candidatures"]["totalCount"] == 0
