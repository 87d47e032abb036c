"""Build the application from its parts: every use case, on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application import (
    action_groups,
    animation_requests,
    attendance,
    candidatures,
    controls,
    conventions,
    passkeys,
    registrations,
    reminders,
    school_projects,
    structures,
    typology,
    volunteers,
)
from application.accounts import commands as accounts
from application.accounts import invitations
from application.animations import attendance_sheets, importing, several
from application.animations import commands as animations
from application.commanding.attempts import create_tables as create_attempt_tables
from application.commanding.bus import CommandBus, open_bus
from application.commanding.commands import Command, use_cases
from application.commanding.signed_links import SignedLinks
from application.commanding.speakers import DDL as SPEAKERS_DDL
from application.contacts import commands as contacts
from application.drafts import create_tables as create_draft_tables
from application.files import expiry as stored_files
from application.hosting.job_tables import create_tables as create_job_tables
from application.logos import commands as logos
from application.notifications import refused_letters as unreached
from application.notifications import unsubscribing
from application.notifications.subscriptions import STAFF_INDEX
from application.notifications.tables import create_tables as create_notification_tables
from application.people import erasing as privacy
from application.people import finding, index, words
from application.people.exporting import export_person
from application.people.index import DDL as PEOPLE_INDEX_DDL
from application.people.names import names_of
from application.proof import log_checks, restorations, signing_rules
from application.proof.checkpoints import CHECKPOINTS
from application.proof.checkpoints import create_tables as create_proof_tables
from application.proof.completeness import committing as proof_map
from application.proof.completeness.stored_map import create_tables as create_map_tables
from application.publications import commands as publications
from application.satisfaction import commands as satisfaction
from application.satisfaction.tables import create_tables as create_questionnaire_tables
from application.schools import commands as schools
from application.service_dossiers import amendments as service_amendments
from application.service_dossiers import commands as service_dossiers
from application.service_dossiers import discarding, withdrawal
from application.signatures.acts import Act
from application.signatures.registrations import Challenges
from application.signatures.signing import Signing
from application.strategies import commands as strategies
from application.texting.tables import create_tables as create_texting_tables
from application.webhooks import commands as webhooks
from application.webhooks.tables import INDEX as WEBHOOKS_INDEX
from application.webhooks.tables import create_tables as create_webhook_tables
from domain.kernel.actors import Actor
from domain.kernel.rights import Action, Scope, out_of_reach, reaches_own, scope_of
from eventstore.authenticators import EventKeys
from eventstore.connections import INDEXING, STARTING, commands_pool, connect, recorder_pool
from eventstore.identities import DDL as IDENTITIES_DDL
from eventstore.leasing.leases import DDL as LEASES_DDL
from eventstore.leasing.leases import writing_on
from eventstore.locks import Lock, acquire
from eventstore.log_table import LOG, index_log, index_stamps, log_exists, protect, read_stamps
from eventstore.recorder import CommandRecorder, open_recorder
from eventstore.recording.batches import Outcome
from eventstore.records import Recorded
from eventstore.sequence import put_right
from eventstore.sessions.ddl import create_missing
from eventstore.sessions.log_memory import LogMemory
from eventstore.vault import DDL as VAULT_DDL
from eventstore.vault import Vault

USE_CASES = use_cases(
    accounts.USE_CASES,
    invitations.USE_CASES,
    conventions.USE_CASES,
    animations.USE_CASES,
    animation_requests.USE_CASES,
    attendance_sheets.USE_CASES,
    several.USE_CASES,
    importing.USE_CASES,
    service_dossiers.USE_CASES,
    stored_files.USE_CASES,
    proof_map.USE_CASES,
    log_checks.USE_CASES,
    restorations.USE_CASES,
    signing_rules.USE_CASES,
    service_amendments.USE_CASES,
    discarding.USE_CASES,
    withdrawal.USE_CASES,
    controls.USE_CASES,
    candidatures.USE_CASES,
    contacts.USE_CASES,
    schools.USE_CASES,
    strategies.USE_CASES,
    school_projects.USE_CASES,
    action_groups.USE_CASES,
    structures.USE_CASES,
    logos.USE_CASES,
    webhooks.USE_CASES,
    unsubscribing.USE_CASES,
    registrations.USE_CASES,
    attendance.USE_CASES,
    reminders.USE_CASES,
    typology.USE_CASES,
    satisfaction.USE_CASES,
    publications.USE_CASES,
    passkeys.USE_CASES,
    privacy.USE_CASES,
    unreached.USE_CASES,
    words.USE_CASES,
    volunteers.USE_CASES,
)

Pool = ConnectionPool[Connection[Any]]


@dataclass(frozen=True, slots=True)
class Application:
    """Execute commands, and export or erase a person's data. `pool` gives autocommit connections for reading."""

    bus: CommandBus
    pool: Pool
    vault: Vault
    recorder: CommandRecorder
    event_keys: EventKeys

    def export_person(self, subject: str) -> dict[str, Any]:
        """Return everything held on a person; `subject` is whatever identifies them (see `people.finding`)."""
        with self.pool.connection() as conn:
            matches = finding.find(conn, self.vault, self.bus.keyed, subject)
            return export_person(conn, self.vault, self.bus.keyed, matches)

    def export_own(self, actor: Actor) -> dict[str, Any]:
        """Return everything held on the actor. Raise FORBIDDEN for whoever is nobody in particular."""
        with self.pool.connection() as conn:
            return export_person(conn, self.vault, self.bus.keyed, self._own(conn, None, actor))

    def export_linked(self, stream: UUID, thing: UUID) -> dict[str, Any]:
        """Return what is held of one registration or candidature, and nothing else of whose it is."""
        with self.pool.connection() as conn:
            return export_person(conn, self.vault, self.bus.keyed, finding.find_linked(conn, stream, thing))

    @property
    def memory(self) -> LogMemory:
        """The process's memory of the log."""
        return self.bus.memory

    @property
    def links(self) -> SignedLinks:
        return self.bus.keyed.links

    @property
    def challenges(self) -> Challenges:
        """Makes challenges for the registration of passkeys."""
        return Challenges(self.links.key)

    def execute(self, command: Command, actor: Actor, now: datetime) -> Outcome:
        """Execute the command durably. Raises DomainError and records nothing if it is refused."""
        return self.bus.execute(command, actor, now)

    def rehearse(self, command: Command, actor: Actor, now: datetime) -> list[Recorded]:
        """Return what the command would record. Raise DomainError if it would be refused now. Record nothing."""
        return self.bus.rehearse(command, actor, now)

    def unsigned(self) -> Application:
        """Return the application to which nobody has to sign: a demonstration is made up for people without devices."""
        signing = replace(self.bus.signing, required_of=frozenset())
        return replace(self, bus=replace(self.bus, signing=signing))

    def act(self, command: Command, actor: Actor, now: datetime, expires_at: datetime) -> Act:
        """Return what the actor signs of the command. Raises DomainError if it would be refused now."""
        return self.bus.act(command, actor, now, expires_at)

    def erase_person(self, subject: str, actor: Actor, now: datetime) -> list[UUID]:
        """Like `erase`, but return the ids of what was erased."""
        return [thing for _, thing in self.erase(subject, actor, now).things]

    def index_people(self) -> int:
        """Bring the index of people up to date (see `people.index`). Return the number of events read."""
        with writing_on(self.pool) as conn:
            return index.catch_up(conn, self.vault, self.bus.keyed)

    def erase(self, subject: str | None, actor: Actor, now: datetime) -> privacy.ErasureReport:
        """Destroy everything held on the person `subject` identifies (see `people.finding`), or on the actor themself.

        Raises FORBIDDEN if the actor may not erase that person, even if no such person exists.
        """
        keyed = self.bus.keyed
        with self.pool.connection() as conn:
            if subject is not None and scope_of(actor, Action.PERSON_ERASE) is Scope.ANYWHERE:
                matches = finding.find(conn, self.vault, keyed, subject)
                names = names_of(conn, self.vault, matches.pairs.keys())
            else:
                matches, names = self._own(conn, subject, actor), []
            report = privacy.erase_matches(conn, self.execute, keyed, matches, actor, now)
            return replace(report, names=names)

    def _own(self, conn: Connection[Any], subject: str | None, actor: Actor) -> finding.Matches:
        """Return all that is held on the actor. Raise FORBIDDEN if `subject` names anything else."""
        if actor.person_id is None or not reaches_own(Action.PERSON_ERASE):
            raise out_of_reach(actor, Action.PERSON_ERASE)
        own = finding.find_own(conn, self.bus.keyed, actor.person_id, actor.subject)
        own_ids = {str(own_id) for pair in own.pairs for own_id in pair} | {str(actor.person_id)}
        if subject is not None and subject.strip().lower() not in own_ids:
            raise out_of_reach(actor, Action.PERSON_ERASE)
        return own


