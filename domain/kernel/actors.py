"""Actors: a role, a name, and what the person speaks for (docs/glossary.md, "Who acts")."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The roles of the contract's tokens, plus the public (no token) and the system itself (seeds, schedulers)."""

    PUBLIC = "public"
    PARENT = "parent"
    STRUCTURE = "structure"
    MEDIATEUR = "mediateur"
    COORDONNATEUR = "coordonnateur"
    DIRECTOR = "director"
    INSPECTOR = "inspector"
    HEAD = "head"
    TEACHER = "teacher"
    NATIONAL = "national"
    AUDITOR = "auditor"
    SYSTEM = "system"


ROLE_NAMES: Mapping[Role, str] = {
    Role.PUBLIC: "public",
    Role.PARENT: "parent",
    Role.STRUCTURE: "structure",
    Role.MEDIATEUR: "médiateur",
    Role.COORDONNATEUR: "coordonnateur",
    Role.DIRECTOR: "directeur d'école",
    Role.INSPECTOR: "IEN",
    Role.HEAD: "chef d'établissement",
    Role.TEACHER: "enseignant",
    Role.NATIONAL: "équipe nationale",
    Role.AUDITOR: "auditeur",
    Role.SYSTEM: "système",
}

#: The roles of those who act in office. History keeps which person they are, so that four eyes are two persons.
IN_OFFICE = frozenset(Role) - {Role.PUBLIC, Role.PARENT, Role.SYSTEM}


def normal_form(name: str) -> str:
    """Return the form in which two spellings of one issuer, subject or actor are equal."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or account behind a command.

    History keeps `name`: the name in the token for officials by token, function and account for officials by mandate, a
    pseudonym for parents.
    """

    role: Role
    name: str
    structures: frozenset[UUID] = frozenset()
    territories: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    person_id: UUID | None = None
    #: The stream of their account, if they have signed in.
    account_id: UUID | None = None
    #: The subject of their token, if they have signed in.
    subject: str | None = None
    #: The person's roles besides the one they act in by a mandate: they keep the rights that a parent or a médiateur
    #: has anywhere. A mandate adds rights and takes none away.
    also: frozenset[Role] = frozenset()
    #: For a médiateur: whether the structure or the token's issuer confirms it. A declaration about oneself gives no
    #: right over other people's things.
    accepted: bool = True
    #: The structures that a mandate lets them speak for, whatever role they act in.
    speaks_for: frozenset[UUID] = frozenset()
    #: The person, whatever role they act in: a keyed digest of issuer and subject (`Keyed.person`). For those in office
    #: only.
    person: str | None = None
    #: The digest of the token that they act with, for those in office only.
    token: str | None = field(default=None, compare=False)

    def is_a(self, role: Role) -> bool:
        """Return whether they act in that role or have it besides."""
        return role is self.role or role in self.also


PUBLIC = Actor(Role.PUBLIC, "public")
SYSTEM = Actor(Role.SYSTEM, "system")
