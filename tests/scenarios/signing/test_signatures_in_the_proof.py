"""Whoever holds the log and every key of its owner still cannot sign for somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.notes import to_pem
from application.proof.public_keys import PublicKey
from application.proof.rules.log import judge_log
from application.proof.verifying import Check, verify
from application.signatures import assertions
from application.signatures.acts import to_base64url
from domain.kernel.actors import Role
from domain.kernel.identifiers import passkeys_id
from eventstore.bulk import append_rows
from eventstore.records import Stamp
from eventstore.sessions.log_memory import Seen
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.scenarios.service.dossiers_story import Claims
from tests.support.forging import lift_protection
from tests.support.people import AUDITOR, REASONS, STRUCTURE, People
from tests.support.server import CHECKPOINT_KEY, Server
from tests.support.sign_in.passkeys import PRESENT, RP_ID, Authenticator
from tests.support.signers import OPTIONS, Signer
from tests.support.world import EVENT_KEYS

LAST = """
SELECT originator_id, originator_version, topic, convert_from(state, 'UTF8') FROM stored_events
WHERE topic = %s ORDER BY notification_id DESC LIMIT 1"""


def exported(server: Server, dossier: str, path: Path) -> Path:
    answer = server.http.get(f"/service-dossiers/{dossier}/bundle.zip", headers={"authorization": f"Bearer {AUDITOR}"})
    assert answer.status_code == 200, answer.text
    path.write_bytes(answer.content)
    return path


def verified(path: Path, *signing: Role) -> list[Check]:
    return list(verify(path, [PublicKey(CHECKPOINT_KEY.public)], Demands(signing=signing)))


def findings(server: Server) -> str:
    with server.application.pool.connection() as conn:
        report = judge_log(conn)
    return "\n".join(map(str, report.findings))


def last(server: Server, topic: str) -> tuple[UUID, int, dict[str, Any]]:
    with server.application.pool.connection() as conn:
        row = conn.execute(LAST, (topic,)).fetchone()
    assert row is not None
    return row[0], row[1], json.loads(row[3])


def forge(server: Server, stream: UUID, version: int, topic: str, state: dict[str, Any]) -> None:
    """What the holder of the events' key records."""
    with server.application.pool.connection() as conn:
        append_rows(conn, EVENT_KEYS, [(stream, version, topic, json.dumps(state, separators=(",", ":")).encode())])


def alter(server: Server, topic: str, change: Callable[[dict[str, Any]], None]) -> None:
    stream, version, state = last(server, topic)
    change(state)
    with server.application.pool.connection() as conn:
        lift_protection(conn)
        conn.execute(
            "UPDATE stored_events SET state = %s WHERE originator_id = %s AND originator_version = %s",
            (json.dumps(state, separators=(",", ":")).encode(), stream, version),
        )
    # As in a server that is started later: one that saw the event as it was stands still.
    memory = server.application.memory
    memory._seen, memory._recorded = Seen(), None


def certify(anne: Signer, dossier: str) -> None:
    assert anne.signs("serviceDossierCertify", dossierId=dossier, **REASONS) == []


def test_a_bundle_shows_who_signed_with_which_key_and_can_be_asked_for_it(
    anne: Signer, server: Server, dossier: str, tmp_path: Path
) -> None:
    certify(anne, dossier)
    bundle = exported(server, dossier, tmp_path / "dossier.zip")
    checks = verified(bundle, Role.COORDONNATEUR)
    assert all(check.ok for check in checks), checks
    texts = [check.text for check in checks if check.text.startswith("signed acts: ")]
    assert texts[0] == "signed acts: 1 of 3 acts that move money are signed by the persons themselves"
    assert f"of {RP_ID}, registered on 2027-01-10 on the word of the log's owner" in texts[1]
    assert verified(bundle, Role.STRUCTURE)[-1].text.startswith("signed acts: animation.attested at position ")
    assert findings(server) == ""


@needs_node
def test_the_page_verifies_signatures_and_tells_the_same(
    anne: Signer, server: Server, dossier: str, tmp_path: Path
) -> None:
    certify(anne, dossier)
    bundle = exported(server, dossier, tmp_path / "dossier.zip")
    (results,) = verdicts([(bundle, to_pem(CHECKPOINT_KEY.public))])
    assert all(result["ok"] for result in results), results[-1]
    texts = [result["text"] for result in results if result["step"] == "signed acts"]
    own = [check.text for check in verified(bundle) if check.text.startswith("signed acts: ")]
    assert [f"signed acts: {text}" for text in texts] == own


@needs_node
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "the passkey did not sign it"),
        ({"challenge": "AAAA"}, "over another act"),
        ({"origin": "https://parentalite.example.net"}, "made on another site"),
        ({"flags": PRESENT}, "did not verify the person"),
        ({"rp_id": "example.net"}, "names another site"),
    ],
)
def test_a_service_that_records_what_nobody_signed_is_found_out_by_its_own_bundle(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, changes: Any, words: str, monkeypatch: Any
) -> None:
    """Whoever runs the service has every key but that of the person."""
    monkeypatch.setattr(assertions, "check_assertion", lambda *values: None)
    options = anne.asks("serviceDossierCertify", dossierId=dossier, **REASONS)
    changes = dict(changes)
    device = {name: changes.pop(name) for name in ("flags", "rp_id") if name in changes}
    forger = replace(anne.key, key=anne.key.key if changes or device else Authenticator().key, **device)
    signature = forger.signs(options, **changes) | {"credentialId": anne.key.credential_id}
    assert anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=signature) == []
    monkeypatch.undo()
    bundle = exported(server, dossier, tmp_path / "dossier.zip")
    last = verified(bundle)[-1]
    assert (last.ok, words in last.text) == (False, True), last.text
    (results,) = verdicts([(bundle, to_pem(CHECKPOINT_KEY.public))])
    assert (results[-1]["ok"], results[-1]["step"]) == (False, "signed acts")
    assert words in results[-1]["text"]


