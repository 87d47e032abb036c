"""What an inbox says, as its readers see it."""

from __future__ import annotations

from application.application import Application
from application.wording.schools import schools_named
from application.wording.things import fill, streams_of, things_of
from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS, Action
from eventstore.log import read_stream

_NOTICES = "SELECT message, things, since FROM notifications WHERE recipient = %s ORDER BY notification_id"


def messages(app: Application, recipient: str) -> list[str]:
    """The recipient's notices, the oldest first, without their reasons."""
    shown = []
    with app.pool.connection() as conn:
        for message, stored, since in conn.execute(_NOTICES, (recipient,)).fetchall():
            things = things_of(stored)
            needed = streams_of(things.values())
            streams = {stream: app.vault.open(conn, read_stream(conn, stream)) for stream in needed}
            streams |= {school: read_stream(conn, school) for school in schools_named(streams.values())}
            shown.append(fill(message, things, streams, since).replace("\u00a0", " "))
    return shown


def readers_of(recipient: str) -> frozenset[Role]:
    """Return the roles of those who read an inbox; of whoever acted for others, all that may."""
    kind, _, rest = recipient.partition(":")
    if kind == "school":
        return frozenset([Role(rest.rpartition(":")[2])])
    if kind == "author":
        return frozenset(RIGHTS[Action.REGISTRATION_SUBMIT_FOR])
    desks = {"structure": Role.STRUCTURE, "territory": Role.COORDONNATEUR, "national": Role.NATIONAL}
    return frozenset([desks[kind]])
