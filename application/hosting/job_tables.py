"""The tables of the scheduler's runs and failures, and of how far jobs that follow the log have read it."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from eventstore.sessions.ddl import create_missing

_DDL = """
CREATE TABLE IF NOT EXISTS job_runs (
    job text PRIMARY KEY,
    first_run_at timestamptz NOT NULL,
    last_run_at timestamptz NOT NULL,
    runs bigint NOT NULL,
    did bigint NOT NULL,
    did_last bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS job_failures (
    job text PRIMARY KEY,
    since timestamptz NOT NULL,
    failed_at timestamptz NOT NULL,
    failures integer NOT NULL,
    reason text NOT NULL
);
CREATE TABLE IF NOT EXISTS job_positions (
    job text PRIMARY KEY,
    position bigint NOT NULL
)"""


def create_tables(conn: Connection[Any]) -> None:
    create_missing(conn, _DDL)
