"""From an issuer's claims to who acts: which claim says what, by configuration.

The file is JSON, for instance

    {"subject": "sub",
     "roles": {"claim": "realm_access.roles", "values": {"gip": "national", "coordo": "coordonnateur"}},
     "structures": "siret", "territories": "departements", "schools": "uai", "otherwise": "parent", "userinfo": true}

A claim is named as it is, or by the path to it with dots. Of several roles that a person has, the first in the order
of `values` is theirs. `otherwise` is the role of who has none of them: without it they are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from application.sign_in.accepting import BadToken, SignedIn
from domain.actors import Actor, Role
from domain.identifiers import check_siret, check_uai, person_id, structure_id

#: Who may hold a token: the public has none, the system needs none.
TOKEN_ROLES = tuple(role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))


class _Roles(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str = "role"
    #: From the issuer's word to our role.
    values: Mapping[str, Role] = {role.value: role for role in TOKEN_ROLES}


class ClaimsMapping(BaseModel):
    """Names of claims. `userinfo`: whether the issuer's userinfo is asked for them too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = "sub"
    roles: _Roles = _Roles()
    structures: str = "structures"
    territories: str = "territories"
    schools: str = "schools"
    otherwise: Role | None = None
    userinfo: bool = False

    def signed_in(self, claims: Mapping[str, Any]) -> SignedIn:
        """Who the claims, which must have been verified, speak for. Raises BadToken when they cannot be used."""
        issued_at = claims.get("iat")
        when = datetime.fromtimestamp(issued_at, UTC) if isinstance(issued_at, int | float) else None
        return SignedIn(self._actor(claims), when)

    def _actor(self, claims: Mapping[str, Any]) -> Actor:
        subject = _claim(claims, self.subject)
        if not isinstance(subject, str) or not subject:
            raise BadToken("Jeton refusé : il ne dit pas qui vous êtes.")
        try:
            return actor_of(
                self._role(claims),
                subject,
                sirets=_texts(_claim(claims, self.structures)),
                territories=_texts(_claim(claims, self.territories)),
                schools=_texts(_claim(claims, self.schools)),
            )
        except (ValueError, TypeError) as error:
            raise BadToken("Jeton refusé : ses informations ne peuvent pas être lues.") from error

    def _role(self, claims: Mapping[str, Any]) -> Role:
        said = set(_texts(_claim(claims, self.roles.claim)))
        for word, role in self.roles.values.items():
            if word in said:
                return role
        if self.otherwise is None:
            raise BadToken("Jeton refusé : aucun rôle de ce service ne vous est donné.")
        return self.otherwise


def actor_of(
    role: Role, subject: str, *, sirets: Sequence[str], territories: Sequence[str], schools: Sequence[str]
) -> Actor:
    """The one place where a token's words become an actor. Raises ValueError on a role, SIRET or UAI that is none."""
    if role not in TOKEN_ROLES:
        raise ValueError(f"{role} holds no token")
    person = person_id(subject)
    return Actor(
        role=role,
        # History must not name a parent: it keeps a pseudonym.
        name=f"parent:{person}" if role is Role.PARENT else subject,
        structures=frozenset(structure_id(check_siret(siret)) for siret in sirets),
        territories=frozenset(territories),
        schools=frozenset(check_uai(school) for school in schools),
        person_id=person if role is Role.PARENT else None,
        subject=subject,
    )


def load_mapping(path: Path) -> ClaimsMapping:
    """Raises ValueError, saying in one line what is wrong with the file."""
    try:
        return ClaimsMapping.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"says something else: {where + ': ' if where else ''}{first['msg']}") from None


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name; else what the name's dots lead to."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _texts(value: Any) -> list[str]:
    """A text, or a list of them; nothing where there is no such claim."""
    values = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError("a text or a list of texts")
    return values