def test_a_further_key_is_told_to_be_vouched_for(anne: Signer, server: Server, dossier: str, tmp_path: Path) -> None:
    phone = Signer(server, anne.token, Authenticator("phone"))
    answer = phone.key.creates(server.ask(OPTIONS, anne.token)["viewer"]["passkeyOptions"])
    signature = anne.key.signs(anne.asks("passkeyRegister", **answer))
    assert phone.registers(answer=answer, signature=signature) == []
    assert anne.revokes() == []
    certify(phone, dossier)
    checks = verified(exported(server, dossier, tmp_path / "dossier.zip"))
    assert all(check.ok for check in checks), checks
    assert any(check.text.endswith("signed with an earlier one") for check in checks)
    assert findings(server) == ""


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("data", "amount"), "999.00", "what was signed is not this event"),
        (("data", "overrun_reason"), "sealed:1:x:y", "what was signed is not this event"),
        (("stamp", "signature", "act"), "servicePaymentRecord", "what was signed is servicePaymentRecord"),
        (("stamp", "signature", "act"), "animationPublish", "is nothing that a person signs"),
        (("stamp", "signature", "expires_at"), "2027-03-20T10:00:00Z", "signed for 2027-03-20T10:00:00"),
        (("stamp", "signature", "expires_at"), "2027-03-20T09:04:00Z", "it was made over another act"),
        (("stamp", "signature", "credential_id"), "AAAA", "is none of this person's"),
        (("stamp", "signature", "client_data"), "e30", "its signature does not hold"),
        (("stamp", "role"), "national", "it was made over another act"),
        (("stamp", "actor"), "coordonnateur-34", "it was made over another act"),
        (("stamp", "person"), "q83vEjRWeJCrze8SNFZ4kA", "is none of this person's"),
    ],
)
def test_what_is_altered_in_a_signed_act_is_named(
    anne: Signer, server: Server, dossier: str, path: tuple[str, ...], value: str, words: str
) -> None:
    certify(anne, dossier)

    def change(state: dict[str, Any]) -> None:
        *inside, name = path
        for key in inside:
            state = state[key]
        state[name] = value

    alter(server, "service_dossier.certified", change)
    assert words in findings(server)


def test_a_signature_is_none_for_another_dossier_also_for_who_holds_the_key_of_events(
    anne: Signer, claims: Claims, people: People, server: Server
) -> None:
    first, second = claims.held(2)
    claims.attest(first, second)
    certified, other = (str(claims.open(animationIds=[each])["id"]) for each in (first, second))
    for each in (certified, other):
        people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=each)
    certify(anne, certified)
    _, version, state = last(server, "service_dossier.certified")
    state["stamp"]["command_id"] = str(uuid4())
    forge(server, UUID(other), version, "service_dossier.certified", state)
    assert "what was signed is not this event" in findings(server)


def test_a_key_that_somebody_else_adds_for_a_person_is_named(anne: Signer, server: Server, dossier: str) -> None:
    eve = Authenticator("eve")
    stream, version, state = last(server, "passkey.registered")
    assert stream == passkeys_id(state["stamp"]["person"])
    state["stamp"]["command_id"] = str(uuid4())
    state["data"] |= {"credential_id": eve.credential_id, "public_key": to_base64url(eve.public_key)}
    forge(server, stream, version + 1, "passkey.registered", state)
    assert "signez avec elle l'ajout de celle-ci" in findings(server)


def test_a_key_that_replaces_a_person_s_is_told_with_its_day(
    anne: Signer, server: Server, dossier: str, tmp_path: Path
) -> None:
    """Whoever signs in as a person may replace a lost key: a reader sees when, and that no earlier key vouched."""
    server.clock.now += timedelta(days=3)
    assert anne.revokes() == []
    eve = Signer(server, anne.token, Authenticator("eve"))
    assert eve.registers() == []
    certify(eve, dossier)
    checks = verified(exported(server, dossier, tmp_path / "dossier.zip"))
    assert checks[-1].ok
    assert any(check.warning and "registered on 2027-03-23 on the word of" in check.text for check in checks)


@needs_node
@pytest.mark.parametrize(
    ("forged", "words"),
    [
        (lambda stamp, _: {"cause": stamp.cause.removeprefix("command:")}, "does not record service_dossier.certified"),
        (lambda _, earlier: {"command_id": UUID(earlier)}, "its command was recorded before, and moved money"),
    ],
)
def test_an_unsigned_act_does_not_pass_for_something_else(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, forged: Any, words: str, monkeypatch: Any
) -> None:
    _, _, attested = last(server, "animation.attested")
    genuine = Stamp.for_command

    def for_command(action: Any, *values: Any, **named: Any) -> Stamp:
        stamp = genuine(action, *values, **named)
        is_act = action == "serviceDossierCertify" and stamp.cause.startswith("command:")
        return stamp.model_copy(update=forged(stamp, attested["stamp"]["command_id"])) if is_act else stamp

    monkeypatch.setattr(Stamp, "for_command", for_command)
    assert anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS) == []
    monkeypatch.undo()
    assert words in findings(server)
    bundle = exported(server, dossier, tmp_path / "dossier.zip")
    refused = [check.text for check in verified(bundle, Role.COORDONNATEUR) if not check.ok]
    assert refused
    assert words in refused[0]
    (results,) = verdicts([(bundle, to_pem(CHECKPOINT_KEY.public))])
    assert (results[-1]["ok"], results[-1]["step"]) == (False, "rules")
    assert words in results[-1]["text"]