@contextmanager
def open_application(
    database_url: str,
    master_key: bytes,
    event_keys: EventKeys | None = None,
    pool_size: int = 8,
    *,
    signing: Signing | None = None,
    protecting: bool = True,
) -> Iterator[Application]:
    """Open the application on a database, creating missing tables; close its connections at the end.

    Without `event_keys` the key that follows from the master key authenticates events. Unless it only looks
    (`protecting`), also create what keeps the log append-only, and indexes of it. Raises NotOwner.
    """
    event_keys = event_keys or EventKeys.derived(master_key)
    memory = LogMemory()
    pool = commands_pool(database_url, pool_size, memory.look)
    with connect(database_url, "parentalite-tables", STARTING) as conn:
        # PostgreSQL refuses concurrent CREATE TABLE IF NOT EXISTS of the same table. Closing `conn` releases the lock.
        acquire(conn, Lock.TABLES)
        is_new = not log_exists(conn)
        recorder = open_recorder(conn, recorder_pool(database_url, 2, memory.look), event_keys)
        _create_tables(conn)
        if protecting or is_new:
            protect(conn, LOG, CHECKPOINTS, new=is_new)
    if protecting or is_new:
        with connect(database_url, "parentalite-indexes", INDEXING) as conn:
            index_stamps(conn)
    with recorder.datastore, pool:
        vault = Vault(master_key)
        bus = open_bus(USE_CASES, recorder, pool, vault, signing or Signing(), memory)
        yield Application(bus, pool, vault, recorder, event_keys)


def _create_tables(conn: Connection[Any]) -> None:
    """Create the tables that are missing beside the log, and what finds events in it."""
    put_right(conn)
    create_missing(conn, VAULT_DDL)
    create_missing(conn, IDENTITIES_DDL)
    create_missing(conn, PEOPLE_INDEX_DDL)
    create_missing(conn, SPEAKERS_DDL)
    create_missing(conn, LEASES_DDL)
    read_stamps(conn)
    index_log(conn, "stored_events_controls", controls.INDEX)
    index_log(conn, "stored_events_school_staff", STAFF_INDEX)
    index_log(conn, "stored_events_webhooks", WEBHOOKS_INDEX)
    create_proof_tables(conn)
    create_map_tables(conn)
    create_notification_tables(conn)
    create_texting_tables(conn)
    create_webhook_tables(conn)
    create_job_tables(conn)
    create_questionnaire_tables(conn)
    create_draft_tables(conn)
    create_attempt_tables(conn)
