"""Access tokens of an issuer: which are believed, and every way of being refused."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from application.sign_in.accepting import LONGEST_TOKEN
from application.sign_in.oidc import SKEW
from domain.kernel.actors import Role
from domain.kernel.identifiers import person_id, structure_id
from tests.support.sign_in.door import door_of
from tests.support.sign_in.issuing import AUDIENCE, KEYS, NOW, FakeIssuer

SIRET, UAI = "21020001000010", "0340002T"


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_a_token_of_the_issuer_speaks_for_whom_it_names(door, issuer, algorithm):
    claims = {"role": "structure", "structures": [SIRET], "territories": ["34"], "schools": [UAI.lower()]}
    actor = door.admits(issuer.signs(algorithm, **claims))
    assert (actor.role, actor.name) == (Role.STRUCTURE, "camille")
    assert actor.structures == {structure_id(SIRET)}
    assert (actor.territories, actor.schools) == ({"34"}, {UAI})


def test_the_audience_may_be_one_of_several(door, issuer):
    assert door.admits(issuer.signs(aud=["https://other.example.org", AUDIENCE])).role is Role.NATIONAL


def test_history_keeps_a_pseudonym_of_a_parent(door, issuer):
    actor = door.admits(issuer.signs(role="parent", sub="parent@exemple.fr"))
    assert (actor.person_id, actor.name) == (person_id("parent@exemple.fr"), f"parent:{actor.person_id}")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example.org"},
        {"aud": None},
        {"aud": []},
        {"iss": "https://other.example.org"},
        {"iss": None},
        {"exp": None},
        {"exp": "demain"},
        {"exp": float("1e400")},
        {"iat": None},
        {"nbf": NOW + timedelta(seconds=SKEW + 10)},
        {"iat": NOW + timedelta(seconds=SKEW + 10)},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"role": "system"},
        {"role": "public"},
        {"role": "emperor"},
        {"role": None},
        {"role": {"a": 1}},
    ],
    ids=lambda changes: f"{next(iter(changes))} {next(iter(changes.values()))}",
)
def test_a_token_whose_claims_are_not_for_us_is_refused(door, issuer, changes):
    assert door.refuses(issuer.signs(**changes)).startswith("Jeton refusé")


@pytest.mark.parametrize(
    ("claim", "unreadable"),
    [("structures", "21020001000011"), ("structures", 21020001000010), ("schools", "0340002X")],
)
def test_what_cannot_be_read_gives_no_right_and_is_passed_over_in_a_line_that_names_its_claim(
    door, issuer, caplog, claim, unreadable
):
    caplog.set_level("INFO")
    actor = door.admits(issuer.signs(role="structure", **{claim: [unreadable]}))
    assert (actor.role, actor.structures, actor.schools) == (Role.STRUCTURE, frozenset(), frozenset())
    (line,) = (record for record in caplog.records if "passed over" in record.message)
    assert line.claim == claim
    assert str(unreadable) not in caplog.text


def test_an_expired_token_is_told_so_and_clocks_may_differ_a_little(door, issuer):
    token = issuer.signs(exp=NOW)
    assert door.admits(token)
    door.later(SKEW + 1)
    assert "expiré" in door.refuses(token)


def _forged(issuer: FakeIssuer, header: dict[str, Any], signature: bytes = b"") -> str:
    claims = {
        name: int(value.timestamp()) if isinstance(value, datetime) else value
        for name, value in issuer.claims().items()
    }
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_a_token_without_signature_is_refused(door, issuer, algorithm):
    assert door.refuses(_forged(issuer, {"alg": algorithm, "kid": "rsa-1"}))


def test_a_public_key_is_never_taken_for_a_secret(door, issuer):
    for kid, key in (("rsa-1", KEYS["RS256"]), ("ec-1", KEYS["ES256"])):
        signed = _forged(issuer, {"alg": "HS256", "kid": kid}).rpartition(".")[0]
        signature = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
        assert door.refuses(f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")


def test_a_key_of_the_same_name_that_is_not_the_issuers_is_refused(door, issuer):
    assert door.refuses(issuer.signs(key=RSAKey.generate_key(2048, {"kid": "rsa-1"})))
    assert door.refuses(issuer.signs("ES256", ECKey.generate_key("P-256", {"kid": "rsa-1"})))


@pytest.mark.parametrize("cut", [1, 20, 300])
def test_a_token_changed_on_its_way_is_refused(door, issuer, cut):
    token = issuer.signs()
    middle = len(token) // 2
    assert door.refuses(token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :])
    assert door.refuses(token[:-cut])


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "a.b.c.d.e", "\x00.\x00.\x00"])
def test_what_is_no_token_is_refused(door, token):
    assert door.refuses(token)


@pytest.mark.parametrize("typ", ["logout+jwt", "secevent+jwt", "id+jwt"])
def test_what_was_signed_for_another_purpose_is_no_access_token(door, issuer, typ):
    assert door.refuses(issuer.signs(typ=typ, scope="api"))


@pytest.mark.parametrize(
    "changes",
    [{}, {"nonce": "n", "at_hash": "x"}, {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}],
)
def test_an_id_token_or_a_logout_token_is_no_access_token_though_it_names_us(door, issuer, changes):
    assert door.refuses(issuer.signs(typ="JWT", **changes))


@pytest.mark.parametrize("claim", ["client_id", "scope", "scp"])
def test_an_access_token_of_no_particular_type_is_known_by_what_it_gives_access_to(door, issuer, claim):
    assert door.admits(issuer.signs(typ="JWT", **{claim: "api"})).role is Role.NATIONAL


def test_a_token_of_too_many_characters_is_not_even_read(door, issuer):
    assert "trop long" in door.refuses(issuer.signs(filler="x" * LONGEST_TOKEN))


def test_claims_are_read_as_configured(issuer):
    door = door_of(
        issuer,
        subject="https://example.org/id",
        roles={"claim": "realm_access.roles", "values": {"gip": "national", "coordo": "coordonnateur"}},
        territories="departements",
    )
    roles = {"realm_access": {"roles": ["autre", "coordo"]}, "role": "national"}
    claims = {"https://example.org/id": "c@example.org", **roles}
    actor = door.admits(issuer.signs(**claims, departements="34"))
    assert (actor.name, actor.role) == ("c@example.org", Role.COORDONNATEUR)
    assert actor.territories == {"34"}
    both = door.admits(issuer.signs(**claims | {"realm_access": {"roles": ["coordo", "gip"]}}))
    assert both.role is Role.NATIONAL, "the first of the configured order"


def test_who_has_none_of_the_roles_is_refused_unless_one_is_meant_for_them(issuer):
    assert "aucun rôle" in door_of(issuer).refuses(issuer.signs(role="autre"))
    assert door_of(issuer, otherwise="parent").admits(issuer.signs(role="autre")).role is Role.PARENT
