"""Bearer tokens of the embedded setup: signed JWTs that say who somebody is and what they speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

from application.sign_in.accepting import LONGEST_TOKEN, BadToken, SignedIn
from application.sign_in.claim_values import UNREADABLE
from application.sign_in.claims import ClaimsMapping
from domain.kernel.actors import Role
from domain.kernel.identifiers import check_siret, check_uai

_ALGORITHM = "HS256"
_OWN_CLAIMS = ClaimsMapping()


def issue_token(
    secret: str,
    role: Role,
    subject: str,
    now: datetime,
    *,
    sirets: Sequence[str] = (),
    territories: Sequence[str] = (),
    schools: Sequence[str] = (),
    valid_for: timedelta = timedelta(days=30),
) -> str:
    """A token for `role`. Raises ValueError (French) on a SIRET or UAI whose check fails."""
    claims: dict[str, Any] = {"sub": subject, "role": role.value, "iat": now, "exp": now + valid_for}
    claims |= {
        "structures": [check_siret(siret) for siret in sirets],
        "territories": list(territories),
        "schools": [check_uai(school) for school in schools],
    }
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


@lru_cache(maxsize=1_000)
def _verified(secret: str, token: str) -> dict[str, Any]:
    """The claims; the same token is presented with every request, and its signature stays what it is."""
    claims: dict[str, Any] = jwt.decode(
        token, secret, algorithms=[_ALGORITHM], options={"require": ["sub", "role", "exp"]}
    )
    return claims


def read_token(secret: str, token: str) -> SignedIn:
    """Who the token speaks for. Raises BadToken."""
    if len(token) > LONGEST_TOKEN:
        raise BadToken("Jeton refusé : trop long.")
    now = datetime.now(UTC)
    try:
        claims = _verified(secret, token)
        if int(claims["exp"]) <= now.timestamp():
            raise jwt.ExpiredSignatureError
    except jwt.ExpiredSignatureError as error:
        raise BadToken("Jeton expiré : reconnectez-vous.") from error
    except (jwt.PyJWTError, *UNREADABLE) as error:
        raise BadToken("Jeton refusé : signature ou contenu invalide.") from error
    return _OWN_CLAIMS.signed_in(claims, now)


@dataclass(frozen=True, slots=True)
class LocalSignIn:
    """Tokens signed here, with a secret that nobody else has."""

    secret: str = field(repr=False)

    async def read(self, token: str) -> SignedIn:
        return read_token(self.secret, token)
