"""What claims and their configuration may hold: anything else refuses the sign-in, or the start."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from joserfc import jws, util
from joserfc.jwk import OctKey

from application.sign_in.accepting import BadToken
from application.sign_in.claims import load_mapping
from application.sign_in.local import read_token
from domain.kernel.actors import Role
from tests.support.sign_in.door import door_of
from tests.support.sign_in.issuing import KEYS, NOW

SECRET = "a secret of these tests that is long enough"
FAR = 4_102_444_800
SIRETS = ["21020001000010"] * 501
#: For each claim what it may not hold.
HOSTILE: dict[str, list[Any]] = {
    "iat": [-(10**18), 10**400, float("nan"), True, "1600000000", []],
    "exp": [10**18, float("inf"), {"a": 1}],
    "nbf": [float("inf"), "demain"],
    "aud": [{"a": 1}],
    "sub": ["a\0b", "a\nb", "a\u202eb", "a\u200bb", "\ud800", "x" * 256, "   ", ["camille"]],
    "role": [{"national": True}, [["national"]], ["x"] * 2_001],
    "structures": [SIRETS],
}
#: For each claim what cannot be read, beside what can, and what is left of them.
PARTLY_READABLE: list[tuple[str, Any, int]] = [
    ("structures", ["21020001000010", "123", "", 21020001000010, None, ["21020001000010"]], 1),
    ("structures", "210 200 01-0000.10", 1),
    ("structures", 21020001000010, 0),
    ("structures", {"siret": "21020001000010"}, 0),
    ("structures", "", 0),
    ("territories", ["34", None, "34\0", "x" * 5_000, 18], 1),
    ("schools", ["0340002T", "0340002X", "x" * 10_000, 3], 1),
    ("schools", 3, 0),
]


@pytest.mark.parametrize("claim", HOSTILE)
def test_a_claim_of_another_kind_or_range_refuses_an_issuers_token(door, issuer, claim):
    key, wrong = KEYS["RS256"], []
    header = {"alg": "RS256", "kid": key.kid, "typ": "at+jwt"}
    for value in HOSTILE[claim]:
        claims = issuer.claims() | {"iat": int(NOW.timestamp()), "exp": FAR, claim: value}
        token = jws.serialize_compact(header, json.dumps(claims).encode(), key)
        try:
            wrong.append(f"{value!r:.60}: {door.admits(token)}")
        except BadToken as refusal:
            if "Jeton" not in str(refusal):
                wrong.append(f"{value!r:.60}: {refusal}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("claim", HOSTILE)
def test_a_claim_of_another_kind_or_range_refuses_a_token_of_our_own(claim):
    wrong = []
    for value in HOSTILE[claim]:
        claims = {"sub": "camille", "role": "national", "iat": 1_600_000_000, "exp": FAR, claim: value}
        token = jws.serialize_compact({"alg": "HS256"}, json.dumps(claims).encode(), OctKey.import_key(SECRET))
        with suppress(BadToken):
            wrong.append(f"{value!r:.60}: {read_token(SECRET, token)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("claim", "value", "readable"), PARTLY_READABLE, ids=lambda value: f"{value!r:.40}")
def test_what_cannot_be_read_among_claims_is_passed_over_and_the_rest_counts(
    door, issuer, caplog, claim, value, readable
):
    caplog.set_level("INFO")
    actor = door.admits(issuer.signs(**{claim: value}))
    assert len(getattr(actor, claim)) == readable
    passed_over = (len(value) if isinstance(value, list) else 1) - readable
    assert [record.claim for record in caplog.records if "passed over" in record.message] == [claim] * passed_over


def test_a_word_that_is_no_text_among_roles_hides_none_of_the_others(door, issuer):
    assert door.admits(issuer.signs(role=[7, None, "national"])).role is Role.NATIONAL


@pytest.mark.parametrize(
    "part", ["[" * 9_000, '{"alg":' + "[" * 9_000, "9" * 9_000, '{"alg": 1e999}', "[]", '{"alg": null}']
)
def test_what_is_no_header_is_no_incident(door, part):
    encoded = util.urlsafe_b64encode(part.encode()).decode()
    for token in (f"{encoded}.e30.x", f"{encoded}.{encoded}.x"):
        assert door.refuses(token)
        with pytest.raises(BadToken):
            read_token(SECRET, token)


def test_a_subject_of_255_printable_characters_is_one(door, issuer):
    subject = "é" * 255
    assert door.admits(issuer.signs(sub=subject)).subject == subject


def test_a_claim_that_is_told_flat_and_nested_is_told_by_nobody(issuer):
    door = door_of(issuer, roles={"claim": "realm_access.roles", "values": {"gip": "national"}})
    nested = {"realm_access": {"roles": ["gip"]}}
    assert door.admits(issuer.signs(**nested)).role is Role.NATIONAL
    assert door.admits(issuer.signs(**{"realm_access.roles": "gip"})).role is Role.NATIONAL
    assert "de deux façons" in door.refuses(issuer.signs(**nested, **{"realm_access.roles": "gip"}))


def test_a_token_tells_for_how_long_it_holds(door, issuer):
    read = door.reads(issuer.signs(exp=int(NOW.timestamp()) + 100))
    assert read.seconds_left == 160, "with the skew that clocks may have"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        *(({"otherwise": role.value}, "otherwise") for role in Role if role is not Role.PARENT),
        *(({"roles": {"values": {"word": role}}}, "roles.values") for role in ("system", "public", "emperor", "")),
        ({"roles": {"values": {" ": "national"}}}, "roles.values"),
        ({"roles": {"values": {}}}, "roles.values"),
        ({"roles": {"claim": ""}}, "roles.claim"),
        ({"subject": " "}, "subject"),
        ({"opaque": True}, "opaque"),
    ],
    ids=str,
)
def test_what_nobody_can_have_meant_is_refused_at_the_start(tmp_path, content, named):
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=named):
        load_mapping(path)


def test_who_has_no_role_may_be_a_parent(tmp_path):
    path = tmp_path / "claims.json"
    path.write_text('{"roles": {"values": {}}, "otherwise": "parent"}')
    assert load_mapping(path).otherwise is Role.PARENT
