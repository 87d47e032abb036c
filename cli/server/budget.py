"""How many connections to PostgreSQL the processes of a server take, at most, and whether it admits so many."""

from __future__ import annotations

import logging

from application.hosting.settings import Settings
from cli.composition import Conn
from cli.console import Refused

log = logging.getLogger("parentalite.serve")

#: The recorder's pool, of which one connection is in use at a time, unless works record beside commands.
RECORDING_CONNECTIONS = 4
#: The projector, renewer, notary, reactor, drawing, scheduler, deliverer; what is heard of them; and a job's own.
WORKING_CONNECTIONS = 9
#: At the primary, where replicas are named: its watch and, since its own node may be named or be promoted, that one's
#: watch and the two connections that its pool keeps.
REPLICA_CONNECTIONS = 4

_ADMITTED = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0),
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())"""


def connections(settings: Settings, servers: int, works: bool) -> int:
    """Return what so many serving processes take at most, one of them or a further one with the background work."""
    pools = settings.command_connections + RECORDING_CONNECTIONS
    watching = REPLICA_CONNECTIONS if settings.database_read_url else 0
    # One listens for the position of the read models.
    serving = servers * (settings.query_connections + pools + 1 + watching)
    optional = (settings.mail, settings.sms, settings.tsa, settings.witnesses)
    working = WORKING_CONNECTIONS + sum(each is not None for each in optional) + (pools if servers != 1 else 0)
    return serving + (working if works else 0)


def check_connections(conn: Conn, settings: Settings, servers: int, works: bool) -> None:
    """Raise Refused if PostgreSQL cannot admit what this server takes, and tell if others leave too few."""
    needed = connections(settings, servers, works)
    row = conn.execute(_ADMITTED).fetchone()
    assert row is not None
    admitted, used = row
    if needed > admitted:
        raise Refused(
            f"this takes up to {needed} connections, and PostgreSQL admits {admitted} (max_connections): raise that, "
            "or lower PARENTALITE_QUERY_CONNECTIONS, PARENTALITE_COMMAND_CONNECTIONS or --workers"
        )
    if needed + used > admitted:
        log.warning("few connections are left", extra={"needed": needed, "admitted": admitted, "used": used})
