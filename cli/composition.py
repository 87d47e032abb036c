"""The wiring: from settings to a database, to the application, to what a process serves."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Connection

from application.application import Application, open_application
from application.files.store import FileStore
from application.hosting.database import Database, open_database
from application.hosting.settings import Settings, SettingsError, load_settings, with_secrets_from_files
from application.papers.logos import Logos
from application.proof.authenticity.accepting import accept_once, begin_at_start
from application.proof.authenticity.guard import EventGuard
from application.proof.authenticity.start import StartFile
from application.proof.checkpoints import are_stored
from application.proof.notes import SigningKey
from application.proof.public_keys import save_public_key
from application.proof.signer.naming import NAME_IT, log_name, name_first_log
from application.proof.signer_memory import KeyRetired, RememberingKey, SignerMemory, SigningRefused, with_key
from application.proof.signing import objection, take_up_key
from application.proof.stamping import Authority
from application.proof.witnessing.policy import BadPolicy, Policy, read_policy
from application.sign_in.accepting import SignIn
from application.sign_in.local import LocalSignIn
from application.signatures.signing import Signing
from application.signatures.site import Site
from eventstore.connections import reading_pool
from eventstore.log import head
from eventstore.vault import Vault
from projections.engine.generations import prepare
from projections.registry import projections
from projections.replicas.replicas import Replicas

if TYPE_CHECKING:
    from api.core.context import Services
    from application.sign_in.code_flow import CodeFlow

log = logging.getLogger(__name__)
Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's hold on everything that lives in the database."""

    settings: Settings
    database: Database
    application: Application

    @property
    def url(self) -> str:
        return self.database.url

    @contextmanager
    def connection(self) -> Iterator[Conn]:
        """Yield a separate connection, in autocommit mode."""
        with connect(self.url) as conn:
            yield conn


def sign_in_of(settings: Settings) -> SignIn:
    """Return the reader of tokens: the configured issuer's, or else our own."""
    if settings.oidc is None:
        return LocalSignIn(own_token_secret(settings))
    # Imported here: the embedded setup does not need it.
    from application.sign_in.issuer import Issuer
    from application.sign_in.oidc import OidcSignIn

    oidc = settings.oidc
    return OidcSignIn(Issuer(oidc.issuer), oidc.audience, oidc.claims, utc_now)


def code_flow_of(settings: Settings, sign_in: SignIn) -> CodeFlow | None:
    """Return what signs people in at the issuer, or None unless it knows these pages by a client."""
    if settings.oidc is None or settings.oidc.client_id is None:
        return None
    from application.sign_in.code_flow import CodeFlow
    from application.sign_in.issuer import Issuer

    oidc, site = settings.oidc, settings.public_url
    return CodeFlow(
        *(Issuer(oidc.issuer), sign_in, settings.oidc.client_id),
        back=f"{site}/connexion/retour",
        out=f"{site}/deconnexion",
        clock=utc_now,
        client_secret=oidc.client_secret,
        scope=oidc.scope,
    )


def own_token_secret(settings: Settings) -> str:
    """Return the secret that signs the embedded setup's tokens. Raises SettingsError if an issuer signs them."""
    if settings.token_secret is None:
        raise SettingsError("PARENTALITE_OIDC_ISSUER: tokens come from that issuer; this command makes none beside it")
    return settings.token_secret


def utc_now() -> datetime:
    return datetime.now(UTC)


def environment() -> Mapping[str, str]:
    """Return the environment, with secrets read from the files it names. Raises SettingsError."""
    return with_secrets_from_files(os.environ)


def settings_from_environment() -> Settings:
    """Raises SettingsError."""
    return load_settings(os.environ)


@contextmanager
def connect(url: str) -> Iterator[Conn]:
    with psycopg.connect(url, autocommit=True, application_name="parentalite") as conn:
        yield conn


@contextmanager
def open_everything(settings: Settings, *, protecting: bool = True) -> Iterator[Runtime]:
    """Open the database and the application, creating missing tables, keys and read models.

    Unless `protecting`, what keeps the log append-only is left as it is.

    Raises DatabaseUnavailable, or KeyRetired for a replaced checkpoint key. Does not found the database: see
    `application.founding`.
    """
    with (
        open_database(settings) as database,
        open_application(
            database.url,
            settings.master_key,
            settings.event_keys,
            settings.command_connections,
            protecting=protecting,
            signing=Signing(Site.at(settings.public_url), settings.signed_acts.roles, settings.signed_acts.acts),
        ) as application,
    ):
        with connect(database.url) as conn:
            check_master_key(conn, application.vault)
            prepare(conn, projections)
            _take_up_key(conn, database.url, settings)
        yield Runtime(settings, database, application)


def check_master_key(conn: Conn, vault: Vault) -> None:
    """Raises SettingsError unless the master key is the one that the personal data in the database need."""
    if not vault.fits(conn):
        raise SettingsError(
            "PARENTALITE_MASTER_KEY: not the key that the personal data in this database is encrypted with; "
            "set it to that key"
        )


