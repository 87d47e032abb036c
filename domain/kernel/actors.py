"""Who acts: a role, a name, and what the person speaks for (docs/glossary.md, "Who acts")."""

from __future__ import annotations

from dataclasses import dataclass
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
    NATIONAL = "national"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or account behind a command. `name` is what history keeps: what the token calls who is an official by
    it, a pseudonym for parents, function and account for who is an official by a mandate.
    """

    role: Role
    name: str
    structures: frozenset[UUID] = frozenset()
    territories: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    person_id: UUID | None = None
    #: The stream of their account, of who has signed in.
    account_id: UUID | None = None
    #: What the person's token calls them; nobody's where nobody has signed in.
    subject: str | None = None
    #: What a person is besides the role in which they act by a mandate: what a parent, or a médiateur, may do anywhere
    #: they may do too. A mandate adds, and takes nothing away.
    also: frozenset[Role] = frozenset()
    #: As a médiateur: whether the structure, or the token's issuer, says so too. What one declares of oneself gives no
    #: right over others' things.
    accepted: bool = True

    def is_a(self, role: Role) -> bool:
        """Whether they act in that role, or are it besides."""
        return role is self.role or role in self.also


PUBLIC = Actor(Role.PUBLIC, "public")
SYSTEM = Actor(Role.SYSTEM, "system")
