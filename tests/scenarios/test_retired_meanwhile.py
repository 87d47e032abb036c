"""A term is retired while animations of it are declared many at a time: each batch is whole, or refused by its name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.people import NATIONAL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

ROWS = 30
HEADER = "Titre;Description;Date;Horaires;Type de lieu;Lieu;Public;Type;Thèmes;Places\n"
ROW = "Café {};Échanger;12/03/2027;18h30-20h;École;Salle {};Parents;Café des parents;Jeux vidéo;12\n"
DATES = [{"startsAt": f"2027-03-{day}T18:00:00", "endsAt": f"2027-03-{day}T20:00:00"} for day in range(16, 28)]


@pytest.mark.parametrize("first", ["retired", "imported"])
def test_a_term_retired_meanwhile_leaves_no_batch_half(people: People, server: Server, first: str):
    people.sign()
    source = people.declare(themes=["jeux-video"])

    def retire(_: int) -> tuple[int, list[dict[str, Any]]]:
        payload = server.run("107-retire-a-term", NATIONAL, input={"kind": "THEME", "code": "jeux-video"})
        return 0, payload["errors"]

    def declare(number: int) -> tuple[int, list[dict[str, Any]]]:
        table = HEADER + "".join(ROW.format(line, number) for line in range(ROWS))
        values = {"structureId": STRUCTURE_ID, "csv": table}
        payload = server.run("117-import-animations", STRUCTURE, input=values)
        return sum(row["outcome"] == "CREATED" for row in payload["rows"]), payload["errors"]

    def repeat(_: int) -> tuple[int, list[dict[str, Any]]]:
        values = {"animationId": source, "dates": DATES}
        payload = server.run("114-repeat-an-animation", STRUCTURE, input=values)
        return len(payload["animations"]), payload["errors"]

    acts = [retire, declare, repeat, declare] if first == "retired" else [declare, repeat, retire, declare]
    with ThreadPoolExecutor(len(acts)) as at_once:
        running = [at_once.submit(act, number) for number, act in enumerate(acts)]
        outcomes = dict(enumerate(each.result() for each in running))
    assert outcomes.pop(acts.index(retire)) == (0, [])
    created = 0
    for number, (count, errors) in outcomes.items():
        whole = len(DATES) if acts[number] is repeat else ROWS
        # A series keeps the term that its source was declared with.
        assert (count, bool(errors)) in ((whole, False), (0, True)), errors[:2]
        assert all("Jeux vidéo" in error["message"] or "jeux-video" in error["message"] for error in errors)
        created += count
    document = "query($id: ID!) { structure(id: $id) { animations(first: 1) { totalCount } } }"
    body = {"query": document, "variables": {"id": STRUCTURE_ID}}
    answer = server.post(body, STRUCTURE, Min_Position=str(server.log_head())).json()
    assert answer["data"]["structure"]["animations"]["totalCount"] == created + 1
    assert declare(99)[0] == 0, "retired for good"