def _take_up_key(conn: Conn, url: str, settings: Settings) -> None:
    """Make the configured key the signing one. If it may not sign now, that is told, and the site stays open.

    Raises KeyRetired.
    """
    key = signing_key(settings)
    # Where anything was recorded or signed, a person names the log, once: parentalite audit name-log.
    name_first_log(conn, key.memory)
    if settings.embedded:
        with connect(url) as tiles:
            accept_once(conn, tiles, event_guard(settings), key)
    try:
        take_up_key(conn, key)
        begin_at_start(conn, event_guard(settings), key)
    except KeyRetired:
        raise
    except SigningRefused as refused:
        log.warning("the log is not signed", extra={"reason": str(refused)})
    if settings.embedded:
        save_public_key(key.public, settings.home / "keys")


def authority_of(settings: Settings) -> Authority | None:
    """Return the time-stamping authority, if one is configured."""
    return None if settings.tsa is None else Authority(settings.tsa.url, settings.tsa.root)


def witness_policy(settings: Settings) -> Policy | None:
    """Return the policy that names witnesses and their quorum, if one is configured. Raises SettingsError."""
    if settings.witnesses is None:
        return None
    try:
        return read_policy(settings.witnesses.read_text(encoding="utf-8"))
    except (BadPolicy, OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"PARENTALITE_WITNESSES: {settings.witnesses} is no policy: {error}") from None


def logos_of(settings: Settings) -> Logos:
    return Logos(settings.logo, settings.partner_logos)


def signing_key(settings: Settings) -> RememberingKey:
    """Return the key that signs checkpoints, with its memory and its guard."""
    return RememberingKey.beside(settings.checkpoint_key, settings.memory, event_guard(settings))


def event_guard(settings: Settings) -> EventGuard:
    public = SigningKey.from_seed(settings.checkpoint_key).public
    return EventGuard(settings.event_keys, StartFile(settings.event_start_path), SignerMemory(settings.memory), public)


@dataclass(frozen=True, slots=True)
class Reading:
    """A database that is read alone."""

    url: str = field(repr=False)

    @contextmanager
    def connection(self) -> Iterator[Conn]:
        """Yield a separate connection, in autocommit mode, that cannot write."""
        with connect(self.url) as conn:
            conn.execute("SET default_transaction_read_only = on")
            yield conn


@contextmanager
def open_to_read(settings: Settings) -> Iterator[Reading]:
    """Open the database and create nothing. Raises DatabaseUnavailable."""
    with open_database(settings) as database:
        yield Reading(database.url)


def check_tables(conn: Conn) -> None:
    """Raise SettingsError if the tables beside the log are missing, or those of an older version."""
    if not are_stored(conn):
        raise SettingsError(
            "tables of this version are missing: any command that may write makes them, such as parentalite audit "
            "checkpoint"
        )


def check_signing(conn: Conn, settings: Settings) -> str | None:
    """Return why the log is not signed now, or None if it is. Raises KeyRetired for a replaced key."""
    try:
        if (record := SignerMemory(settings.memory).read()) is not None:
            with_key(record, SigningKey.from_seed(settings.checkpoint_key).public)
            if (why := objection(conn, record)) is not None:
                return why
            event_guard(settings).check(conn, record.size, head(conn))
    except KeyRetired:
        raise
    except SigningRefused as refused:
        return str(refused)
    return None if log_name(conn) else f"it has no name: {NAME_IT}"


def page_secret(settings: Settings) -> bytes:
    """Return what the forms of pages are guarded with: the same in all processes, and good for nothing else."""
    return hmac.new(settings.master_key, b"parentalite pages", "sha256").digest()


def api_services(opened: Runtime) -> Services:
    """Return what the API needs to answer; the API opens and closes the pool and the waiter itself."""
    # Imported here: Strawberry takes most of a second, which other commands should not pay.
    from api.core.context import Services
    from projections.engine.waiting import PositionWaiter
    from web.core.documents import by_digest

    trusted = opened.settings.trusted_documents
    sign_in = sign_in_of(opened.settings)
    return Services(
        application=opened.application,
        pool=reading_pool(opened.url, opened.settings.query_connections),
        waiter=PositionWaiter(opened.url, opened.application.memory),
        replicas=Replicas(
            opened.url,
            opened.settings.database_read_url,
            opened.settings.read_lag_seconds,
            opened.settings.query_connections,
        ),
        sign_in=sign_in,
        code_flow=code_flow_of(opened.settings, sign_in),
        wait_seconds=opened.settings.wait_seconds,
        clock=utc_now,
        files=FileStore(opened.settings.files),
        public_url=opened.settings.public_url,
        checkpoint_key=signing_key(opened.settings),
        logos=logos_of(opened.settings),
        authority=authority_of(opened.settings),
        witnesses=witness_policy(opened.settings),
        web=opened.settings.web,
        sms_secret=opened.settings.sms.secret if opened.settings.sms else None,
        checkpoint_seconds=opened.settings.checkpoint_seconds,
        local_webhooks=opened.settings.embedded,
        invitations_days=opened.settings.retention.invitations_days,
        trusted_documents=None if trusted is None else {**trusted, **by_digest()},
    )
