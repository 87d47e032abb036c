"""What the issuer's userinfo adds to a token: signed, or not."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import httpx
import pytest
from joserfc.jwk import RSAKey

from application.sign_in.accepting import BadToken, IssuerAway
from application.sign_in.issuer import KEYS_KEPT, Issuer
from application.sign_in.oidc import REFUSAL_KEPT, USERINFO_KEPT
from application.sign_in.places import AT_ONCE, WAITING
from domain.kernel.actors import Role
from tests.support.sign_in.door import door_of
from tests.support.sign_in.issuing import KEYS, NOW


def test_a_signed_userinfo_is_believed_by_its_signature(issuer):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", issuer.signs(typ="JWT", role="auditor", exp=None), media_type="application/jwt")
    actor = door.admits("an-opaque-token")
    assert (actor.role, issuer.seen_tokens) == (Role.AUDITOR, ["Bearer an-opaque-token"])
    forged = issuer.signs(key=RSAKey.generate_key(2048, {"kid": "rsa-1"}), typ="JWT", role="national")
    issuer.says("/userinfo", forged, media_type="application/jwt; charset=utf-8")
    assert door.refuses("another-opaque-token")


@pytest.mark.parametrize("changes", [{"aud": "https://other.example.org"}, {"iss": "x"}, {"exp": NOW - timedelta(1)}])
def test_a_signed_userinfo_for_somebody_else_is_refused(issuer, changes):
    issuer.says("/userinfo", issuer.signs(typ="JWT", **changes), media_type="application/jwt")
    assert door_of(issuer, userinfo=True).refuses("an-opaque-token")


def test_a_plain_userinfo_tells_of_a_person_only_beside_a_token_that_is_for_us(issuer):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", {"sub": "camille", "role": "coordonnateur", "territories": ["34"]})
    assert door.refuses("an-opaque-token")
    assert door.admits(issuer.signs(role=None)).role is Role.COORDONNATEUR
    issuer.says("/userinfo", {"sub": "somebody-else", "role": "national"})
    assert door.refuses(issuer.signs(role=None, jti="2"))


def test_userinfo_is_asked_again_after_a_while(issuer):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", {"sub": "camille", "role": "national"})
    token = issuer.signs()
    for _ in range(3):
        door.admits(token)
    assert issuer.paths.count("/userinfo") == 1
    door.later(USERINFO_KEPT)
    issuer.says("/userinfo", "", status=401)
    assert "expiré" in door.refuses(token)


def test_without_userinfo_an_opaque_token_is_refused(door):
    assert door.refuses("an-opaque-token")


def test_when_the_userinfo_was_made_out_is_not_when_somebody_signed_in(issuer):
    door = door_of(issuer, userinfo=True)
    later = int((NOW + timedelta(seconds=30)).timestamp())
    issuer.says("/userinfo", {"sub": "camille", "iat": later})
    assert door.reads(issuer.signs()).issued_at == NOW
    issuer.says("/userinfo", issuer.signs(typ="JWT", iat=later), media_type="application/jwt")
    assert door.reads("an-opaque-token").issued_at is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_userinfo_that_cannot_be_told_now_is_no_refusal(issuer, status):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", "", status=status)
    with pytest.raises(IssuerAway):
        door.admits(issuer.signs())


@pytest.mark.parametrize(
    ("status", "document"), [(503, {}), (200, []), (200, {"userinfo_endpoint": "http://x.example"})]
)
def test_while_the_issuer_does_not_say_where_its_userinfo_is_nobody_is_refused(issuer, status, document):
    if isinstance(document, dict):
        document |= {"issuer": issuer.address, "jwks_uri": f"{issuer.address}/jwks"}
    issuer.says("/.well-known/openid-configuration", document, status=status)
    with pytest.raises(IssuerAway):
        door_of(issuer, userinfo=True).admits("an-opaque-token")


@pytest.mark.parametrize("sub", [None, "None"])
def test_a_userinfo_that_does_not_say_whose_it_is_tells_nothing(issuer, sub):
    issuer.says("/userinfo", {"role": "national"})
    assert door_of(issuer, userinfo=True).refuses(issuer.signs(sub=sub, role=None))


def test_keys_grow_old_too_where_all_tokens_are_opaque(issuer, monkeypatch):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", issuer.signs(typ="JWT", exp=None), media_type="application/jwt")
    door.admits("an-opaque-token")
    issuer.publishes(KEYS["ES256"])
    door.later(KEYS_KEPT)
    # The new keys are asked for meanwhile: they come once the old ones have served.
    served, current_keys = threading.Event(), Issuer._current_keys
    monkeypatch.setattr(Issuer, "_current_keys", lambda self: served.wait(10) and current_keys(self))
    door.admits("an-opaque-token")
    served.set()
    for thread in threading.enumerate():
        if thread.name == "issuer's keys":
            thread.join()
    door.later(USERINFO_KEPT)
    assert door.refuses("an-opaque-token")


def test_random_words_keep_nobody_else_from_signing_in(issuer, monkeypatch):
    door, answering = door_of(issuer, userinfo=True), threading.Event()

    def userinfo(_: Issuer, token: str) -> httpx.Response:
        if token.count(".") == 2:
            return httpx.Response(200, json={"sub": "camille", "role": "national"})
        answering.wait(timeout=30)
        return httpx.Response(401)

    monkeypatch.setattr(Issuer, "userinfo", userinfo)

    async def outcome(token: str) -> str:
        try:
            return (await door.sign_in.read(token)).actor.role
        except (BadToken, IssuerAway) as refused:
            return type(refused).__name__

    async def story() -> tuple[list[str], str, list[str]]:
        asking = [asyncio.create_task(outcome(f"word-{number}")) for number in range(20)]
        busy = [await asking[number] for number in range(AT_ONCE + WAITING, 20)]
        signed_in = await outcome(issuer.signs())
        answering.set()
        return busy, signed_in, list(await asyncio.gather(*asking[:AT_ONCE]))

    busy, signed_in, refused = asyncio.run(story())
    assert set(busy) == {"IssuerAway"}, "who is beyond the queue is told at once"
    assert signed_in == Role.NATIONAL
    assert refused == ["BadToken"] * AT_ONCE


def test_a_refusal_is_remembered_for_a_while(issuer):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", "", status=401)
    for _ in range(3):
        assert "expiré" in door.refuses("a-word")
    assert issuer.paths.count("/userinfo") == 1
    door.later(REFUSAL_KEPT)
    door.refuses("a-word")
    assert issuer.paths.count("/userinfo") == 2


def test_several_requests_of_one_person_are_one_question(issuer):
    door = door_of(issuer, userinfo=True)
    issuer.says("/userinfo", {"sub": "camille", "role": "national"})
    token = issuer.signs()

    async def story() -> None:
        await asyncio.gather(*(door.sign_in.read(token) for _ in range(30)))

    asyncio.run(story())
    assert issuer.paths.count("/userinfo") == 1


def test_no_word_is_asked_about_where_tokens_are_never_opaque(issuer):
    door = door_of(issuer, userinfo=True, opaque=False)
    issuer.says("/userinfo", {"sub": "camille", "role": "national"})
    assert door.refuses("a-word")
    assert issuer.paths == []
    assert door.admits(issuer.signs()).role is Role.NATIONAL
