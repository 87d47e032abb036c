"""Proof of service over HTTP: pieces, papers, checkpoints that others keep, and the bundle."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

from application.followers.notary import notarising
from application.proof.checkpoints import ON_REQUEST
from application.proof.notes import SigningKey, from_pem, open_note, parse_checkpoint
from application.proof.public_keys import PublicKey, read_public_keys
from application.proof.signing import make_checkpoint, take_up_key
from application.proof.verifying import verify
from eventstore.log import head
from tests.scenarios.service.dossiers_story import Claims, seen
from tests.support.forging import lift_protection
from tests.support.papers import second_verifier
from tests.support.papers.dossiers import pdf, png
from tests.support.people import AUDITOR, COORDONNATEUR, OTHER_STRUCTURE, STRUCTURE, People
from tests.support.server import CHECKPOINT_KEY, Server

ATTACH_PIECE = """
mutation($input: ServicePieceAttachInput!) {
  servicePieceAttach(input: $input) { dossier { pieces { piece sha256 } } position errors { code message field } }
}"""


def send(server: Server, document: str, who: str, file: bytes, **values: Any) -> dict[str, Any]:
    """A mutation with a file, by the GraphQL multipart request specification."""
    operations = json.dumps({"query": document, "variables": {"input": {**values, "file": None}}})
    form = {"operations": operations, "map": json.dumps({"0": ["variables.input.file"]})}
    answer = server.http.post(
        "/graphql", data=form, files={"0": ("Facture.pdf", file)}, headers={"authorization": f"Bearer {who}"}
    )
    assert answer.status_code == 200, answer.text
    (payload,) = answer.json()["data"].values()
    return dict(payload)


def get(server: Server, path: str, who: str | None = None) -> Any:
    return server.http.get(path, headers={"authorization": f"Bearer {who}"} if who else {})


def test_the_pieces_that_the_convention_requires_are_attached_before_submission(people: People, server: Server):
    claims = Claims(people)
    amended = {"conventionId": claims.convention, "requiredPieces": ["Facture", "RIB"]}
    change = "mutation($input: ConventionAmendInput!) { conventionAmend(input: $input) { errors { code } } }"
    server.ask(change, COORDONNATEUR, input=amended)
    held = claims.held(1)
    claims.attest(*held)
    dossier = claims.open()["id"]
    assert [missing["piece"] for missing in seen(server)[0]["missing"] if missing["kind"] == "PIECE"] == [
        "Facture",
        "RIB",
    ]
    absent = people.is_refused("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    assert [error["code"] for error in absent] == ["RULE_BROKEN"] * 2

    invoice = pdf(title="Facture")
    for piece, file in (("Facture", invoice), ("RIB", png())):
        assert send(server, ATTACH_PIECE, STRUCTURE, file, dossierId=dossier, piece=piece)["errors"] == []
    (unknown,) = send(server, ATTACH_PIECE, STRUCTURE, invoice, dossierId=dossier, piece="Devis")["errors"]
    assert (unknown["code"], unknown["field"]) == ("INVALID", ["piece"])
    (twice,) = send(server, ATTACH_PIECE, STRUCTURE, invoice, dossierId=dossier, piece="Facture")["errors"]
    assert (twice["code"], twice["field"]) == ("RULE_BROKEN", ["file"])
    (empty,) = send(server, ATTACH_PIECE, STRUCTURE, b"", dossierId=dossier, piece="Facture")["errors"]
    assert (empty["code"], empty["field"]) == ("INVALID", ["file"])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)

    names = {piece["piece"]: piece["fileName"] for piece in seen(server)[0]["pieces"]}
    assert names == {"Facture": "piece-1.pdf", "RIB": "piece-2.png"}
    digest = next(piece["sha256"] for piece in seen(server)[0]["pieces"] if piece["piece"] == "Facture")
    path = f"/service-dossiers/{dossier}/pieces/{digest}"
    for who in (STRUCTURE, COORDONNATEUR, AUDITOR):
        answer = get(server, path, who)
        assert (answer.status_code, answer.content) == (200, invoice)
    assert get(server, path, OTHER_STRUCTURE).status_code == 403
    assert get(server, path).status_code == 401
    assert get(server, f"/service-dossiers/{dossier}/pieces/{'0' * 64}", AUDITOR).status_code == 404


def test_the_bundle_of_a_dossier_is_for_those_who_may_read_it_and_proves_it(
    claims: Claims, people: People, server: Server, tmp_path: Path
):
    held = claims.held(2)
    claims.attest(*held)
    dossier = claims.certified(*held)
    for who, status in ((None, 401), (OTHER_STRUCTURE, 403)):
        for paper in ("bundle.zip", "dossier.pdf"):
            assert get(server, f"/service-dossiers/{dossier}/{paper}", who).status_code == status
    unknown = "00000000-0000-4000-8000-000000000000"
    assert get(server, f"/service-dossiers/{unknown}/bundle.zip", AUDITOR).status_code == 404
    assert get(server, "/service-dossiers/rien/bundle.zip", AUDITOR).status_code == 400

    answer = get(server, f"/service-dossiers/{dossier}/bundle.zip", AUDITOR)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    path = tmp_path / "bundle.zip"
    path.write_bytes(answer.content)
    key = from_pem(get(server, "/keys/checkpoint.pem").text)
    assert key == CHECKPOINT_KEY.public
    (listed,) = read_public_keys(get(server, "/keys").text)
    assert (listed.public_key, listed.until_size) == (key, None)
    assert listed.name == get(server, "/checkpoint").text.split("\n")[0]
    assert all(check.ok for check in verify(path, [PublicKey(key)]))
    assert second_verifier.verify(path, key)[0] == "300.00"
    paper = get(server, f"/service-dossiers/{dossier}/dossier.pdf", STRUCTURE)
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")


def test_checkpoints_are_public_in_graphql_and_at_plain_urls(people: People, server: Server):
    assert get(server, "/checkpoint").status_code == 404
    assert server.ask("{ checkpoint { size } }") == {"checkpoint": None}
    sizes = []
    with server.application.pool.connection() as conn:
        for day in ("2027-08-29", "2027-08-30", "2027-08-31"):
            people.sign_for_day(day)
            made = make_checkpoint(conn, CHECKPOINT_KEY, head(conn), ON_REQUEST, server.clock.now)
            assert made is not None
            sizes.append(made.size)
    note = get(server, "/checkpoint").text
    checkpoint = parse_checkpoint(open_note(note, [CHECKPOINT_KEY.public])[0])
    latest = server.ask("{ checkpoint { size position root note reason stamped } }")["checkpoint"]
    assert latest == {
        "size": sizes[-1],
        "position": server.log_head(),
        "root": base64.b64encode(checkpoint.root).decode(),
        "note": note,
        "reason": "ASKED",
        "stamped": False,
    }
    first = get(server, f"/checkpoints/{sizes[0]}")
    assert "immutable" in first.headers["cache-control"]
    query = "query($size: Int) { checkpoint(size: $size) { note } }"
    assert server.ask(query, size=sizes[0])["checkpoint"] == {"note": first.text}
    assert get(server, f"/checkpoints/{sizes[0] + 1}").status_code == 404
    assert get(server, "/checkpoints/beaucoup").status_code == 400
    for other_spelling in (f"0{sizes[0]}", f"00{sizes[0]}"):
        assert get(server, f"/checkpoints/{other_spelling}").status_code == 404
        assert get(server, f"/checkpoints/{other_spelling}/stamp.tsr").status_code == 404
    assert get(server, f"/checkpoints/{sizes[0]}/stamp.tsr").status_code == 404

    shown = "totalCount nodes { size } pageInfo { endCursor }"
    pages = f"query($after: String) {{ checkpoints(first: 2, after: $after) {{ {shown} }} }}"
    page = server.ask(pages)["checkpoints"]
    assert (page["totalCount"], [node["size"] for node in page["nodes"]]) == (3, sizes[:0:-1])
    rest = server.ask(pages, after=page["pageInfo"]["endCursor"])["checkpoints"]
    assert [node["size"] for node in rest["nodes"]] == sizes[:1]


def _wait_for_checkpoint(server: Server, position: int) -> dict[str, Any]:
    for _ in range(400):
        checkpoint = server.ask("{ checkpoint { position reason } }")["checkpoint"]
        if checkpoint and checkpoint["position"] >= position:
            return dict(checkpoint)
        time.sleep(0.05)
    raise AssertionError("no checkpoint was made")


def test_a_certification_is_signed_at_once_and_other_things_at_intervals(
    claims: Claims, server: Server, founded_url: str
):
    held = claims.held(1)
    claims.attest(*held)
    with notarising(founded_url, CHECKPOINT_KEY, 3_600):
        first = _wait_for_checkpoint(server, server.log_head())
        assert first["reason"] == "INTERVAL"
        signed_at = server.log_head()
        claims.certified(*held)
        certified = _wait_for_checkpoint(server, signed_at + 1)
        assert certified["reason"] == "CERTIFICATION"


def test_a_key_that_was_replaced_beside_a_running_server_is_told_and_papers_are_still_read(
    claims: Claims, server: Server
):
    held = claims.held(1)
    claims.attest(*held)
    dossier = claims.certified(*held)
    with server.application.pool.connection() as conn:
        make_checkpoint(conn, CHECKPOINT_KEY, head(conn), ON_REQUEST, server.clock.now)
        take_up_key(conn, SigningKey.from_seed(b"n" * 32))
    assert get(server, "/keys").status_code == 503
    assert [key.until_size is None for key in read_public_keys(get(server, "/keys/checkpoint.pem").text)] == [
        *(True, False)
    ]
    refused = get(server, f"/service-dossiers/{dossier}/bundle.zip", AUDITOR)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (503, "KEY_RETIRED")
    assert get(server, f"/service-dossiers/{dossier}/dossier.pdf", AUDITOR).status_code == 200


def test_a_dossier_that_the_log_cannot_prove_is_refused_in_words(claims: Claims, server: Server):
    held = claims.held(1)
    claims.attest(*held)
    dossier = claims.certified(*held)
    with server.application.pool.connection() as conn:
        lift_protection(conn)
        conn.execute("UPDATE stored_events SET originator_version = 9 WHERE topic = 'service_dossier.certified'")
    for paper in ("bundle.zip", "dossier.pdf"):
        answer = get(server, f"/service-dossiers/{dossier}/{paper}", AUDITOR)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (409, "NOT_PROVABLE")
        assert "version 9" in error["message"]
