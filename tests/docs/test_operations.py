"""docs/operations.md is true: the rights that it gives to a role are enough."""

from __future__ import annotations

import re

import psycopg
from psycopg import sql

from application.founding import found_database
from application.hosting.database import temporary_database
from application.hosting.settings import Settings
from cli.composition import open_everything, utc_now
from projections.engine.rebuild import rebuild
from tests.support.pages import Page
from tests.support.server import MASTER_KEY, TOKEN_SECRET
from tests.support.world import EVENT_KEYS

OPERATIONS = Page("docs/operations.md")


def test_the_rights_given_are_enough_to_run_and_rebuild(server_url: str, worker_id: str, tmp_path):
    grants = OPERATIONS.blocks("sql")[0]
    name = f"operations_{worker_id}"
    with temporary_database(server_url, name) as url, psycopg.connect(url, autocommit=True) as conn:
        role = sql.Identifier(name)
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        try:
            conn.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
            conn.execute(re.sub(r"\bparentalite\b", name, grants).encode())
            own_url = url.replace("postgres@", f"{name}@")
            settings = Settings(
                home=tmp_path,
                database_url=own_url,
                token_secret=TOKEN_SECRET,
                master_key=MASTER_KEY,
                event_key=EVENT_KEYS,
                checkpoint_key=MASTER_KEY,
                files=tmp_path / "files",
            )
            with open_everything(settings) as opened:
                found_database(opened.application, utc_now())
                assert rebuild(own_url, MASTER_KEY, []) > 0
            with open_everything(settings):
                pass
        finally:
            conn.execute(sql.SQL("DROP OWNED BY {}").format(role))
            conn.execute(sql.SQL("DROP ROLE {}").format(role))
