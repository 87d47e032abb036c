"""From an issuer's claims to who acts: which claim says what, by configuration.

The file is JSON, for instance

    {"subject": "sub",
     "roles": {"claim": "realm_access.roles", "values": {"gip": "national", "coordo": "coordonnateur"}},
     "structures": "siret", "territories": "departements", "schools": "uai", "otherwise": "parent", "userinfo": true}

A claim is named as it is, or by the path to it with dots; a token that has both is refused. Of several roles that a
person has, the first in the order of `values` is theirs. `otherwise` is the role of who has none of them, `parent` or
nothing: without it they are refused. `userinfo` has the issuer's userinfo asked for too; `opaque` says whether tokens
may be opaque then, so that the userinfo is asked about whatever is no JWT (they may, unless it says false).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from application.sign_in.accepting import BadToken, SignedIn
from application.sign_in.claim_values import UNREADABLE, claim, instant, subject, territories, texts
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import check_siret, check_uai, person_id, structure_id

#: Who may hold a token: the public has none, the system needs none.
TOKEN_ROLES = tuple(role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))


#: Far more than anybody has; they are only compared.
MOST_ROLES = 2_000


def _held_by_token(role: Role) -> Role:
    if role not in TOKEN_ROLES:
        raise ValueError(f"{role} holds no token")
    return role


_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Roles(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: _Name = "role"
    #: From the issuer's word to our role.
    values: Mapping[_Name, Annotated[Role, AfterValidator(_held_by_token)]] = {role.value: role for role in TOKEN_ROLES}


class ClaimsMapping(BaseModel):
    """Names of claims. `userinfo`: whether the issuer's userinfo is asked for them too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: _Name = "sub"
    roles: _Roles = _Roles()
    structures: _Name = "structures"
    territories: _Name = "territories"
    schools: _Name = "schools"
    #: One word must not make everybody who can sign in anything more.
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
        """Whether a token may be anything but a JWT."""
        return self.userinfo and self.opaque is not False

    def signed_in(self, claims: Mapping[str, Any], now: datetime) -> SignedIn:
        """Who the claims, which must have been verified, speak for. Raises BadToken when they cannot be used."""
        try:
            issued_at, expires_at = instant(claims.get("iat")), instant(claims.get("exp"))
            actor = self._actor(claims)
        except UNREADABLE as error:
            raise BadToken("Jeton refusé : ses informations ne peuvent pas être lues.") from error
        left = None if expires_at is None else expires_at - now.timestamp()
        return SignedIn(actor, None if issued_at is None else datetime.fromtimestamp(issued_at, UTC), left)

    def _actor(self, claims: Mapping[str, Any]) -> Actor:
        return actor_of(
            self._role(claims),
            subject(claim(claims, self.subject)),
            sirets=texts(claim(claims, self.structures)),
            territories=territories(claim(claims, self.territories)),
            schools=texts(claim(claims, self.schools)),
        )

    def _role(self, claims: Mapping[str, Any]) -> Role:
        said = set(texts(claim(claims, self.roles.claim), MOST_ROLES))
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
        person_id=person,
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
