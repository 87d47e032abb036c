"""The signed sheet over HTTP: attached as a form, shown to those who answer for it, given back byte for byte."""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pypdf import PdfReader

from application.files import store
from application.files.scans import MAX_SCAN_BYTES
from domain.kernel.actors import Role
from tests.support.dumps import dump, in_hexadecimal
from tests.support.papers.dossiers import jpeg, pdf, png, png_bomb
from tests.support.papers.sheets import SCAN, attach, bearer, problem, refused, send
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    DIRECTOR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    STRUCTURE,
    People,
)
from tests.support.server import Clock, Server, running_server, token

SHEET = "query($id: ID!) { animation(id: $id) { attendanceSheet { fileName mediaType size sha256 attachedAt url } } }"
ELSEWHERE = token(Role.COORDONNATEUR, territories=["971"])


def download(server: Server, animation: str, who: str | None, **headers: str) -> httpx.Response:
    sent = bearer(who) | {name.replace("_", "-"): value for name, value in headers.items()}
    return server.http.get(f"/animations/{animation}/attendance-sheet", headers=sent)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def server(founded_url: str, clock: Clock, files: Path) -> Iterator[Server]:
    with running_server(founded_url, clock, files=files) as running:
        yield running


def kept(files: Path) -> list[str]:
    return sorted(path.parent.name + path.name for path in files.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("content", "name", "shown", "media_type"),
    [
        (SCAN, "Émargement d'avril.pdf", "emargement-2027-03-15.pdf", "application/pdf"),
        (jpeg(), "photo.png", "emargement-2027-03-15.jpg", "image/jpeg"),
        (png(), "C:\\scans\\page 1.PNG", "emargement-2027-03-15.png", "image/png"),
    ],
    ids=["pdf", "jpeg", "png"],
)
def test_the_sheet_is_attached_shown_and_given_back_byte_for_byte(
    content, name, shown, media_type, server: Server, over: str
):
    payload = attach(server, over, content, name)
    assert payload["errors"] == []
    sheet = payload["animation"]["attendanceSheet"]
    digest = sha256(content).hexdigest()
    assert (sheet["sha256"], sheet["size"]) == (digest, len(content))
    assert (sheet["fileName"], sheet["mediaType"]) == (shown, media_type)
    assert sheet["attachedAt"] == "2027-04-10T11:00:00+02:00"

    answer = server.http.get(sheet["url"], headers=bearer(STRUCTURE))
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["etag"] == f'"{digest}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    unchanged = download(server, over, STRUCTURE, if_none_match=answer.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_what_a_scan_was_called_is_kept_nowhere(server: Server, over: str, founded_url: str):
    attach(server, over, SCAN, "liste Mme Inventée 0600000000.pdf")
    disposition = download(server, over, STRUCTURE).headers["content-disposition"]
    assert disposition == 'attachment; filename="emargement-2027-03-15.pdf"'
    written = dump(founded_url)
    assert in_hexadecimal("emargement-2027-03-15.pdf") in written
    assert not any(word in written for word in ("Inventée", in_hexadecimal("Inventée"), "0600000000"))


def test_those_who_answer_for_the_animation_read_the_sheet_and_nobody_else(server: Server, over: str):
    attach(server, over, SCAN)
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        assert download(server, over, who).content == SCAN
        assert server.ask(SHEET, who, id=over)["animation"]["attendanceSheet"]["size"] == len(SCAN)
    for who in (OTHER_STRUCTURE, ELSEWHERE, DIRECTOR, PARENT):
        assert refused(download(server, over, who)) == (403, "FORBIDDEN")
        assert server.ask(SHEET, who, id=over)["animation"]["attendanceSheet"] is None
    assert refused(download(server, over, None)) == (401, "UNAUTHENTICATED")
    assert refused(download(server, over, "forged")) == (401, "UNAUTHENTICATED")
    assert server.ask(SHEET, None, id=over)["animation"]["attendanceSheet"] is None


def test_a_refusal_does_not_tell_whether_there_is_such_an_animation(server: Server, over: str):
    there, nowhere = (download(server, identity, OTHER_STRUCTURE) for identity in (over, str(uuid4())))
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
    there, nowhere = (download(server, identity, None) for identity in (over, str(uuid4())))
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
    assert refused(download(server, str(uuid4()), NATIONAL)) == (404, "NOT_FOUND")
    assert refused(download(server, over, STRUCTURE)) == (404, "NOT_FOUND")
    assert refused(download(server, "1", STRUCTURE)) == (400, "INVALID")


def test_a_further_sheet_takes_the_place_of_the_first_and_history_keeps_both(
    people: People, server: Server, over: str, files: Path
):
    first = attach(server, over, SCAN)
    better = pdf(pages=2)
    attach(server, over, better, expectedVersion=first["animation"]["version"])
    assert download(server, over, STRUCTURE).content == better
    attached = people.history(animationId=over, type=["animation.sheet_attached"])
    assert [entry["data"]["sha256"] for entry in attached] == [sha256(scan).hexdigest() for scan in (SCAN, better)]
    assert kept(files) == sorted(entry["data"]["sha256"] for entry in attached)
    assert problem(attach(server, over, better)) == ("RULE_BROKEN", ["file"])
    assert problem(attach(server, over, SCAN, expectedVersion=2)) == ("CONFLICT", ["expectedVersion"])


