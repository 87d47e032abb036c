"""What an operator configures by environment variables: one class for each group, one field for each variable.

`docs/reference/configuration.md` is written from it. An empty value counts as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import platformdirs
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from application.hosting import setting_values as values
from application.hosting.kept_secrets import lost, read_secret
from application.hosting.setting_groups import (
    Group,
    MailSettings,
    OidcSettings,
    RetentionSettings,
    SmsSettings,
    TimeStampSettings,
    WebSettings,
)
from eventstore.authenticators import EventKeys

CHECKPOINT_KEY_FILE, SIGNER_MEMORY_FILE = "checkpoint-key", "signer-memory.json"
EVENT_KEY_FILE, EVENT_START_FILE, ERASURES_FILE = "event-key", "event-start", "erasures.jsonl"


class SettingsError(Exception):
    """Variables are missing or wrong: a line for each, for the person who sets it, with what is accepted."""


class Settings(Group):
    """The database, folders, secrets, and how a process works."""

    database_url: str | None = Field(None, validation_alias="DATABASE_URL", repr=False)
    """`postgresql://user:password@host:5432/name`, PostgreSQL 14 or later; several hosts may be named. Without it the
    embedded PostgreSQL is used."""
    database_read_url: values.DatabaseUrls = Field((), validation_alias="DATABASE_READ_URL", repr=False)
    """Streaming replicas of that database, addresses with commas between them, that answer what only reads. Without it
    the primary answers all."""
    read_lag_seconds: float = Field(5, ge=1, le=300)
    """How old what a replica answers may be, in seconds, rights and mandates included. What none may answer, the
    primary does."""
    query_connections: int = Field(16, ge=2, le=500)
    """Most connections to PostgreSQL for what reads, of each serving process and to each database that answers it."""
    command_connections: int = Field(8, ge=2, le=500)
    """Most connections for commands, of each process; four more record them."""
    home: values.Folder
    """Folder of the embedded database, keys and stored files. Without it `parentalite` in the user's data."""
    files: values.Folder
    """Folder of signed sheets, shared by all servers. Without it `files` in `PARENTALITE_HOME`."""
    oidc: OidcSettings | None = None
    token_secret: values.TokenSecret | None = Field(None, repr=False, validate_default=True)
    """Signs bearer tokens where no issuer does, 32 characters or more. The embedded setup makes it, and keeps it in
    `keys`."""
    master_key: values.Key = Field(repr=False)
    """Wraps personal keys, base64 of 32 bytes. The embedded setup makes it, and keeps it in `keys`."""
    event_key: values.EventKey | None = Field(None, repr=False)
    """Authenticates each event that is recorded (HMAC-SHA256), base64 of 32 bytes; after it, with spaces between,
    earlier keys as `KEY@POSITION`, the last position that each authenticates. Without it, a key that follows from the
    master key; the embedded setup reads it from `keys/event-key` where that file is."""
    event_start: values.MemoryFile | None = None
    """File that tells where authenticators begin, in a log that holds events of before; for all processes. Without it
    `keys/event-start` in `PARENTALITE_HOME`."""
    checkpoint_key: values.Key = Field(repr=False)
    """Signs checkpoints (Ed25519), base64 of 32 bytes. The embedded setup makes it, and keeps it in `keys`."""
    signer_memory: values.MemoryFile | None = None
    """File of what the checkpoint key has signed, kept beside the key and out of the database; one for all processes.
    Without it `keys/signer-memory.json` in `PARENTALITE_HOME`."""
    wal_archive: values.Folder | None = None
    """Folder in which the embedded PostgreSQL archives its write-ahead log within a minute, compressed: with a backup
    it restores any position since. Of one database alone. Without it nothing is archived; another PostgreSQL is told
    by its own `archive_command`."""
    checkpoint_seconds: float = Field(600, ge=1, le=86_400)
    """Longest time between checkpoints, in seconds."""
    round_minutes: float = Field(60, ge=1, le=1_440)
    """Time within which the notary, in rounds, compares every signed event with what was signed, in minutes."""
    check_hour: int = Field(2, ge=0, le=23)
    """Hour of the day (UTC) at which the whole log is judged and every read model compared with it."""
    tsa: TimeStampSettings | None = None
    witnesses: values.TextFile | None = None
    """A policy (C2SP tlog-policy): the witnesses to ask for cosignatures after each checkpoint, by their URLs, and the
    quorum with which a certification is final. Without it nobody is asked."""
    wait_seconds: float = Field(5, ge=0, le=60)
    """Longest wait for `Min-Position`, in seconds."""
    leave_seconds: float = Field(0, ge=0, le=300)
    """How long a server that was told to stop (SIGTERM) goes on answering while `/ready` says no, in seconds: until
    its balancer has noticed."""
    log_level: values.LogLevel = "INFO"
    """How much the logs tell."""
    public_url: values.PublicUrl = "http://127.0.0.1:8000"
    """Address of the site, as links and QR codes lead to it; needed to send e-mails. Without it the address that is
    served."""
    reminder_days: float = Field(2, ge=0, le=30)
    """Registrants are reminded so many days before an animation; 0 reminds nobody."""
    signed_acts: values.SignedActs = values.SigningRoles()
    """Roles whose acts that move money are refused without their own signature (passkey), with commas between them:
    `structure`, `coordonnateur`, `national`; with `conventionSign` beside them, that act of theirs too. Without it each
    may sign, and need not. The log tells each change."""
    trusted_documents: values.Documents | None = None
    """The only GraphQL documents that are answered, a file of `parentalite documents`. Without it any is."""
    logo: values.LogoFile | None = None
    """Logo of the national team on papers: a file .svg, .png or .jpg. Without it its place is drawn."""
    partner_logos: values.LogoFiles = ()
    """Logos of the partners at the foot of papers: files .svg, .png or .jpg, with commas between them."""
    web: WebSettings = WebSettings()
    mail: MailSettings | None = None
    sms: SmsSettings | None = None
    retention: RetentionSettings = RetentionSettings()

    @field_validator("token_secret")
    @classmethod
    def _is_signed_by_one(cls, value: str | None, info: ValidationInfo) -> str | None:
        match info.data:
            case {"oidc": None} if value is None:
                raise ValueError(_NEEDED["PARENTALITE_TOKEN_SECRET"])
            case {"oidc": OidcSettings()} if value is not None:
                raise ValueError("of no use beside PARENTALITE_OIDC_ISSUER; unset one of them")
        return value

    @property
    def event_keys(self) -> EventKeys:
        """Return the keys that authenticate events: those configured, or the one that follows from the master key."""
        return self.event_key or EventKeys.derived(self.master_key)

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used, since no other one was named."""
        return self.database_url is None

    @property
    def memory(self) -> Path:
        """Return the file of what the checkpoint key has signed."""
        return self.signer_memory or self.home / "keys" / SIGNER_MEMORY_FILE

    @property
    def erasures(self) -> Path:
        """Return the file that lists destroyed keys outside of the database, beside what the signing key remembers."""
        return self.memory.with_name(ERASURES_FILE)

    @property
    def event_start_path(self) -> Path:
        """Return the file of where authenticators begin; there need be none."""
        return self.event_start or self.home / "keys" / EVENT_START_FILE

    @property
    def public_url_named(self) -> bool:
        return "public_url" in self.model_fields_set

    def served_at(self, address: str) -> Settings:
        """Return these settings with the address that is served, unless another one is named: no link leads nowhere."""
        return self if self.public_url_named else self.model_copy(update={"public_url": address})


def _groups() -> Iterator[tuple[str, type[Group]]]:
    for name, field in Settings.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, Group):
                yield name, kind


def variables_of(group: type[Group]) -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield key, variable and field of each of the group's variables; the key is what pydantic calls it by."""
    for name, field in group.model_fields.items():
        if name not in GROUPS or group is not Settings:
            alias = field.validation_alias
            yield str(alias or name), str(alias or f"{group.model_config['env_prefix']}{name}").upper(), field


