"""From logos to the kit of an animation, over HTTP: who may set, see and download what."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from domain.kernel.actors import Role
from tests.support.papers.pdf_text import page_texts, picture, qr_texts, share, text
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import OPERATIONS, SITE, Clock, Server, running_server, token

SET, WITHDRAW, REGISTER_FOR = "124-set-a-logo", "125-withdraw-a-logo", "41-register-somebody-else"
OURS, HERAULT = {"structureId": STRUCTURE_ID}, {"territory": "34"}
ELSEWHERE = token(Role.COORDONNATEUR, territories=["971"])
ORANGE, GREEN = (0xF5, 0x69, 0x4B), (0x00, 0xAD, 0x7D)
KIT = ["Affiche A3.pdf", "Affiche A4.pdf", "Flyers A5.pdf", "Dernière diapositive.pdf", "Planning.pdf"]


@pytest.fixture
def server(founded_url: str, clock: Clock, tmp_path: Path) -> Iterator[Server]:
    with running_server(founded_url, clock, files=tmp_path / "files") as running:
        yield running


def drawing(colour: tuple[int, int, int]) -> bytes:
    fill = "#" + "".join(f"{part:02X}" for part in colour)
    rectangle = f'<rect width="40" height="20" fill="{fill}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">{rectangle}</svg>'.encode()


def set_logo(server: Server, who: str | None, content: bytes, **owner: str) -> dict[str, Any]:
    document = (OPERATIONS / f"{SET}.graphql").read_text()
    operations = {"query": document, "variables": {"input": owner | {"file": None}}}
    form = {"operations": json.dumps(operations), "map": '{"0": ["variables.input.file"]}'}
    headers = {"graphql-require-preflight": "1"} | ({"authorization": f"Bearer {who}"} if who else {})
    files = {"0": ("logo.svg", content, "application/octet-stream")}
    answer = server.http.post("/graphql", headers=headers, data=form, files=files).json()
    payload: dict[str, Any] = answer["data"]["logoSet"]
    return payload


def download(server: Server, path: str, who: str | None = None, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {"authorization": f"Bearer {who}"} if who else {}
    return server.http.get(path, headers=sent)


def test_logos_stand_on_the_papers_of_an_animation_and_all_of_them_are_in_its_kit(server: Server, people: People):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    path = f"/animations/{animation}"
    bare = download(server, f"{path}/poster.pdf")
    assert (bare.status_code, bare.headers["content-type"]) == (200, "application/pdf")
    assert "filename*=UTF-8''Affiche%20A4%20-%20Caf%C3%A9" in bare.headers["content-disposition"]
    assert share(picture(bare.content), ORANGE) == 0
    assert download(server, f"{path}/poster.pdf", if_none_match=bare.headers["etag"]).status_code == 304

    logo = set_logo(server, STRUCTURE, drawing(ORANGE), **OURS)["logo"]
    assert logo["mediaType"] == "image/svg+xml"
    assert logo["sha256"] == sha256(drawing(ORANGE)).hexdigest()
    assert set_logo(server, COORDONNATEUR, drawing(GREEN), **HERAULT)["errors"] == []
    kept = download(server, logo["url"])
    assert (kept.content, kept.headers["content-type"]) == (drawing(ORANGE), "image/svg+xml")
    assert "sandbox" in kept.headers["content-security-policy"]

    again = download(server, f"{path}/poster.pdf?format=A3", if_none_match=bare.headers["etag"])
    assert again.status_code == 200
    assert min(share(picture(again.content), colour) for colour in (ORANGE, GREEN)) > 0.001
    answer = download(server, f"{path}/kit.zip", STRUCTURE)
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as kit:
        assert kit.namelist() == KIT
        papers = {name: kit.read(name) for name in KIT}
    assert all(share(picture(pdf), ORANGE) > 0.0005 for pdf in papers.values())
    assert "12 sur 12" in text(papers["Planning.pdf"])
    (questionnaire,) = qr_texts(picture(papers["Dernière diapositive.pdf"]))
    assert "/questionnaire/" in questionnaire
    planning = download(server, "/territories/34/planning.pdf")
    assert "Planning des animations – Hérault" in text(planning.content)
    assert share(picture(planning.content), GREEN) > 0.0005

    links = "query($id: ID!) { animation(id: $id) { kit { poster slide zip } structure { planningUrl logo { url } } } }"
    shown = server.ask(links, STRUCTURE, id=animation)["animation"]
    assert shown["kit"] == {"poster": f"{path}/poster.pdf", "slide": f"{path}/slide.pdf", "zip": f"{path}/kit.zip"}
    assert shown["structure"] == {
        "planningUrl": f"{SITE}/structures/{STRUCTURE_ID}/planning.pdf",
        "logo": {"url": logo["url"]},
    }
    assert server.ask(links, None, id=animation)["animation"]["kit"]["slide"] is None

    # Who only looks gets neither the slide nor its link.
    for who in (None, OTHER_STRUCTURE):
        assert download(server, f"{path}/slide.pdf", who).status_code in (401, 403)
        with ZipFile(io.BytesIO(download(server, f"{path}/kit.zip", who).content)) as kit:
            assert kit.namelist() == [name for name in KIT if "diapositive" not in name]

    # Those without e-mail have no ticket but a printed one, which who sees the registrants prints for them.
    someone = {"animationId": animation, "lastName": "Inventé"}
    code = people.does(REGISTER_FOR, STRUCTURE, **someone, firstName="Moussa")["code"]
    people.does(REGISTER_FOR, STRUCTURE, **someone, firstName="Fatou", email="fatou@example.org")
    people.publish(people.declare(title="𒀀𒀁"))
    with ZipFile(io.BytesIO(download(server, f"{path}/kit.zip", STRUCTURE).content)) as kit:
        assert kit.namelist() == [*KIT, "Tickets.pdf"]
        (ticket,) = page_texts(kit.read("Tickets.pdf"))
        assert "(titre à écrire à la main)" in text(kit.read("Planning.pdf"))
    assert "Moussa Inventé" in ticket
    assert code in ticket
    for who in (None, OTHER_STRUCTURE, COORDONNATEUR):
        with ZipFile(io.BytesIO(download(server, f"{path}/kit.zip", who).content)) as kit:
            assert "Tickets.pdf" not in kit.namelist()

    assert people.does(WITHDRAW, NATIONAL, **OURS)["logo"] is None
    assert share(picture(download(server, f"{path}/poster.pdf").content), ORANGE) == 0
    assert download(server, logo["url"]).status_code == 404


def test_a_draft_has_papers_for_who_answers_for_it_alone_and_a_cancelled_animation_has_none(
    server: Server, people: People
):
    people.sign()
    animation = people.declare()
    for paper in ("poster.pdf", "flyer.pdf", "kit.zip"):
        path = f"/animations/{animation}/{paper}"
        assert [download(server, path, who).status_code for who in (None, OTHER_STRUCTURE, ELSEWHERE)] == [404] * 3
        assert [download(server, path, who).status_code for who in (STRUCTURE, COORDONNATEUR, AUDITOR)] == [200] * 3
    assert "PROJET" in text(download(server, f"/animations/{animation}/poster.pdf", STRUCTURE).content)
    assert download(server, f"/animations/{animation}/slide.pdf", STRUCTURE).status_code == 409
    wrong = download(server, f"/animations/{animation}/poster.pdf?format=A5", STRUCTURE)
    assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["field"]) == (400, ["format"])
    people.publish(animation)
    document = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
    server.ask(document, STRUCTURE, id=animation)
    assert download(server, f"/animations/{animation}/poster.pdf").status_code == 409
    assert download(server, "/territories/77/planning.pdf").status_code == 404


def test_a_logo_is_refused_by_the_field_in_words_that_say_what_is_accepted(server: Server, people: People):
    people.sign()
    script = drawing(GREEN).replace(b"<rect", b"<script>alert(1)</script><rect")
    for content, reason in ((script, "« script »"), (b"GIF89a", "ni un PNG, ni un SVG"), (b"", "vide")):
        (error,) = set_logo(server, STRUCTURE, content, **OURS)["errors"]
        assert (error["code"], error["field"]) == ("INVALID", ["file"])
        assert reason in error["message"]
        assert "PNG (de 200 à 4 000 pixels de côté) ou SVG" in error["message"]
    (error,) = set_logo(server, STRUCTURE, drawing(GREEN))["errors"]
    assert error["field"] == ["structureId"]
    for who, owner in ((OTHER_STRUCTURE, OURS), (ELSEWHERE, OURS), (ELSEWHERE, HERAULT), (STRUCTURE, HERAULT)):
        (error,) = set_logo(server, who, drawing(GREEN), **owner)["errors"]
        assert error["code"] == "FORBIDDEN"
    (error,) = people.is_refused(WITHDRAW, STRUCTURE, **OURS)
    assert error["message"] == "Il n'y a pas de logo à retirer."
