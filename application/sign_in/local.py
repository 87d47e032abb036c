"""Bearer tokens of the embedded setup: signed JWTs with a person's role and what they speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import OctKey

from application.sign_in.accepting import LONGEST_TOKEN, BadToken, SignedIn
from application.sign_in.claim_values import UNREADABLE
from application.sign_in.claims import ClaimsMapping
from domain.kernel.actors import Role
from domain.kernel.identifiers import check_siret, check_uai

_ALGORITHM = "HS256"
#: The issuer of our own tokens, which vouches for their subjects.
ISSUER = "parentalite"
_OWN_CLAIMS = ClaimsMapping()
#: A blank claim is refused later, with the reason.
_REQUIRED = jwt.ClaimsOption(essential=True, allow_blank=True)
_REGISTRY = jwt.JWTClaimsRegistry(sub=_REQUIRED, role=_REQUIRED, exp=_REQUIRED)


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
    """Return a token for `role`. Raise ValueError (French) on an invalid SIRET or UAI."""
    claims: dict[str, Any] = {"sub": subject, "role": role.value, "iat": now, "exp": now + valid_for}
    claims |= {
        "structures": [check_siret(siret) for siret in sirets],
        "territories": list(territories),
        "schools": [check_uai(school) for school in schools],
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, _key(secret))


@lru_cache(maxsize=4)
def _key(secret: str) -> OctKey:
    return OctKey.import_key(secret)


@lru_cache(maxsize=1_000)
def _signed_claims(secret: str, token: str) -> dict[str, Any]:
    """Return the claims, their signature checked: the same token comes with every request."""
    claims = jwt.decode(token, _key(secret), algorithms=[_ALGORITHM]).claims
    if "aud" in claims:
        # Our tokens name no audience: this one is meant for somebody else.
        raise InvalidClaimError("aud")
    return claims


def read_token(secret: str, token: str) -> SignedIn:
    """Return the actor of the token. Raise BadToken."""
    if len(token) > LONGEST_TOKEN:
        raise BadToken("Jeton refusé : trop long.")
    try:
        claims = _signed_claims(secret, token)
        _REGISTRY.validate(claims)
    except ExpiredTokenError as error:
        raise BadToken("Jeton expiré : reconnectez-vous.") from error
    except (JoseError, *UNREADABLE) as error:
        raise BadToken("Jeton refusé : signature ou contenu invalide.") from error
    return replace(_OWN_CLAIMS.signed_in(claims, datetime.now(UTC)), issuer=ISSUER)


@dataclass(frozen=True, slots=True)
class LocalSignIn:
    """Reads tokens signed here, with a secret that nobody else has."""

    secret: str = field(repr=False)

    @property
    def vouched_by(self) -> str:
        return ISSUER

    async def read(self, token: str) -> SignedIn:
        return read_token(self.secret, token)
