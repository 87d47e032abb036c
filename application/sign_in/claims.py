"""Configured mapping from an issuer's claims to an actor.

The file is JSON, for instance

    {"subject": "sub",
     "roles": {"claim": "realm_access.roles", "values": {"gip": "national", "coordo": "coordonnateur"}},
     "structures": "siret", "territories": "departements", "schools": "uai", "otherwise": "parent", "userinfo": true}

A claim is named directly, or by a dotted path; a token that has both is refused. A person with several roles gets the
first in the order of `values`. `otherwise` is the role of people without any of them, `parent` or nothing: without it
they are refused. `userinfo` also asks the issuer's userinfo endpoint; `opaque` (true by default) then says whether
tokens may be opaque, so that the endpoint is asked about any token that is no JWT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from application.sign_in.accepting import BadToken, SignedIn
from application.sign_in.claim_values import UNREADABLE, check_territory, claim, instant, listed, readable, subject
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import check_siret, check_uai, person_id, structure_id

#: The roles that a token may have: the public has no token, the system needs none.
TOKEN_ROLES = tuple(role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))


#: Far more than anybody has; they are only compared with the mapping.
MOST_ROLES = 2_000


def _held_by_token(role: Role) -> Role:
    if role not in TOKEN_ROLES:
        raise ValueError(f"{role} holds no token")
    return role


_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Roles(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: _Name = "role"
    #: Maps the issuer's word to our role.
    values: Mapping[_Name, Annotated[Role, AfterValidator(_held_by_token)]] = {role.value: role for role in TOKEN_ROLES}


class ClaimsMapping(BaseModel):
    """The names of claims. `userinfo`: also ask the issuer's userinfo endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: _Name = "sub"
    roles: _Roles = _Roles()
    structures: _Name = "structures"
    territories: _Name = "territories"
    schools: _Name = "schools"
    #: Only `parent`: one word of configuration must not give everybody more rights.
    otherwise: Literal[Role.PARENT] | None = None
    userinfo: bool = False
    opaque: bool | None = None

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if not self.roles.values and self.otherwise is None:
            raise ValueError("roles.values: without any role, and without otherwise, nobody could sign in")
        if self.opaque and not self.userinfo:
            raise ValueError('opaque: tokens that are no JWT tell nothing without "userinfo": true')
        return self

    @property
    def takes_opaque(self) -> bool:
        """Return whether a token may be opaque."""
        return self.userinfo and self.opaque is not False

    def signed_in(self, claims: Mapping[str, Any], now: datetime) -> SignedIn:
        """Return the actor of these verified claims. Raise BadToken if they cannot be used."""
        try:
            issued_at, expires_at = instant(claims.get("iat")), instant(claims.get("exp"))
            actor = self._actor(claims)
        except UNREADABLE as error:
            raise BadToken("Jeton refusé : ses informations ne peuvent pas être lues.") from error
        seconds_left = None if expires_at is None else expires_at - now.timestamp()
        return SignedIn(actor, None if issued_at is None else datetime.fromtimestamp(issued_at, UTC), seconds_left)

    def _actor(self, claims: Mapping[str, Any]) -> Actor:
        return actor_of(
            self._role(claims),
            subject(claim(claims, self.subject)),
            sirets=listed(claim(claims, self.structures)),
            territories=listed(claim(claims, self.territories)),
            schools=listed(claim(claims, self.schools)),
        )

    def _role(self, claims: Mapping[str, Any]) -> Role:
        words = set(readable("role", listed(claim(claims, self.roles.claim), MOST_ROLES), str))
        for word, role in self.roles.values.items():
            if word in words:
                return role
        if self.otherwise is None:
            raise BadToken("Jeton refusé : aucun rôle de ce service ne vous est donné.")
        return self.otherwise


def actor_of(
    role: Role, subject: str, *, sirets: Sequence[Any], territories: Sequence[Any], schools: Sequence[Any]
) -> Actor:
    """Build an actor from a token's words; nothing else does. Raise ValueError on an invalid role.

    A SIRET, territory or UAI that cannot be read gives no right; the others do.
    """
    if role not in TOKEN_ROLES:
        raise ValueError(f"{role} holds no token")
    person = person_id(subject)
    return Actor(
        role=role,
        # History must not name a parent.
        name=f"parent:{person}" if role is Role.PARENT else subject,
        structures=frozenset(structure_id(siret) for siret in readable("structures", sirets, check_siret)),
        territories=frozenset(readable("territories", territories, check_territory)),
        schools=frozenset(readable("schools", schools, check_uai)),
        person_id=person,
        subject=subject,
    )


def load_mapping(path: Path) -> ClaimsMapping:
    """Read the mapping's file. Raise ValueError, with the fault in one line."""
    try:
        return ClaimsMapping.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"says something else: {where + ': ' if where else ''}{first['msg']}") from None
