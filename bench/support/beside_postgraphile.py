"""PostGraphile 5 under Node 24, both from npm, on the same read tables of the same database."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs
import psycopg
from psycopg import sql

from bench.support.servers import free_port, until_it_answers

POSTGRAPHILE, NODE = "postgraphile@5.1.5", "node@24.21.0"
CACHE = platformdirs.user_cache_path("parentalite-bench") / "postgraphile"
_SERVER = Path(__file__).parent / "postgraphile" / "server.mjs"

#: PostGraphile's smart comments on each table: its name, and its relations.
_COMMENTS = {
    "animations": "@name animations\n@foreignKey (structure_id) references read_models.{structures} (structure_id)"
    "|@fieldName structure\n@foreignKey (territory) references read_models.{territories} (code)|@fieldName territoryOf",
    "structures": "@name structures",
    "territories": "@name territories",
    "terms": "@name terms",
    "audit_trail": "@name audit_trail\n@foreignKey (structure_id) references read_models.{structures} (structure_id)"
    "|@fieldName structure|@foreignFieldName timeline",
}
#: Hides tables of former generations and tables not needed; drops functions of former runs.
_HIDE_ALL = """
DO $$ DECLARE tab regclass; func regprocedure; BEGIN
FOR tab IN SELECT oid FROM pg_class WHERE relnamespace = 'read_models'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('COMMENT ON TABLE %s IS %L', tab, '@behavior -*' || chr(10) || '@name hidden_' || tab::oid);
END LOOP;
FOR func IN SELECT oid FROM pg_proc WHERE pronamespace = 'read_models'::regnamespace LOOP
    EXECUTE format('DROP FUNCTION %s', func);
END LOOP;
END $$"""
#: Computed columns: the ordered terms of an animation's themes, and the event of an audit entry.
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION read_models.{animations}_theme_terms(a read_models.{animations})
RETURNS SETOF read_models.{terms} LANGUAGE sql STABLE AS $$
SELECT t.* FROM unnest(a.themes) WITH ORDINALITY AS x(code, place)
JOIN read_models.{terms} t ON t.kind = 'THEME' AND t.code = x.code ORDER BY x.place $$;
COMMENT ON FUNCTION read_models.{animations}_theme_terms IS E'@behavior -connection +list';
CREATE OR REPLACE FUNCTION read_models.{audit_trail}_state(t read_models.{audit_trail})
RETURNS json LANGUAGE sql STABLE AS $$
SELECT convert_from(e.state, 'UTF8')::json FROM stored_events e WHERE e.notification_id = t.position $$;
COMMENT ON FUNCTION read_models.{audit_trail}_state IS E'@fieldName state';
"""


def install() -> Path:
    """Return the folder where npm installed both, installing them once. Raises SystemExit if there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("bench-graphql needs npm, to install PostGraphile and Node 24 (apt install npm)")
    if not (CACHE / "node_modules" / "node" / "bin" / "node").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text('{"private": true}')
        command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", POSTGRAPHILE, NODE]
        subprocess.run(command, cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
    return CACHE


def describe_tables(url: str, tables: Mapping[str, str]) -> None:
    """Name the live tables and declare their relations, since they have no foreign keys."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(_HIDE_ALL)
        for relation, comment in _COMMENTS.items():
            table = sql.Identifier("read_models", tables[relation])
            conn.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, comment.format(**tables)))
        conn.execute(_FUNCTIONS.format(**tables).encode())


@contextmanager
def postgraphile(url: str, tables: Mapping[str, str]) -> Iterator[str]:
    """Yield the URL of PostGraphile's GraphQL endpoint, while it runs."""
    folder = install()
    describe_tables(url, tables)
    # Node looks for packages beside the script.
    script = Path(shutil.copy(_SERVER, folder))
    port = free_port()
    environment = os.environ | {"GRAPHILE_ENV": "production", "NODE_ENV": "production"}
    process = subprocess.Popen(
        [folder / "node_modules" / "node" / "bin" / "node", script, url, str(port)], cwd=folder, env=environment
    )
    try:
        address = f"http://127.0.0.1:{port}/graphql"
        until_it_answers(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()
