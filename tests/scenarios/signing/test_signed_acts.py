"""Acts that move money carry the person's own signature: asked for, made by their passkey, kept with the act."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.kernel.actors import Role
from tests.scenarios.service.dossiers_story import Claims
from tests.support.people import COORDONNATEUR, NATIONAL, PARENT, REASONS, STRUCTURE, People
from tests.support.server import Server, token
from tests.support.sign_in.passkeys import PRESENT, RP_ID, Authenticator
from tests.support.signers import ASK, OPTIONS, REGISTER, Signer

SIGNED = """
SELECT topic, convert_from(state, 'UTF8')::jsonb -> 'stamp' -> 'signature' FROM stored_events
WHERE convert_from(state, 'UTF8')::jsonb -> 'stamp' ? 'signature' ORDER BY notification_id"""
OTHER_COORDONNATEUR = token(Role.COORDONNATEUR, "Une autre", territories=["34"])


def signed_topics(server: Server) -> list[str]:
    with server.application.pool.connection() as conn:
        return [topic for topic, _ in conn.execute(SIGNED)]


def refusal(errors: list[dict[str, Any]]) -> str:
    (error,) = errors
    assert (error["code"], error["field"]) == ("INVALID", ["signature"])
    return str(error["message"])


def test_a_passkey_is_registered_shown_and_revoked_by_its_owner(anne: Signer, server: Server) -> None:
    shown = server.ask(OPTIONS, COORDONNATEUR)["viewer"]
    assert shown["passkeys"] == [{"credentialId": anne.key.credential_id, "site": RP_ID, "revokedAt": None}]
    assert server.ask(OPTIONS, OTHER_COORDONNATEUR)["viewer"]["passkeys"] == []
    assert server.ask(OPTIONS, PARENT)["viewer"]["passkeyOptions"] is None
    assert anne.revokes() == []
    assert server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeys"][0]["revokedAt"] is not None
    assert "déjà retirée" in anne.revokes()[0]["message"]


def test_a_passkey_made_elsewhere_for_another_too_late_or_without_verification_is_refused(server: Server) -> None:
    elsewhere = Authenticator(origin="https://parentalite.example.net")
    for key in (elsewhere, Authenticator(rp_id="example.net"), Authenticator(flags=PRESENT)):
        assert "n'est pas valable" in Signer(server, COORDONNATEUR, key).registers()[0]["message"]
    options = server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeyOptions"]
    answer = Authenticator().creates(options)
    other = Signer(server, OTHER_COORDONNATEUR, Authenticator())
    assert "quelqu'un d'autre" in other.errors(REGISTER, answer)[0]["message"]
    server.clock.now += timedelta(minutes=11)
    mine = Signer(server, COORDONNATEUR, Authenticator())
    assert "délai" in mine.errors(REGISTER, answer)[0]["message"]
    assert server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeys"] == []


def test_a_further_passkey_is_signed_with_the_first(anne: Signer, server: Server) -> None:
    phone = Signer(server, COORDONNATEUR, Authenticator("phone"))
    assert "signez avec elle" in phone.registers()[0]["message"]
    answer = phone.key.creates(server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeyOptions"])
    options = anne.asks("passkeyRegister", **answer)
    assert phone.errors(REGISTER, answer | {"signature": anne.key.signs(options)}) == []
    assert signed_topics(server) == ["passkey.registered"]


def test_a_passkey_does_not_vouch_for_itself_nor_for_another_person_s(anne: Signer, server: Server) -> None:
    eve = Signer(server, COORDONNATEUR, Authenticator("eve"))
    answer = eve.key.creates(server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeyOptions"])
    options = anne.asks("passkeyRegister", **answer)
    for signature in (eve.key.signs(options), eve.key.signs(options) | {"credentialId": anne.key.credential_id}):
        refusal(eve.registers(answer=answer, signature=signature))
    assert len(server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeys"]) == 1


def test_a_signed_certification_keeps_the_signature_in_every_event_of_it(
    anne: Signer, server: Server, dossier: str
) -> None:
    assert anne.signs("serviceDossierCertify", dossierId=dossier, **REASONS) == []
    assert signed_topics(server) == ["service_dossier.certified", "convention.service_certified"]


def test_unsigned_acts_go_on_as_before(people: People, server: Server, dossier: str) -> None:
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
    assert signed_topics(server) == []


def test_a_signature_of_another_dossier_or_of_the_same_at_another_version_is_refused(
    anne: Signer, claims: Claims, people: People, server: Server
) -> None:
    first, second = claims.held(2)
    claims.attest(first, second)
    one, other = (str(claims.open(animationIds=[each])["id"]) for each in (first, second))
    for each in (one, other):
        people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=each)
    signature = anne.key.signs(anne.asks("serviceDossierCertify", dossierId=one, **REASONS))
    replayed = anne.sends("serviceDossierCertify", dossierId=other, **REASONS, signature=signature)
    assert "n'est pas celle de cet acte" in refusal(replayed)
    assert anne.sends("serviceDossierCertify", dossierId=one, **REASONS, signature=signature) == []
    assert anne.sends("certificationWithdraw", dossierId=one, reason="Erreur de saisie") == []
    again = anne.sends("serviceDossierCertify", dossierId=one, **REASONS, signature=signature)
    assert "n'est pas celle de cet acte" in refusal(again)


def test_a_signature_by_another_person_s_key_or_a_revoked_one_is_refused(
    anne: Signer, server: Server, dossier: str
) -> None:
    eve = Signer(server, OTHER_COORDONNATEUR, Authenticator("eve"))
    assert eve.registers() == []
    options = anne.asks("serviceDossierCertify", dossierId=dossier, **REASONS)
    by_eve = anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=eve.key.signs(options))
    assert "n'est pas l'une des vôtres" in refusal(by_eve)
    posing = eve.key.signs(options) | {"credentialId": anne.key.credential_id}
    forged = anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=posing)
    assert "n'est pas celle de cette clé d'accès" in refusal(forged)
    signature = anne.key.signs(options)
    assert anne.revokes() == []
    revoked = anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=signature)
    assert "est retirée" in refusal(revoked)


def test_a_signature_made_elsewhere_unverified_or_too_late_is_refused(
    anne: Signer, server: Server, dossier: str
) -> None:
    options = anne.asks("serviceDossierCertify", dossierId=dossier, **REASONS)
    wrong = {
        "autre site": anne.key.signs(options, origin="https://parentalite.example.net"),
        "sur un autre site": anne.key.signs(options, crossOrigin=True),
        "pour un autre site": replace(anne.key, rp_id="example.net").signs(options)
        | {"credentialId": anne.key.credential_id},
        "n'a pas vérifié": replace(anne.key, flags=PRESENT).signs(options),
        "pas celle de cet acte": anne.key.signs(options, challenge="AAAA"),
        "WebAuthn": anne.key.signs(options, type="webauthn.create"),
        "base64url": anne.key.signs(options) | {"signature": "é"},
    }
    for words, signature in wrong.items():
        sent = anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=signature)
        assert words in refusal(sent)
    later = anne.key.signs(options) | {"expiresAt": "2037-01-01T00:00:00Z"}
    assert "délai" in refusal(anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=later))
    server.clock.now += timedelta(minutes=6)
    late = anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS, signature=anne.key.signs(options))
    assert "délai" in refusal(late)
    assert signed_topics(server) == []


def test_what_would_be_refused_is_told_before_anything_is_signed(anne: Signer, server: Server, dossier: str) -> None:
    assert anne.asks("serviceDossierCertify", dossierId=dossier)["errors"][0]["field"] == ["missingReason"]
    nobody = Signer(server, OTHER_COORDONNATEUR, Authenticator())
    (error,) = nobody.asks("serviceDossierCertify", dossierId=dossier, **REASONS)["errors"]
    assert "enregistrez-en une" in error["message"]
    for act in ({}, {"serviceDossierCertify": {"dossierId": dossier}, "serviceDossierSubmit": {"dossierId": dossier}}):
        assert "exactly one" in server.errors(ASK, COORDONNATEUR, act=act)[0]["message"].lower()


class TestRequired:
    @pytest.fixture
    def required_of(self) -> frozenset[Role]:
        return frozenset({Role.COORDONNATEUR})

    def test_an_act_of_a_role_that_has_to_sign_is_refused_without_and_says_what_to_do(
        self, anne: Signer, people: People, server: Server, dossier: str
    ) -> None:
        (error,) = people.is_refused("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
        assert (error["code"], error["field"]) == ("RULE_BROKEN", ["signature"])
        assert "clé d'accès" in error["message"]
        signs = server.ask(OPTIONS, COORDONNATEUR)["viewer"]["signs"]
        assert ("serviceDossierCertify" in signs, "animationAttest" in signs) == (True, False)
        assert server.ask(OPTIONS, NATIONAL)["viewer"]["signs"] == []
        assert anne.signs("serviceDossierCertify", dossierId=dossier, **REASONS) == []
        people.does("22-record-a-payment", NATIONAL, dossierId=dossier, paidOn="2027-03-20", reference="VIR-1")
