"""Tokens that are signed here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from application.sign_in.accepting import BadToken
from application.sign_in.local import issue_token, read_token
from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id

SECRET = "a secret of these tests that is long enough"
SIRET = "21340172201787"
#: Signed by PyJWT, as versions up to 0.2.0 did; valid until 2126.
OLDER = ".".join(
    (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJzdWIiOiJjYW1pbGxlIiwicm9sZSI6InN0cnVjdHVyZSIsImlhdCI6MTc2NzMyMzA0NSwiZXhwIjo0OTIyOTk2NjQ1LCJzdHJ1Y3R1cmVzIjpb"
        "IjIxMzQwMTcyMjAxNzg3Il0sInRlcnJpdG9yaWVzIjpbIjM0Il0sInNjaG9vbHMiOltdfQ",
        "Bsbfzht21J2bu4DdNXLydsdGJkkCIQ-YHCaxCixtcG0",
    )
)


def test_a_token_that_an_older_version_issued_is_still_read():
    read = read_token(SECRET, OLDER)
    assert (read.actor.subject, read.actor.role) == ("camille", Role.STRUCTURE)
    assert read.actor.structures == {structure_id(SIRET)}
    assert read.issued_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_token_is_issued_as_an_older_version_reads_it():
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    issued = jwt.decode(
        issue_token(SECRET, Role.STRUCTURE, "camille", now, sirets=[SIRET], territories=["34"]),
        OctKey.import_key(SECRET),
    )
    older = jwt.decode(OLDER, OctKey.import_key(SECRET))
    assert issued.header == older.header
    assert issued.claims == {**older.claims, "exp": int((now + timedelta(days=30)).timestamp())}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://another.example.org"}, "invalide"),
        ({"iat": 4_900_000_000}, "invalide"),
        ({"nbf": 4_900_000_000}, "invalide"),
        ({"exp": None}, "invalide"),
        ({"exp": 1_600_000_000}, "expiré"),
    ],
)
def test_a_token_for_somebody_else_or_another_time_is_refused(changes, reason):
    claims = {"sub": "camille", "role": "national", "exp": 4_922_996_645, **changes}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
    with pytest.raises(BadToken, match=reason):
        read_token(SECRET, token)
    with pytest.raises(BadToken, match="invalide"):
        read_token(SECRET + "!", token)
