"""What people write in animations, conventions, dossiers and controls: sealed in the log, read by few, erased."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from application.proof.public_keys import PublicKey
from application.proof.verifying import verify
from projections.engine.rebuild import rebuild
from tests.scenarios.service.controls_story import Controls
from tests.scenarios.service.dossiers_story import Claims, seen
from tests.support.dumps import dump, in_hexadecimal
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, REASONS, SIRET, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import CHECKPOINT_KEY, MASTER_KEY, Server

#: Each stands in one text alone.
WORD = "Inventee{}"
ERASED = "[texte effacé]"
ERASE = "mutation($subject: String!) { personErase(input: {subject: $subject}) { erased errors { code message } } }"
CANCEL = """mutation($id: ID!, $reason: String!) {
    animationCancel(input: {animationId: $id, reason: $reason}) { errors { message } } }"""
REFUSE = CANCEL.replace("animationCancel", "animationRefuse")
ANIMATION = """query($id: ID!) { animation(id: $id) {
    title description venueName address cancellationReason refusalReason
    attestation { answers } } }"""
PAST = "query($id: ID!, $at: At!) { animation(id: $id, at: $at) { venueName } }"
TRAIL = """query($where: AuditWhere) { auditTrail(where: $where, first: 100) {
    nodes { position type data personalFields personalDataErasedAt } } }"""
RENAME = "mutation($input: StructureRenameInput!) { structureRename(input: $input) { errors { code message } } }"
STRUCTURE_NAME = "query($siret: String!) { structure(siret: $siret) { name conventions { coordonnateur } } }"


def words(text: str) -> set[str]:
    """The words of this story that a text holds, in clear or as the log's bytes are dumped."""
    every = (WORD.format(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVW")
    return {word for word in every if word in text or in_hexadecimal(word) in text}


def trail(server: Server, who: str, **where: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = server.ask(TRAIL, who, where=where)["auditTrail"]["nodes"]
    return entries


@pytest.fixture
def erase(server: Server) -> Callable[[str], list[str]]:
    def erased(subject: str) -> list[str]:
        payload = server.ask(ERASE, NATIONAL, subject=subject)["personErase"]
        assert payload["errors"] == []
        fields: list[str] = payload["erased"]
        return fields

    return erased


def test_words_in_an_animation_are_sealed_masked_read_by_those_who_may_and_erased(
    people: People, server: Server, founded_url: str, erase: Callable[[str], list[str]]
):
    values = {
        name: f"chez Mme {WORD.format(letter)}"
        for name, letter in zip(("description", "venueName", "address"), "ABC", strict=True)
    }
    people.sign()
    held, refused = people.declare(**values), people.declare(**values)
    people.publish(held)
    people.does("47-modify-an-animation", STRUCTURE, animationId=held, seats=13)
    server.ask(REFUSE, NATIONAL, id=refused, reason=f"Mme {WORD.format('D')} n'est pas prévenue")
    server.ask(CANCEL, STRUCTURE, id=held, reason=f"Mme {WORD.format('E')} est malade")

    read = [server.ask(ANIMATION, STRUCTURE, id=identity)["animation"] for identity in (held, refused)]
    assert words(str(read)) == {WORD.format(letter) for letter in "ABCDE"}
    log = [entry for entry in trail(server, NATIONAL) if entry["type"].startswith("animation.")]
    assert words(str(log)) == set()
    created = next(entry for entry in log if entry["type"] == "animation.created")
    contact = {"contact_phone", "contact_email", "contact_hours", "online_link"}
    assert set(created["personalFields"]) == {"description", "venue_name", "address"} | contact
    assert created["data"]["venue_name"] is None
    then = {"id": held, "at": {"position": created["position"]}}
    assert words(str(server.ask(PAST, STRUCTURE, **then))) == {WORD.format("B")}

    assert erase(held) == [held]
    assert erase(refused) == [refused]
    after, other = (server.ask(ANIMATION, STRUCTURE, id=identity)["animation"] for identity in (held, refused))
    assert (after["description"], after["venueName"], after["address"]) == (ERASED, ERASED, ERASED)
    assert (after["cancellationReason"], other["refusalReason"]) == (ERASED, ERASED)
    assert after["title"] == read[0]["title"]
    assert words(dump(founded_url)) == set()
    rebuild(founded_url, MASTER_KEY)
    assert words(dump(founded_url)) == set()
    assert server.ask(ANIMATION, STRUCTURE, id=held)["animation"] == after
    assert all(
        entry["personalDataErasedAt"] for entry in trail(server, NATIONAL, animationId=held) if entry["personalFields"]
    )


def test_an_animation_whose_words_are_erased_lives_on_with_other_words(
    people: People, server: Server, erase: Callable[[str], list[str]]
):
    people.sign()
    animation = people.declare()
    erase(animation)
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Maison des associations")
    shown = server.ask(ANIMATION, STRUCTURE, id=animation)["animation"]
    assert (shown["venueName"], shown["description"]) == ("Maison des associations", ERASED)
    erase(animation)
    assert server.ask(ANIMATION, STRUCTURE, id=animation)["animation"]["venueName"] == ERASED


def test_a_clone_has_the_words_of_its_source_under_a_key_of_its_own(
    people: People, server: Server, erase: Callable[[str], list[str]]
):
    people.sign()
    source = people.declare(venueName="Maison des associations")
    times = {"startsAt": "2027-04-15T18:00:00+02:00", "endsAt": "2027-04-15T20:00:00+02:00"}
    clone = people.does("07-clone-an-animation", STRUCTURE, animationId=source, **times)["animation"]["id"]
    erase(source)
    assert server.ask(ANIMATION, STRUCTURE, id=clone)["animation"]["venueName"] == "Maison des associations"


@pytest.mark.parametrize("subject", [SIRET, STRUCTURE_ID], ids=["siret", "id"])
def test_a_sole_traders_name_is_erased_wherever_it_was_written(
    subject: str, people: People, server: Server, founded_url: str, erase: Callable[[str], list[str]]
):
    people.sign(structureName=f"Mme {WORD.format('A')}")
    later = {"validFrom": "2027-09-01", "validUntil": "2028-08-31"}
    names = {"structureName": f"Mme {WORD.format('B')}", "coordonnateur": f"M. {WORD.format('C')}"}
    second = people.sign(**names, **later)
    assert words(str(server.ask(STRUCTURE_NAME, NATIONAL, siret=SIRET))) == {WORD.format("A"), WORD.format("C")}
    assert words(str(trail(server, NATIONAL, structureId=STRUCTURE_ID))) == set()
    assert erase(subject) == [STRUCTURE_ID]
    assert server.ask(STRUCTURE_NAME, NATIONAL, siret=SIRET)["structure"]["name"] == "Structure effacée"
    assert erase(second["convention"]["id"]) == [second["convention"]["id"]]
    assert words(dump(founded_url)) == set()
    renamed = {"structureId": STRUCTURE_ID, "name": "Mme Revenue", "reason": "Elle reprend son activité."}
    server.ask(RENAME, NATIONAL, input=renamed)
    assert server.ask(STRUCTURE_NAME, NATIONAL, siret=SIRET)["structure"]["name"] == "Mme Revenue"


def test_what_justifies_a_payment_is_read_in_its_papers_and_its_bundle_verifies_before_and_after_erasure(
    people: People, server: Server, founded_url: str, tmp_path: Path, erase: Callable[[str], list[str]]
):
    reasons = {
        name: WORD.format(letter)
        for name, letter in zip(("return", "correct", "overrun", "propose", "refuse"), "ABCDE", strict=True)
    }
    claims = Claims(people)
    amend = "mutation($input: ConventionAmendInput!) { conventionAmend(input: $input) { errors { code } } }"
    server.ask(amend, COORDONNATEUR, input={"conventionId": claims.convention, "plannedAnimations": 1})
    held = claims.held(2)
    claims.attest(*held)
    dossier = claims.open(animationIds=held)["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=dossier, reason=reasons["return"])
    people.does(
        "10-correct-the-attestation", STRUCTURE, animationId=held[0], parents=8, children=4, reason=reasons["correct"]
    )
    people.does("23-gather-animations-again", STRUCTURE, dossierId=dossier, animationIds=held)
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, overrunReason=reasons["overrun"], **REASONS)
    people.does(
        "25-propose-an-amendment",
        STRUCTURE,
        dossierId=dossier,
        animationId=held[1],
        parents=7,
        reason=reasons["propose"],
    )
    decline = (
        "mutation($input: ServiceAmendmentRefuseInput!) { serviceAmendmentRefuse(input: $input) { errors { code } } }"
    )
    server.ask(decline, COORDONNATEUR, input={"dossierId": dossier, "number": 1, "reason": reasons["refuse"]})

    assert words(str(seen(server, AUDITOR))) == set(reasons.values()) - {reasons["correct"]}
    assert words(str(trail(server, AUDITOR, dossierId=dossier))) == set()
    for name in ("before.zip", "after.zip"):
        answer = server.http.get(
            f"/service-dossiers/{dossier}/bundle.zip", headers={"authorization": f"Bearer {AUDITOR}"}
        )
        (tmp_path / name).write_bytes(answer.content)
        checks = list(verify(tmp_path / name, [PublicKey(CHECKPOINT_KEY.public)]))
        assert all(check.ok for check in checks), checks
        with zipfile.ZipFile(tmp_path / name) as archive:
            readable = words(archive.read("dossier.json").decode())
        assert readable == (set(reasons.values()) - {reasons["correct"]} if name == "before.zip" else set())
        if name == "before.zip":
            assert erase(dossier) == [dossier]
            assert [erase(identity) for identity in held] == [[identity] for identity in held]
    (shown,) = seen(server, AUDITOR)
    assert (shown["returnReason"], shown["overrunReason"]) == (ERASED, ERASED)
    assert [(amendment["reason"], amendment["refusalReason"]) for amendment in shown["amendments"]] == [
        (ERASED, ERASED)
    ]
    assert words(dump(founded_url)) == set()


def test_an_amendment_carries_its_words_into_the_corrected_attestation(people: People, server: Server):
    claims = Claims(people)
    (held,) = claims.held(1)
    claims.attest(held)
    dossier = claims.certified(held)
    people.does("25-propose-an-amendment", STRUCTURE, dossierId=dossier, animationId=held, parents=7, reason="Recompté")
    people.does("26-accept-an-amendment", COORDONNATEUR, dossierId=dossier, number=1)
    assert server.ask(ANIMATION, STRUCTURE, id=held)["animation"]["attestation"] == {"answers": []}
    (corrected,) = trail(server, AUDITOR, type=["animation.attestation_corrected"])
    assert (corrected["personalFields"], corrected["data"]["parents"]) == (["answers", "reason"], 7)


def test_words_in_a_control_are_read_by_auditor_and_structure_and_erased(
    people: People, server: Server, founded_url: str, erase: Callable[[str], list[str]]
):
    controls = Controls(people)
    controls.certified(1)
    control = controls.open(name=f"Chez Mme {WORD.format('A')}")
    refused, accepted = controls.pieces()
    controls.judge(refused, accepted=False, reasonCode="OTHER", comment=WORD.format("B"))
    controls.judge(accepted)
    people.does("32-answer-to-a-refusal", STRUCTURE, **refused, answer=WORD.format("C"))
    people.does("33-close-a-control", AUDITOR, controlId=control, conclusion=WORD.format("D"))
    assert words(str(controls.seen())) == {WORD.format(letter) for letter in "ABCD"}
    assert words(str(trail(server, AUDITOR, controlId=control))) == set()
    assert erase(control) == [control]
    (shown,) = controls.seen()
    assert (shown["name"], shown["conclusion"]) == (ERASED, ERASED)
    assert words(dump(founded_url)) == set()
    rebuild(founded_url, MASTER_KEY)
    assert words(dump(founded_url)) == set()
    assert controls.seen() == [shown]
