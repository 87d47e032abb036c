"""Carry out what people of the demonstration do, through the commands of the service, each once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid5

from psycopg import sql

from application.commanding.commands import Command
from application.registrations import RegistrationSubmit, RegistrationSubmitFor
from cli.composition import Runtime
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import NAMESPACE
from projections.engine.generations import live_tables

#: Parents as they register: some have no e-mail address, some write their name in other scripts.
PARENTS = (
    ("Awa", "Diallo", "awa.diallo@exemple.fr"),
    ("செல்வி", "முருகன்", None),
    ("Jean-Baptiste", "Lefèvre", "jb.lefevre@exemple.fr"),
    ("Фатима", "Ахмедова", "f.akhmedova@exemple.fr"),
    ("Moussa", "Traoré", None),
    ("Lucie", "Martin", "lucie.martin@exemple.fr"),
    ("إيمان", "الحسن", None),
    ("Paul", "Nguyễn", "paul.nguyen@exemple.fr"),
)
#: The type of animation that children come along to.
WITH_CHILDREN = "atelier-parents-enfants"
_COPIES = """
SELECT originator_id FROM stored_events WHERE topic = 'animation.joined_series'
AND convert_from(state, 'UTF8') LIKE %s ORDER BY notification_id"""


class Acting:
    """Each act has a key of its own: another run after an interruption repeats none."""

    def __init__(self, opened: Runtime, now: datetime) -> None:
        self.opened, self.now, self.acts = opened, now, 0

    def register(self, animation: dict[str, Any], number: int, at: datetime) -> UUID | None:
        animation_id = animation["animation_id"]
        first_name, last_name, email = PARENTS[number % len(PARENTS)]
        last_name = last_name if number < len(PARENTS) else f"{last_name} {'I' * (number // len(PARENTS))}"
        children = number % 3 if animation["type"] == WITH_CHILDREN else 0
        name: dict[str, Any] = {"first_name": first_name, "last_name": last_name, "children": children}
        if email is None:
            return self.do(RegistrationSubmitFor(animation_id=animation_id, **name), speaking_for(animation), at)
        address = f"{number}.{email}"
        return self.do(RegistrationSubmit(animation_id=animation_id, email=address, **name), PUBLIC, at)

    def do(self, command: Command, actor: Actor, at: datetime | None = None) -> UUID | None:
        """Carry the command out, once; what the season does not allow is left out. Return what it is about."""
        key = uuid5(NAMESPACE, f"season:everyday:{type(command).__name__}:{command.model_dump_json()}")
        with suppress(DomainError):
            outcome = self.opened.application.execute(
                command.model_copy(update={"idempotency_key": key}), actor, at or self.now
            )
            self.acts += 1
            return outcome.subject_id
        return None

    def rows(self, query: LiteralString, **params: Any) -> list[dict[str, Any]]:
        with self.opened.connection() as conn:
            cursor = conn.execute(sql.SQL(query).format(**live_tables(conn)), {"now": self.now, **params})
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def copies_of(self, animation: dict[str, Any]) -> tuple[UUID, ...]:
        """Return the other animations of the series that began with this one, also before it can be read."""
        with self.opened.connection() as conn:
            rows = conn.execute(_COPIES, (f"%{animation['animation_id']}%",)).fetchall()
        return tuple(row[0] for row in rows)

    def row(self, query: LiteralString, **params: Any) -> dict[str, Any] | None:
        return next(iter(self.rows(query, **params)), None)


def speaking_for(animation: dict[str, Any]) -> Actor:
    owner: UUID = animation["structure_id"]
    return Actor(Role.STRUCTURE, f"structure-{owner}", structures=frozenset([owner]))