GROUPS = dict(_groups())
_BY_PLACE: dict[tuple[int | str, ...], tuple[str, FieldInfo]] = {
    (key,): (variable, field) for key, variable, field in variables_of(Settings)
} | {(name, key): (variable, field) for name, group in GROUPS.items() for key, variable, field in variables_of(group)}
#: Every variable that is read.
VARIABLES = dict(_BY_PLACE.values())
#: Variables whose value may stand in a file instead, named by the variable with `_FILE`.
SECRETS = (*(variable for variable, field in VARIABLES.items() if not field.repr), "PARENTALITE_NEW_MASTER_KEY")
_KEYS = dict.fromkeys((f"PARENTALITE_{name}_KEY" for name in ("MASTER", "CHECKPOINT")), values.MAKE_A_KEY)
_NEEDED = {
    variable: f"needed together with DATABASE_URL; {how}"
    for variable, how in {"PARENTALITE_TOKEN_SECRET": values.MAKE_A_TOKEN_SECRET, **_KEYS}.items()
}


def with_secrets_from_files(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables with each secret that a file holds in its place. Raises SettingsError."""
    secrets: dict[str, str] = {}
    for name in SECRETS:
        if not (path := variables.get(f"{name}_FILE")):
            continue
        if variables.get(name):
            raise SettingsError(f"{name}_FILE: {name} is set too; one of them is enough")
        try:
            secrets[name] = read_secret(Path(path).expanduser())
        except ValueError as error:
            raise SettingsError(f"{name}_FILE: {error}") from None
    return {**variables, **secrets}


def home_in(variables: Mapping[str, str]) -> Path:
    """Return the home folder, and make nothing in it. Raises SettingsError."""
    try:
        return values.existing_folder(
            Path(Settings.named_in(variables).get("home") or platformdirs.user_data_path("parentalite"))
        )
    except ValueError as error:
        # Nothing is made in a home that is not as it should be.
        raise SettingsError(f"PARENTALITE_HOME: {error}") from None


def load_settings(variables: Mapping[str, str]) -> Settings:
    """Return the settings that `variables` describe. On first use of the embedded setup, makes and keeps its secrets.

    Raises SettingsError, with a line for everything that is missing or wrong.
    """
    variables = with_secrets_from_files(variables)
    fields = Settings.named_in(variables)
    fields |= {name: named for name, group in GROUPS.items() if (named := group.named_in(variables))}
    home = home_in(variables)
    defaults = {"home": home, "files": home / "files"}
    if "DATABASE_URL" not in fields:
        keys = home / "keys"
        if "master_key" not in fields and (problem := lost(keys / "master-key", home / "postgres")):
            raise SettingsError(f"PARENTALITE_MASTER_KEY: {problem}")
        files = {"master_key": "master-key", "checkpoint_key": CHECKPOINT_KEY_FILE}
        files |= {"event_key": EVENT_KEY_FILE} if (keys / EVENT_KEY_FILE).exists() else {}
        defaults |= {field: keys / file for field, file in files.items()}
        defaults |= {} if "oidc" in fields else {"token_secret": keys / "token-secret"}
    try:
        return Settings(**(defaults | fields))
    except ValidationError as error:
        raise SettingsError("\n".join(_line(problem) for problem in error.errors(include_url=False))) from None


def _line(problem: ErrorDetails) -> str:
    """Say what is wrong, after the name of the variable."""
    variable, field = _BY_PLACE[problem["loc"][:2]]
    match problem:
        case {"ctx": {"error": reason}}:
            return f"{variable}: {reason}"
        case {"type": "missing"} if variable in _NEEDED:
            return f"{variable}: {_NEEDED[variable]}"
        case {"type": "missing", "loc": (group, _), "input": named}:
            others = ", ".join(_BY_PLACE[group, name][0] for name in named)
            return f"{variable}: needed together with {others}. {description(field)}"
        case {"type": "string_too_short", "ctx": {"min_length": shortest}}:
            return f"{variable}: {shortest} characters or more are needed; {values.MAKE_A_TOKEN_SECRET}"
    return f"{variable}: {accepted(field)} is needed, not {problem['input']!r}"


def description(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def accepted(field: FieldInfo) -> str:
    """Say which numbers or words the field accepts; nothing where any is."""
    bounds = [getattr(limit, end) for end in ("ge", "le") for limit in field.metadata if hasattr(limit, end)]
    if bounds:
        return "a {}number from {} to {}".format("whole " if field.annotation is int else "", *bounds)
    words = [word for word in get_args(field.annotation) if isinstance(word, str)]
    return f"one of {', '.join(words)}" if words else ""


def checked_key(variable: str, value: str) -> bytes:
    """Return the 32 bytes of a key as it is configured. Raises SettingsError."""
    try:
        return values.decoded_key(value)
    except ValueError as error:
        raise SettingsError(f"{variable}: {error}") from None
