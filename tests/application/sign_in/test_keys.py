"""The issuer's keys: had once, renewed, and what happens while they cannot be had."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from application.sign_in.accepting import IssuerAway
from application.sign_in.issuer import KEYS_APART, KEYS_KEPT
from application.sign_in.oidc import SKEW
from tests.support.sign_in.issuing import KEYS, NOW


def test_keys_are_asked_for_once_for_many_tokens(door, issuer):
    for _ in range(5):
        door.admits(issuer.signs())
    assert issuer.paths == ["/.well-known/openid-configuration", "/jwks"]


def test_a_new_key_is_found_when_a_token_names_it_and_the_one_withdrawn_ends(door, issuer):
    old, new = issuer.signs(), RSAKey.generate_key(2048, {"kid": "rsa-2"})
    door.admits(old)
    issuer.publishes(new)
    door.later(KEYS_APART)
    assert door.admits(issuer.signs(key=new))
    assert door.refuses(old)


def test_a_signature_is_checked_once_for_as_long_as_the_keys_stay_and_time_each_time(door, issuer, monkeypatch):
    checked: list[str] = []
    decode = jwt.decode

    def counted(token: str, *args: Any, **options: Any) -> jwt.Token:
        checked.append(token)
        return decode(token, *args, **options)

    monkeypatch.setattr(jwt, "decode", counted)
    token = issuer.signs(exp=NOW + timedelta(hours=2))
    for _ in range(3):
        door.admits(token)
    assert len(checked) == 1
    door.later(KEYS_APART)
    new = RSAKey.generate_key(2048, {"kid": "rsa-2"})
    issuer.publishes(new, *KEYS.values())
    door.admits(issuer.signs(key=new))
    door.admits(token)
    assert checked.count(token) == 2
    door.later(2 * 3600 + SKEW)
    assert "expiré" in door.refuses(token)


def test_unknown_keys_make_the_issuer_be_asked_seldom(door, issuer):
    door.admits(issuer.signs())
    stranger = RSAKey.generate_key(2048, {"kid": "stranger"})
    for _ in range(20):
        assert door.refuses(issuer.signs(key=stranger))
    assert issuer.paths.count("/jwks") == 1
    door.later(KEYS_APART)
    assert door.refuses(issuer.signs(key=stranger))
    assert issuer.paths.count("/jwks") == 2


def test_while_the_issuer_is_away_known_keys_go_on_and_others_are_told_to_come_back(door, issuer):
    door.admits(issuer.signs())
    issuer.says("/jwks", "", status=503)
    door.later(KEYS_KEPT)
    fresh = {"iat": door.now, "exp": door.now + timedelta(minutes=5)}
    assert door.admits(issuer.signs(**fresh))
    door.later(KEYS_APART)
    with pytest.raises(IssuerAway, match="réessayez"):
        door.admits(issuer.signs(key=RSAKey.generate_key(2048, {"kid": "rsa-2"}), **fresh))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/jwks", "not JSON"),
        ("/jwks", {"keys": []}),
        ("/jwks", {"keys": [{"kty": "RSA", "kid": "rsa-1"}]}),
        ("/jwks", {"keys": "none"}),
        ("/jwks", {"keys": ["none"]}),
        ("/jwks", "x" * 2_000_000),
        ("/.well-known/openid-configuration", {"issuer": "https://other.example.org", "jwks_uri": "x"}),
        ("/.well-known/openid-configuration", {}),
        ("/.well-known/openid-configuration", []),
    ],
)
def test_an_issuer_that_talks_nonsense_is_as_one_that_is_away(door, issuer, path, content):
    issuer.says(path, content)
    with pytest.raises(IssuerAway):
        door.admits(issuer.signs())


@pytest.mark.parametrize(
    "odd",
    [
        "no key",
        {"kty": "RSA", "kid": "odd"},
        {"kty": "EC", "crv": "BP-256", "kid": "odd", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "kid": "odd", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "X9", "kid": "odd", "x": "AA"},
        {"kty": "oct", "kid": "odd", "k": "AA"},
        {"kty": "RSA", "kid": "rsa-1", "use": "enc", "n": "AQAB", "e": "AQAB"},
    ],
    ids=str,
)
def test_one_key_that_cannot_be_read_takes_nothing_from_the_others(door, issuer, odd):
    issuer.says("/jwks", {"keys": [odd, *KeySet(list(KEYS.values())).as_dict(private=False)["keys"]]})
    assert door.admits(issuer.signs())


@pytest.mark.parametrize("endpoint", ["http://keys.example.org/jwks", "file:///etc/passwd", "http://[", 7])
def test_keys_are_not_asked_for_where_others_could_change_them(door, issuer, endpoint):
    issuer.says("/.well-known/openid-configuration", {"issuer": issuer.address, "jwks_uri": endpoint})
    with pytest.raises(IssuerAway):
        door.admits(issuer.signs())
    assert issuer.paths == ["/.well-known/openid-configuration"]
