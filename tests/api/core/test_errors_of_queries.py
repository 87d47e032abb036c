"""What goes wrong in a query: told with a code, never with what happened inside, and never at another's expense."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from api.animations import queries
from api.core.commanding.text_lengths import LONGEST_TEXT as LONGEST_VALUE
from api.core.lists.checks import LONGEST_TEXT
from api.core.lists.paging import MOST_ITEMS
from api.limits.documents import DEEPEST, MOST_ALIASES, MOST_TOKENS
from domain.kernel.actors import PUBLIC
from projections.typology import queries as list_queries
from tests.support.api.asking import AUDITOR, NATIONAL, TILLEULS, Town, structure
from tests.support.api.reading import Reader, opened_town, reading, refusals
from tests.support.world import UAI

LISTING = "query ($where: AnimationWhere) { animations(where: $where) { nodes { id } totalCount } }"
STRUCTURES = "query ($where: StructureWhere) { structures(where: $where) { nodes { id } totalCount } }"
CANDIDATURES = "query ($where: CandidatureWhere) { candidatures(where: $where) { nodes { id } totalCount } }"
OWN = f"""query ($where: OwnAnimationWhere) {{
  structure(siret: "{TILLEULS}") {{ animations(where: $where) {{ nodes {{ id }} totalCount }} }} }}"""
BROKEN = ["a\x00b", "\x00", "\ud800", "\udfff"]


@pytest.fixture(scope="module")
def reader(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    with opened_town(server_url, f"api_errors_{worker_id}", founded_name) as town:
        town.signs()
        town.declares(published=True)
        with reading(town) as reader:
            yield reader


@pytest.mark.parametrize("broken", BROKEN, ids=ascii)
@pytest.mark.parametrize(
    ("document", "names"),
    [
        (LISTING, ["territory", "theme", "type", "venueType", "audience", "structureId", "text", "startsFrom"]),
        (STRUCTURES, ["territory", "text"]),
        (CANDIDATURES, ["territory", "schoolUai"]),
        (OWN, ["audience", "type", "startsFrom", "startsBefore"]),
    ],
    ids=["listing", "structures", "candidatures", "own animations"],
)
def test_what_no_text_holds_is_refused_in_every_filter_by_name(reader: Reader, document, names, broken):
    for name in names:
        lists = name in ("territory", "theme", "type", "venueType", "audience", "schoolUai")
        answer = reader.asks(document, NATIONAL, where={name: ["34", broken] if lists else broken})
        assert refusals(answer) == [{"code": "INVALID", "field": ["where", name]}]


@pytest.mark.parametrize("broken", [*BROKEN, "", "x" * 10_000, "123", "²" * 14], ids=lambda value: ascii(value)[:12])
def test_keys_that_are_none_are_refused_or_find_nothing(reader: Reader, broken: str):
    for document, codes in [
        ("query ($key: ID!) { animation(id: $key) { id } }", ["INVALID"]),
        ("query ($key: ID!) { candidature(id: $key) { id } }", ["INVALID"]),
        ("query ($key: ID!) { node(id: $key) { id } }", []),
        ("query ($key: ID) { structure(id: $key) { id } }", ["INVALID"]),
        ("query ($key: String) { structure(siret: $key) { id } }", ["INVALID"]),
        ("query ($key: String!) { territory(code: $key) { code } }", []),
    ]:
        answer = reader.asks(document, NATIONAL, key=broken)
        assert answer.codes == (["INVALID"] if len(broken) > LONGEST_VALUE else codes), (document, answer.messages)
    entry = reader.asks("query ($key: ID!) { node(id: $key) { id } }", NATIONAL, key=f"audit:{broken}")
    assert entry.codes == (["INVALID"] if len(broken) > LONGEST_VALUE else [])


def test_codes_of_lists_that_there_are_not_are_refused_by_name_and_others_find_nothing(reader: Reader):
    for name in ("territory", "theme", "type", "venueType", "audience"):
        answer = reader.asks(LISTING, where={name: ["inconnu"]})
        assert refusals(answer) == [{"code": "INVALID", "field": ["where", name]}]
        assert answer.messages[0].startswith(f"where.{name} : code inconnu « inconnu » ; codes acceptés : ")
    answer = reader.asks(STRUCTURES, where={"territory": ["99"]})
    assert refusals(answer) == [{"code": "INVALID", "field": ["where", "territory"]}]
    assert reader.asks(CANDIDATURES, NATIONAL, where={"schoolUai": [UAI]}).data["candidatures"]["totalCount"] == 0
    answer = reader.asks(CANDIDATURES, NATIONAL, where={"schoolUai": ["?"]})
    assert refusals(answer) == [{"code": "INVALID", "field": ["where", "schoolUai"]}]


def test_a_text_longer_than_any_title_is_refused(reader: Reader):
    for document, field in [(LISTING, "animations"), (STRUCTURES, "structures")]:
        assert reader.asks(document, where={"text": "é" * LONGEST_TEXT}).data[field]["totalCount"] == 0
        answer = reader.asks(document, where={"text": "é" * (LONGEST_TEXT + 1)})
        assert refusals(answer) == [{"code": "INVALID", "field": ["where", "text"]}]


def test_what_was_not_expected_is_told_by_the_number_of_its_incident_alone(reader: Reader, monkeypatch, caplog):
    async def fails(*args: Any) -> Any:
        raise RuntimeError("camille@exemple.fr")

    monkeypatch.setattr(queries, "published_animations", fails)
    with caplog.at_level(logging.ERROR):
        answer = reader.asks("{ position animations { totalCount } }")
    (error,) = refusals(answer)
    assert error["code"] == "INTERNAL"
    assert answer.messages == [f"Erreur inattendue, notée sous le numéro {error['incident']}."]
    assert error.keys() == {"code", "incident"}
    (record,) = caplog.records
    assert error["incident"] in record.getMessage()
    assert "camille" not in caplog.text


def test_a_statement_that_fails_spoils_no_later_answer(reader: Reader, monkeypatch):
    monkeypatch.setattr(list_queries, "TERMS", "SELECT 1 / 0 FROM {terms}")
    for _ in range(6):
        # More often than the pool has connections.
        assert reader.asks("{ typology { code } }").codes == ["INTERNAL"]
    monkeypatch.undo()
    assert len(reader.asks("{ typology { code } }").data["typology"]) > 20


def _deep(levels: int) -> str:
    opening = "structure { animations(first: 2) { nodes { " * (levels // 3)
    return "{ animations { nodes { " + opening + "id" + " } } }" * (levels // 3) + " } } }"


@pytest.mark.parametrize(
    "document",
    [
        _deep(DEEPEST + 3),
        "{ " + " ".join(f"a{n}: position" for n in range(MOST_ALIASES + 1)) + " }",
        "{ " + "position " * MOST_TOKENS + "}",
        "{ unheardOf }",
        "{ animations(first: 1.5) { totalCount } }",
        "{ animations(where: {unheardOf: 1}) { totalCount } }",
        "{ animations(orderBy: [{field: UNHEARD, direction: ASC}]) { totalCount } }",
        "{ animations(first: 99999999999) { totalCount } }",
        "query ($first: Int!) { animations(first: $first) { totalCount } }",
        "{ animations { nodes { id } }",
        "{ position \x00 }",
        " ",
    ],
    ids=lambda document: document[:40],
)
def test_a_document_that_cannot_be_carried_out_is_refused_with_a_code(reader: Reader, document: str):
    answer = reader.asks(document)
    assert answer.codes
    assert set(answer.codes) == {"GRAPHQL_INVALID"}, answer.messages
    assert answer.statements == 0


def test_documents_within_the_limits_are_carried_out(reader: Reader):
    assert reader.asks("{ " + " ".join(f"a{n}: position" for n in range(MOST_ALIASES)) + " }").data
    assert reader.asks(_deep(9), structure(TILLEULS)).data


def test_lists_within_lists_grow_to_a_bound(reader: Reader):
    aliases = " ".join(f"a{n}: animations(first: 100) {{ totalCount }}" for n in range(MOST_ALIASES))
    assert reader.asks(f"{{ {aliases} }}").data
    answer = reader.asks(f"{{ {aliases} animations(last: 1) {{ totalCount }} }}")
    assert refusals(answer) == [{"code": "INVALID", "field": ["last"]}]
    assert str(MOST_ITEMS) in answer.messages[0]


def test_structures_with_all_that_is_theirs_cost_the_same_statements_however_many(town: Town):
    document = """query ($first: Int) { structures(first: $first) { nodes { name
      animations(first: 3) { totalCount nodes { title clonedFrom { title } } }
      timeline(first: 2) { totalCount nodes { type } } dashboard { animations byTheme { animations } }
      conventions { territory } } } territories { code dashboard { animations } } }"""
    for siret in ("21020001000010", "21971101700018", "73282932000074", "21340172201787"):
        town.signs(siret, f"Structure {siret}")
        for _ in range(2):
            town.declares(siret)
    with reading(town) as reader:
        first, many = reader.asks(document, AUDITOR, first=1), reader.asks(document, AUDITOR, first=100)
    assert [len(answer.data["structures"]["nodes"]) for answer in (first, many)] == [1, 4]
    assert [node["animations"]["totalCount"] for node in many.data["structures"]["nodes"]] == [2, 2, 2, 2]
    # One of them is the process's first look at what was blanked.
    assert first.statements == many.statements <= 11


def test_the_public_reads_what_is_public_in_a_document_that_also_asks_for_more(reader: Reader):
    document = f'{{ animations {{ totalCount }} structure(siret: "{TILLEULS}") {{ name dashboard {{ animations }} }} }}'
    answer = reader.asks(document, PUBLIC)
    assert refusals(answer) == [{"code": "UNAUTHENTICATED"}]
    assert answer.result.data == {
        "animations": {"totalCount": 1},
        "structure": {"name": "Centre social Les Tilleuls", "dashboard": None},
    }
