"""The application wired: every use case, on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application import (
    accounts,
    animations,
    attendance_sheets,
    candidatures,
    contacts,
    controls,
    conventions,
    privacy,
    registrations,
    service_amendments,
    service_dossiers,
    stored_files,
    structures,
    typology,
    unreached,
    unsubscribing,
    words,
)
from application.bus import CommandBus, open_bus
from application.commands import Command, use_cases
from application.eventstore.connections import STARTING, commands_pool, connect
from application.eventstore.recorder import CommandRecorder, Outcome, open_recorder
from application.eventstore.sequence import put_right
from application.eventstore.vault import DDL as VAULT_DDL
from application.eventstore.vault import Vault
from application.notifications.tables import create_tables as create_notification_tables
from application.proof.checkpoints import create_tables as create_proof_tables
from application.scheduling import create_tables as create_job_tables
from application.signed_links import SignedLinks
from domain.actors import Actor

USE_CASES = use_cases(
    accounts.USE_CASES,
    conventions.USE_CASES,
    animations.USE_CASES,
    attendance_sheets.USE_CASES,
    service_dossiers.USE_CASES,
    stored_files.USE_CASES,
    service_amendments.USE_CASES,
    controls.USE_CASES,
    candidatures.USE_CASES,
    contacts.USE_CASES,
    structures.USE_CASES,
    unsubscribing.USE_CASES,
    registrations.USE_CASES,
    typology.USE_CASES,
    privacy.USE_CASES,
    unreached.USE_CASES,
    words.USE_CASES,
)

Pool = ConnectionPool[Connection[Any]]


@dataclass(frozen=True, slots=True)
class Application:
    """What people do. `pool` gives autocommit connections to the same database for reading."""

    bus: CommandBus
    pool: Pool
    vault: Vault
    recorder: CommandRecorder

    def held_on(self, subject: str) -> dict[str, Any]:
        """See `privacy.held_on`; `subject` as in `privacy.resolve_person`."""
        with self.pool.connection() as conn:
            return privacy.held_on(conn, self.vault, privacy.resolve_person(conn, self.bus.keyed, subject))

    @property
    def links(self) -> SignedLinks:
        return self.bus.keyed.links

    def execute(self, command: Command, actor: Actor, now: datetime) -> Outcome:
        """Carries out the command durably; raises DomainError and records nothing when it is refused."""
        return self.bus.execute(command, actor, now)

    def rehearse(self, command: Command, actor: Actor, now: datetime) -> None:
        """Raises DomainError where the command would be refused, before what it brings is looked at."""
        self.bus.rehearse(command, actor, now)

    def erase_person(self, subject: str, actor: Actor, now: datetime) -> list[UUID]:
        """See `privacy.erase_person`; `subject` as in `privacy.resolve_person`."""
        with self.pool.connection() as conn:
            people = privacy.resolve_person(conn, self.bus.keyed, subject)
            return privacy.erase_person(conn, self.execute, people, actor, now)


@contextmanager
def open_application(database_url: str, master_key: bytes, pool_size: int = 8) -> Iterator[Application]:
    """Opens the application on a database, its tables created where they are missing; closes its connections after."""
    pool = commands_pool(database_url, pool_size)
    with connect(database_url, "parentalite-tables", STARTING) as conn:
        # Processes that start at once would make the same tables at once, which PostgreSQL refuses; freed on closing.
        conn.execute("SELECT pg_advisory_lock(hashtext('parentalite.tables'))")
        recorder = open_recorder(database_url)
        put_right(conn)
        conn.execute(VAULT_DDL)
        create_proof_tables(conn)
        create_notification_tables(conn)
        create_job_tables(conn)
    with recorder.datastore, pool:
        vault = Vault(master_key)
        yield Application(open_bus(USE_CASES, recorder, pool, vault), pool, vault, recorder)
