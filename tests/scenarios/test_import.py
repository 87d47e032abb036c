"""A season's table: rehearsed, corrected, imported once, whoever sends it how often."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

from api.http.examples import operations_folder
from domain.kernel.actors import Role
from tests.support.people import ANIMATION, CONVENTION, NATIONAL, OTHER_STRUCTURE, STRUCTURE, STRUCTURE_ID
from tests.support.server import token

IMPORT = "117-import-animations"
HEADER = "Titre;Description;Date;Horaires;Type de lieu;Lieu;Public;Type;Thèmes;Places;Remarques"
ROW = "{title};Échanger;{day};18h30-20h30;École;{place};Parents;Café des parents;ENT - Pronote, Temps d'écran;12;"


def row(title="Café des parents", day="12/03/2027", place="Jean Jaurès"):
    return ROW.format(title=title, day=day, place=place)


def table(*rows):
    return "\r\n".join((HEADER, *rows))


def sends(server, content, who=STRUCTURE, **values):
    """Send a file, as browsers do; return the payload."""
    document = (operations_folder() / f"{IMPORT}.graphql").read_text()
    variables = {"input": {"structureId": STRUCTURE_ID, "file": None, **values}}
    answer = server.http.post(
        "/graphql",
        data={
            "operations": json.dumps({"query": document, "variables": variables}),
            "map": '{"0": ["variables.input.file"]}',
        },
        files={"0": ("saison.csv", content)},
        headers={"authorization": f"Bearer {who}", "graphql-require-preflight": "1"},
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]["animationsImport"]


def outcomes(payload):
    return [(line["row"], line["outcome"]) for line in payload["rows"]]


def test_a_table_is_rehearsed_row_by_row_then_imported_once(people, server):
    people.sign()
    wrong = table(
        row(), row(day="31/02/2027"), "", row(title=""), row("Atelier", "01/04/2029"), row("CAFE des parents")
    )
    before = server.log_head()
    for values in ({"dryRun": True}, {}):
        payload = sends(server, wrong.encode("cp1252"), **values)
        assert outcomes(payload) == [(2, "TO_CREATE"), (3, "REFUSED"), (5, "REFUSED"), (6, "REFUSED"), (7, "REFUSED")]
        assert [line["errors"][0]["field"] for line in payload["rows"][1:4]] == [
            ["file", "startsAt"],
            ["file", "title"],
            ["file", "startsAt"],
        ]
        assert "la ligne 2" in payload["rows"][4]["errors"][0]["message"]
        assert [error["message"][:9] for error in payload["errors"]] == [
            "ligne 3 :",
            "ligne 5 :",
            "ligne 6 :",
            "ligne 7 :",
        ]
        assert (payload["position"], payload["ignoredColumns"], server.log_head()) == (None, ["Remarques"], before)

    right, key = table(row(), row(day="lundi 29 mars 2027")).encode("utf-16"), str(uuid4())
    first = sends(server, right, idempotencyKey=key)
    assert (outcomes(first), first["errors"]) == ([(2, "CREATED"), (3, "CREATED")], [])
    assert [line["startsAt"] for line in first["rows"]] == ["2027-03-12T18:30:00+01:00", "2027-03-29T18:30:00+02:00"]
    assert sends(server, right, idempotencyKey=key) == first
    again = sends(server, right)
    assert (outcomes(again), again["errors"]) == ([(2, "KNOWN"), (3, "KNOWN")], [])
    assert server.log_head() == first["position"]

    people.does("47-modify-an-animation", STRUCTURE, animationId=first["rows"][0]["animationId"], title="Café renommé")
    more = sends(server, table(row(), row(title="Nouveau")))
    assert outcomes(more) == [(2, "KNOWN"), (3, "CREATED")]
    assert len(people.own_animations()) == 3


def test_a_table_that_holds_an_animation_twice_declares_none_and_says_so(people, server):
    people.sign()
    before = server.log_head()
    payload = sends(server, table(row(), row()).encode())
    assert outcomes(payload) == [(2, "TO_CREATE"), (3, "REFUSED")]
    assert [error["message"][:9] for error in payload["errors"]] == ["ligne 3 :"]
    assert server.log_head() == before


def test_a_workbook_with_dates_formulas_and_empty_rows_is_imported_and_what_stands_is_passed_over(people, server):
    people.sign()
    people.declare(title="Café", venueName="Jean Jaurès", startsAt="2027-03-12T18:30", endsAt="2027-03-12T20:30")
    book = Workbook()
    sheet = book.active
    sheet.append(
        ["TITRE", "Descriptif", "Début", "Fin", "Type de lieu", "Lieu", "Public", "Type", "Thème", "Jauge", None]
    )
    sheet.append(
        ["Café", "Échanger", datetime(2027, 3, 12, 18, 30), datetime(2027, 3, 12, 20, 30), "école", "JEAN JAURES"]
    )
    sheet.append([None])
    sheet.append(["=1+1", "Échanger", datetime(2027, 3, 13, 10), datetime(2027, 3, 13, 12), "ecole", "Mairie"])
    for number in (2, 4):
        for column, value in enumerate(("parents", "cafe-des-parents", "temps-ecran", 12), start=7):
            sheet.cell(number, column, value)
    file = io.BytesIO()
    book.save(file)
    payload = sends(server, file.getvalue())
    assert outcomes(payload) == [(2, "KNOWN"), (4, "REFUSED")]
    # A formula that was never computed leaves its cell empty.
    assert [error["field"] for error in payload["errors"]] == [["file", "title"]]
    sheet["A4"] = "Atelier"
    file = io.BytesIO()
    book.save(file)
    assert outcomes(sends(server, file.getvalue())) == [(2, "KNOWN"), (4, "CREATED")]


def test_the_template_is_imported_as_it_is(people, server):
    people.sign()
    signed_in = {"authorization": f"Bearer {STRUCTURE}"}
    cher = token(Role.COORDONNATEUR, "Coordination 18", territories=["18"])
    people.does("01-sign-a-convention", cher, **CONVENTION | {"territory": "18", "coordonnateur": "Coordination 18"})
    # Of a structure of two territories, the commune tells which one: Montpellier is in the Hérault.
    for ending, outcome, headers in (("csv", "CREATED", {}), ("xlsx", "KNOWN", signed_in)):
        template = server.http.get(f"/animations/import-template.{ending}", headers=headers)
        payload = sends(server, template.content)
        assert (outcomes(payload), payload["errors"], payload["ignoredColumns"]) == ([(2, outcome)], [], [])
    words = load_workbook(io.BytesIO(template.content))["Valeurs acceptées"]
    columns = {column[0]: column[1:] for column in words.iter_cols(values_only=True)}
    assert list(columns) == ["Type de lieu", "Public", "Type", "Thèmes", "Accessibilité"]
    assert "ENT - Pronote" in columns["Thèmes"]
    assert "École" in columns["Type de lieu"]


def test_ones_own_exported_table_changes_nothing_and_a_row_that_was_edited_is_no_new_animation(people, server):
    people.sign()
    # Tables tell minutes alone.
    to_the_second = str(ANIMATION["startsAt"]).replace("18:00:00", "18:00:59")
    ids = [
        people.declare(title=f"Café, n° {number} ; « = »", seats=number, startsAt=to_the_second) for number in (1, 2)
    ]
    people.publish(ids[0])
    cancel = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
    server.ask(cancel, STRUCTURE, id=ids[1])
    sends(server, table(row()))
    words = (
        'mutation { attestationFormWord(input: {questions: ["Public", "Combien de pères ?"]}) { errors { message } } }'
    )
    assert server.ask(words, NATIONAL)["attestationFormWord"]["errors"] == []
    head = server.log_head()
    for ending in ("csv", "xlsx"):
        exported = server.http.get(
            f"/structures/{STRUCTURE_ID}/animations.{ending}", headers={"authorization": f"Bearer {STRUCTURE}"}
        ).content
        payload = sends(server, exported)
        assert ([line["outcome"] for line in payload["rows"]], payload["errors"]) == (["KNOWN"] * 3, []), ending
        assert {*ids} < {line["animationId"] for line in payload["rows"]}
    assert server.log_head() == head
    exported = server.http.get(
        f"/structures/{STRUCTURE_ID}/animations.csv", headers={"authorization": f"Bearer {STRUCTURE}"}
    ).content.decode()
    edited = sends(server, exported.replace("Café, n° 1", "Café, n° 3").encode())
    (error,) = edited["errors"]
    assert (error["field"], "déclarée avec un autre titre" in error["message"]) == (["file", "animationId"], True)
    (error, *_) = sends(server, exported.replace(ids[0], str(uuid4())).encode())["errors"]
    assert "n'est pas celui d'une animation de votre structure" in error["message"]


def test_only_the_structure_imports_and_others_learn_nothing_of_the_file(people, server):
    people.sign()
    for who, code in ((OTHER_STRUCTURE, "FORBIDDEN"), (NATIONAL, "FORBIDDEN")):
        for content in (table(row()), b"\xd0\xcf\x11\xe0 old", ""):
            payload = sends(server, content, who)
            assert ([error["code"] for error in payload["errors"]], payload["rows"]) == ([code], [])


def test_of_two_imports_at_once_one_declares_and_a_term_retired_meanwhile_refuses_all_or_none(people, server):
    people.sign()
    content = table(*(row(f"Café {number}") for number in range(60)))
    retire = "mutation($input: TermRetireInput!) { termRetire(input: $input) { errors { message } } }"

    def retires():
        return server.ask(retire, NATIONAL, input={"kind": "THEME", "code": "ent-pronote"})

    with ThreadPoolExecutor(3) as threads:
        first, second = (threads.submit(sends, server, content) for _ in range(2))
        threads.submit(retires).result()
        payloads = [first.result(), second.result()]
    declared = {line["title"] for line in sends(server, content, dryRun=True)["rows"] if line["outcome"] == "KNOWN"}
    assert len(people.own_animations()) == len(declared) in (0, 60)
    for payload in payloads:
        assert payload["errors"] == [] or "« ENT - Pronote » n'est plus proposé" in payload["errors"][0]["message"]
    assert sum(outcome == "CREATED" for payload in payloads for _, outcome in outcomes(payload)) == len(declared)
