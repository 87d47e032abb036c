"""What PostgreSQL does for the statements inside of functions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.errors import Diagnostic

_SETTINGS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
}


@contextmanager
def nested(conn: Connection[Any]) -> Iterator[dict[str, dict[str, Any]]]:
    """The plans of all statements that are executed meanwhile, by their text. In the caller's transaction."""
    plans: dict[str, dict[str, Any]] = {}

    def note(diagnostic: Diagnostic) -> None:
        _, _, logged = (diagnostic.message_primary or "").partition("plan:\n")
        if logged:
            executed = json.loads(logged)
            plans[executed["Query Text"]] = executed["Plan"]

    conn.execute("LOAD 'auto_explain'")
    for name, value in _SETTINGS.items():
        conn.execute("SELECT set_config(%s, %s, true)", (name, value))
    conn.add_notice_handler(note)
    try:
        yield plans
    finally:
        conn.remove_notice_handler(note)