def test_an_upload_sent_again_with_its_key_records_nothing_more(server: Server, over: str):
    key = str(uuid4())
    first = attach(server, over, SCAN, idempotencyKey=key)
    head = server.log_head()
    assert attach(server, over, SCAN, idempotencyKey=key) == first
    assert problem(attach(server, over, pdf(pages=2), idempotencyKey=key)) == ("DUPLICATE", ["idempotencyKey"])
    assert server.log_head() == head


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vide"),
        (b"<html>emargement</html>", "pas un fichier accepté"),
        (SCAN[:100], "abîmé"),
        (png_bomb(30_000), "trop de points"),
        (pdf(password="secret"), "mot de passe"),
        (SCAN + b"\n" * MAX_SCAN_BYTES, "trop volumineux"),
        (SCAN + b"\n" * (MAX_SCAN_BYTES + 5_000_000), "trop volumineux"),
    ],
    ids=lambda value: value if isinstance(value, str) else "scan",
)
def test_what_is_no_scan_is_refused_and_nothing_is_kept(content, reason, server: Server, over: str, files: Path):
    head = server.log_head()
    payload = attach(server, over, content, "scan.pdf")
    assert problem(payload) == ("INVALID", ["file"])
    assert reason in payload["errors"][0]["message"]
    assert "PDF" in payload["errors"][0]["message"]
    assert (server.log_head(), kept(files)) == (head, [])


def test_a_rule_that_stands_against_it_leaves_no_file(people: People, server: Server, files: Path):
    people.sign()
    early = people.declare()
    assert problem(attach(server, early, SCAN)) == ("RULE_BROKEN", None)
    people.publish(early)
    assert problem(attach(server, early, SCAN)) == ("RULE_BROKEN", None)
    for who in (OTHER_STRUCTURE, NATIONAL, COORDONNATEUR, AUDITOR):
        payload = send(server, who, early, SCAN).json()["data"]["attendanceSheetAttach"]
        assert problem(payload) == ("FORBIDDEN", None)
    payload = send(server, None, early, SCAN).json()["data"]["attendanceSheetAttach"]
    assert problem(payload) == ("UNAUTHENTICATED", None)
    assert kept(files) == []


def test_what_may_be_attached_is_shown_among_the_allowed_actions(people: People, server: Server):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    document = "query($id: ID!) { animation(id: $id) { allowedActions { action allowed reason } } }"

    def shown() -> dict[str, Any]:
        actions = server.ask(document, STRUCTURE, id=animation)["animation"]["allowedActions"]
        return next(action for action in actions if action["action"] == "attendanceSheetAttach")

    assert shown()["reason"] == "L'animation n'est pas encore terminée."
    server.clock.now = server.clock.now.replace(month=4)
    assert shown()["allowed"]


def test_a_changed_file_is_reported_and_not_served(server: Server, over: str, files: Path, monkeypatch):
    logged: list[str] = []
    monkeypatch.setattr(store.log, "error", lambda message, extra: logged.append(message))
    attach(server, over, SCAN)
    (digest,) = kept(files)
    place = files / digest[:2] / digest[2:]
    place.write_bytes(SCAN + b" ")
    answer = download(server, over, AUDITOR)
    assert refused(answer) == (500, "FILE_UNAVAILABLE")
    assert "empreinte" in answer.json()["errors"][0]["message"]
    assert logged == ["stored file changed"]
    place.unlink()
    assert refused(download(server, over, AUDITOR)) == (500, "FILE_UNAVAILABLE")
    place.write_bytes(SCAN)
    assert download(server, over, AUDITOR).content == SCAN


def test_the_empty_sheet_of_a_published_animation_is_printed_for_those_who_answer_for_it(
    people: People, server: Server
):
    people.sign()
    animation = people.declare(title="Café « œuvre » #1 : 100 % d'été")
    address = f"/animations/{animation}/attendance-sheet/blank.pdf"
    assert refused(server.http.get(address, headers=bearer(STRUCTURE))) == (409, "RULE_BROKEN")
    people.publish(animation)
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL):
        answer = server.http.get(address, headers=bearer(who))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["content-disposition"].startswith("inline; ")
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(page.extract_text().split())
    for words in (
        "Café « œuvre » #1 : 100 % d'été",
        "Atelier parents-enfants",
        "lundi 15 mars 2027 de 18 h à 20 h",
        "École Jean Jaurès 1 rue de l'École, Montpellier",
        "Centre social Les Tilleuls",
        "Hérault",
    ):
        assert words in text
    for who in (OTHER_STRUCTURE, ELSEWHERE, PARENT):
        assert refused(server.http.get(address, headers=bearer(who))) == (403, "FORBIDDEN")
    assert refused(server.http.get(address)) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("kind", "columns"), [("atelier-parents-enfants", "Parent Enfant"), ("cafe-des-parents", "Parent")]
)
def test_the_empty_sheet_counts_children_where_the_type_of_animation_takes_them(
    kind: str, columns: str, people: People, server: Server
):
    people.sign()
    animation = people.declare(type=kind)
    people.publish(animation)
    answer = server.http.get(f"/animations/{animation}/attendance-sheet/blank.pdf", headers=bearer(STRUCTURE))
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    assert f"Nom et prénom {columns} Signature" in " ".join(page.extract_text().split())
