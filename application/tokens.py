"""Bearer tokens of the embedded setup: signed JWTs that say who somebody is and what they speak for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from domain.actors import Actor, Role
from domain.identifiers import check_siret, check_uai, person_id, structure_id

_ALGORITHM = "HS256"
#: Who may hold a token: the public has none, the system needs none.
TOKEN_ROLES = tuple(role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))


class BadToken(Exception):
    """The token is forged, expired or malformed; the message (French) says which."""


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


def read_token(secret: str, token: str) -> Actor:
    """The actor that the token speaks for. Raises BadToken."""
    try:
        claims = jwt.decode(token, secret, algorithms=[_ALGORITHM], options={"require": ["sub", "role", "exp"]})
        role = Role(claims["role"])
        if role not in TOKEN_ROLES:
            raise BadToken("Jeton refusé : rôle inconnu.")
        return _actor(role, claims)
    except jwt.ExpiredSignatureError as error:
        raise BadToken("Jeton expiré : reconnectez-vous.") from error
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise BadToken("Jeton refusé : signature ou contenu invalide.") from error


def _actor(role: Role, claims: dict[str, Any]) -> Actor:
    person = person_id(claims["sub"])
    # History must not name a parent: it keeps a pseudonym.
    name = f"parent:{person}" if role is Role.PARENT else claims["sub"]
    return Actor(
        role=role,
        name=name,
        structures=frozenset(structure_id(check_siret(siret)) for siret in _strings(claims, "structures")),
        territories=frozenset(_strings(claims, "territories")),
        schools=frozenset(_strings(claims, "schools")),
        person_id=person if role is Role.PARENT else None,
    )


def _strings(claims: dict[str, Any], name: str) -> list[str]:
    values = claims.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(name)
    return values
