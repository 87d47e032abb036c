"""The address of PostgreSQL, with what finds the primary among several hosts and bounds the waits for a dead one."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

#: Per host: a frozen one accepts connections and answers nothing.
_CONNECT_SECONDS = 3
#: libpq parameters: give up a peer that acknowledges nothing for so long.
LIVELINESS = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def bounded(database_url: str) -> str:
    """Return the address with bounds for each wait, and with only the primary admitted if it names several hosts.

    What the address says itself stays.
    """
    return make_conninfo(database_url, **additions(database_url))


def additions(database_url: str) -> dict[str, Any]:
    """Return the parameters that `bounded` adds."""
    parameters = conninfo_to_dict(database_url)
    added: dict[str, Any] = dict(LIVELINESS)
    if len(hosts(database_url)) > 1:
        added["target_session_attrs"] = "read-write"
        # The hosts are tried one after another.
        added["connect_timeout"] = 2
    return {name: value for name, value in added.items() if name not in parameters}


def hosts(database_url: str) -> list[str]:
    """Return the hosts that the address names."""
    return str(conninfo_to_dict(database_url).get("host", "")).split(",")
