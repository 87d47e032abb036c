"""Finding animations and structures by words, as people write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.engine.words import words
from tests.support.api.asking import BASSE_TERRE
from tests.support.api.reading import Reader, opened_town, reading

TITLES = [
    "Œuvres numériques à l’école",
    "Café–débat : parents·e·s et réseaux",
    "ENT/Pronote—premiers pas",
    "Ateliers « ﬁlms »",
    "ورشة الآباء",
    "Атьелье",
    "x" * 200,
    "Cyber-harcèlement : agir",
    "Le cyberharcèlement expliqué",
    "Cyber harcèlement, mode d'emploi",
    "Rendez‑vous des parents",
    "Rencontre à Saint-Étienne",
]
LISTING = "query ($where: AnimationWhere) { animations(where: $where) { nodes { title } totalCount } }"
STRUCTURES = "query ($where: StructureWhere) { structures(where: $where) { nodes { name } } }"


@pytest.fixture(scope="module")
def library(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    with opened_town(server_url, f"api_words_{worker_id}", founded_name) as town:
        town.signs(name="Médiathèque de l’Étang")
        town.signs(BASSE_TERRE, "Œuvre sociale des Tilleuls", "971")
        for title in TITLES:
            town.declares(title=title, description="d" * 5_000, venue_name="Salle 12 bis", published=True)
        with reading(town) as reader:
            yield reader


#: Words that are looked for, and the titles that they find.
FOUND: list[tuple[str, list[int]]] = [
    *((spelt, [7, 8, 9]) for spelt in ("cyber-harcèlement", "cyberharcelement", "Cyber harcèlement", "cyberharcel")),
    ("harcèlement", [7, 9]),
    ("cyber-harcèlement agir", [7]),
    ("rendezvous", [10]),
    ("rendez vous", [10]),
    ("saintetienne", [11]),
    ("oeuvre", [0]),
    ("ŒUVRES", [0]),
    ("œuvres ecole", [0]),
    ("école numerique", [0]),
    ("l'école", [0]),
    ("numeriques oeuvre inconnu", []),
    ("debat", [1]),
    ("café parent", [1]),
    ("parentes", []),
    ("réseaux", [1]),
    ("pronote", [2]),
    ("premier", [2]),
    ("remier", []),
    ("films", [3]),
    ("ﬁlm", [3]),
    ("الآباء", [4]),
    ("атьелье", [5]),
    ("x" * 200, [6]),
    ("x" * 100, [6]),
    ("salle 12", list(range(12))),
    ("d" * 300, list(range(12))),
    ("2", []),
    ("« – » ! ' \\ :* & | ( )", []),
    ("_", []),
    ("cafe:* | oeuvre", []),
    ("'", []),
]


def test_words_are_found_by_their_beginnings_whatever_accents_ligatures_and_signs(library: Reader):
    wrong = []
    for text, titles in FOUND:
        page = library.asks(LISTING, where={"text": text}).data["animations"]
        places = sorted(TITLES.index(node["title"]) for node in page["nodes"])
        if (places, page["totalCount"]) != (titles, len(titles)):
            wrong.append(f"{text!r:.30}: {places}, counted as {page['totalCount']}")
    assert not wrong, "\n".join(wrong)
    for blank in ("", " \t\n "):
        assert library.asks(LISTING, where={"text": blank}).codes == ["INVALID"], "it would find everything"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_no_text_is_an_accident(library: Reader, text: str):
    for document in (LISTING, STRUCTURES):
        assert library.asks(document, where={"text": text}).codes in ([], ["INVALID"])


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_every_text_is_found_by_its_own_words(text: str):
    parts = words(text)
    assert words(" ".join(parts)) == parts
    assert all(word and not set(word) & set(" '&|!()*:\\\0") for word in parts)


@settings(max_examples=500, deadline=None)
@given(text=st.text(st.one_of(st.characters(max_codepoint=0x17F), st.sampled_from("œ’–«»·…_'\u0301\u0345"))))
def test_a_text_has_the_same_words_beside_another_alphabet(text: str):
    assert words(f"{text} я") == [*words(text), "я"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("etang", ["Médiathèque de l’Étang"]),
        ("ÉTANG médiathèque", ["Médiathèque de l’Étang"]),
        ("œuvre tilleul", ["Œuvre sociale des Tilleuls"]),
        ("illeul", ["Œuvre sociale des Tilleuls"]),
        ("etang tilleuls", []),
        ("%", []),
        ("_", []),
        ("…", []),
    ],
    ids=ascii,
)
def test_structures_are_found_by_any_part_of_the_words_of_their_names(library: Reader, text, names):
    page = library.asks(STRUCTURES, where={"text": text}).data["structures"]
    assert [node["name"] for node in page["nodes"]] == names


def test_the_letters_of_every_alphabet_can_be_looked_for(library: Reader):
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    searched = sorted(set(words(" ".join(letters))) | set(words("".join(letters))))
    unfound = """SELECT word FROM unnest(%s::text[]) AS word
        WHERE NOT word::tsvector @@ (quote_literal(left(word, 40)) || ':*')::tsquery"""
    with library.town.app.pool.connection() as conn:
        assert conn.execute(unfound, [searched]).fetchall() == []
    assert len(searched) > 100_000
