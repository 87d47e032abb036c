"""What is configured from outside, read once from the environment.

| Variable                         | Default                          | Meaning                                      |
|----------------------------------|----------------------------------|----------------------------------------------|
| `DATABASE_URL`                   | the embedded PostgreSQL          | postgresql://user:password@host/name, 14+    |
| `PARENTALITE_HOME`               | `parentalite` in the user's data | Folder of embedded database, keys, files     |
| `PARENTALITE_TOKEN_SECRET`       | embedded: made, kept in `keys`   | Signs bearer tokens, 32 characters or more   |
| `PARENTALITE_OIDC_ISSUER`        | none: tokens are signed here     | Address of the OpenID Connect issuer         |
| `PARENTALITE_OIDC_AUDIENCE`      | none; needed with an issuer      | What its access tokens call this API         |
| `PARENTALITE_OIDC_CLAIMS`        | its claims have our names        | Which claims say what, a JSON file           |
| `PARENTALITE_MASTER_KEY`         | embedded: made, kept in `keys`   | Wraps personal keys, base64 of 32 bytes      |
| `PARENTALITE_CHECKPOINT_KEY`     | embedded: made, kept in `keys`   | Signs checkpoints, base64 of 32 bytes        |
| `PARENTALITE_CHECKPOINT_SECONDS` | `600`                            | Longest time between checkpoints, 1 to 86400 |
| `PARENTALITE_TSA_URL`            | none                             | Time-stamping authority (RFC 3161)           |
| `PARENTALITE_TSA_ROOT`           | none                             | Its root certificates, a PEM file            |
| `PARENTALITE_WAIT_SECONDS`       | `5`                              | Longest wait for Min-Position, 0 to 60 s     |
| `PARENTALITE_REGISTRANTS_DAYS`   | `90`                             | How long registrants' data are kept, 1-3650  |
| `PARENTALITE_CANDIDATURES_MONTHS`| `12`                             | … and those of ended candidatures, 1 to 120  |
| `PARENTALITE_VOLUNTEERS_MONTHS`  | `36`                             | … of volunteers after their last step, 1-240 |
| `PARENTALITE_INVITATIONS_DAYS`   | `30`                             | … of those invited, 1 to 3650                |
| `PARENTALITE_CONTACTS_MONTHS`    | `36`                             | … of structures' contacts, 1 to 240          |
| `PARENTALITE_SCANS_MONTHS`       | `60`                             | Signed sheets and pieces after payment, 1-360|
| `PARENTALITE_READY_LAG_SECONDS`  | `30`                             | Longest lag with which `/ready` says yes     |
| `PARENTALITE_REQUESTS_PER_MINUTE`| `6000`                           | Limit for each client and token, 0 for none  |
| `PARENTALITE_REGISTRATIONS_PER_MINUTE` | `60`                       | … for each client and animation              |
| `PARENTALITE_SOCKETS_PER_ADDRESS`| `200`                            | WebSockets and streams at once, 0 for none   |
| `PARENTALITE_TRUSTED_PROXIES`    | none                             | Proxies whose X-Forwarded-For is believed    |
| `PARENTALITE_CORS_ORIGINS`       | none                             | Sites whose pages may ask                    |
| `PARENTALITE_TRUSTED_DOCUMENTS`  | none: any is answered            | The only GraphQL documents that are, a file  |
| `PARENTALITE_METRICS_TOKEN`      | none: /metrics for this machine  | Bearer token that reads /metrics             |
| `PARENTALITE_SMTP_URL`           | none: no e-mail is sent          | smtp:// or smtps://user:password@host:port   |
| `PARENTALITE_MAIL_FROM`          | none; needed with a mail server  | The address that e-mails come from           |
| `PARENTALITE_LOG_LEVEL`          | `INFO`                           | DEBUG, INFO, WARNING, ERROR, CRITICAL        |
| `PARENTALITE_FILES`              | `files` in `PARENTALITE_HOME`    | Folder of signed sheets, for all servers     |
| `PARENTALITE_PUBLIC_URL`         | the address that is served       | Address of the site; needed to send e-mails  |

Secrets may be given by files: `DATABASE_URL_FILE`, `PARENTALITE_MASTER_KEY_FILE` and so on name them.

An empty value counts as none. With `DATABASE_URL`, all three secrets must be given: two processes on one database have
to share them, and a key that only one machine holds is lost with it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

from application.hosting.service_settings import (
    Outside,
    mail,
    outside,
    trusted_documents,
    with_secrets_from_files,
)
from application.sign_in.configuration import OidcSettings, oidc_settings

T = TypeVar("T")

#: Every variable that is read, in the order of the table above.
VARIABLES = tuple(re.findall(r"^\| `(\w+)`", __doc__ or "", re.MULTILINE))

MASTER_KEY_BYTES = 32
SHORTEST_TOKEN_SECRET = 32
LONGEST_WAIT_SECONDS = 60.0
LONGEST_CHECKPOINT_SECONDS = 86_400.0
#: The mean: nobody counts on the day.
DAYS_A_MONTH = 365.25 / 12
CHECKPOINT_KEY_FILE = "checkpoint-key"
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# What a person pastes into a terminal to get a good value.
_HOW_TO_MAKE_A_TOKEN_SECRET = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
_HOW_TO_MAKE_A_KEY = 'python3 -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


class SettingsError(Exception):
    """A variable is missing or wrong: one line for the person who sets it, naming it and what is accepted."""


class Settings(BaseModel):
    """The configuration of one process. Secrets stay out of its `repr`."""

    model_config = ConfigDict(frozen=True)

    home: Path
    database_url: str | None = Field(default=None, repr=False)
    #: None where an issuer is configured: no token is signed here then.
    token_secret: str | None = Field(repr=False)
    oidc: OidcSettings | None = None
    master_key: bytes = Field(repr=False)
    checkpoint_key: bytes = Field(repr=False)
    checkpoint_seconds: float = 600.0
    tsa_url: str | None = None
    tsa_root: Path | None = None
    wait_seconds: float = 5.0
    log_level: str = "INFO"
    files: Path
    public_url: str = DEFAULT_PUBLIC_URL
    public_url_named: bool = False
    outside: Outside = Outside()
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str | None = None
    #: GraphQL documents by their SHA-256, if no others are answered.
    trusted_documents: dict[str, str] | None = Field(default=None, repr=False)
    #: Counted from the end of the animation.
    registrants_kept_for: timedelta = timedelta(days=90)
    #: Counted from the end of the candidature.
    candidatures_kept_for: timedelta = timedelta(days=365)
    #: Counted from the end of the volunteer's last step that is recorded.
    volunteers_kept_for: timedelta = timedelta(days=3 * 365)
    #: Counted from the sending.
    invitations_kept_for: timedelta = timedelta(days=30)
    #: Counted from the adding.
    contacts_kept_for: timedelta = timedelta(days=3 * 365)
    #: Counted from the payment, or from the end of an animation that no dossier holds.
    scans_kept_for: timedelta = timedelta(days=5 * 365)

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used, since no other one was named."""
        return self.database_url is None

    def served_at(self, address: str) -> Settings:
        """With the address that is served for the site's, unless somebody named that: no link leads nowhere."""
        return self if self.public_url_named else self.model_copy(update={"public_url": address})


def load_settings(variables: Mapping[str, str]) -> Settings:
    """The settings that `environ` describes. On first use of the embedded setup, makes and keeps the three secrets.

    Raises SettingsError, with a line for everything that is missing or wrong.
    """
    problems: list[str] = []

    def read(reader: Callable[[], T]) -> Any:
        """What `reader` returns; None, its line kept, when it raises."""
        try:
            return reader()
        except (SettingsError, ValueError) as error:
            problems.append(str(error))
            return None

    environ = read(lambda: with_secrets_from_files(variables)) or variables
    home = read(lambda: _folder("PARENTALITE_HOME", environ, platformdirs.user_data_path("parentalite")))
    database_url = environ.get("DATABASE_URL") or None
    keys = home / "keys" if home and database_url is None else None
    if keys is not None and not environ.get("PARENTALITE_MASTER_KEY"):
        read(lambda: _refuse_to_replace_a_lost_master_key(home, keys / "master-key"))
    if problems:
        # Nothing is made in a home that is not as it should be.
        raise SettingsError("\n".join(problems))
    oidc = read(lambda: oidc_settings(environ))
    values = {
        "oidc": oidc,
        "token_secret": None if oidc else read(lambda: _token_secret(environ, keys)),
        "master_key": read(lambda: _key("PARENTALITE_MASTER_KEY", environ, keys and keys / "master-key")),
        "checkpoint_key": read(
            lambda: _key("PARENTALITE_CHECKPOINT_KEY", environ, keys and keys / CHECKPOINT_KEY_FILE)
        ),
        "checkpoint_seconds": read(
            lambda: _number("PARENTALITE_CHECKPOINT_SECONDS", environ.get, "600", 1, LONGEST_CHECKPOINT_SECONDS)
        ),
        **(read(lambda: _time_stamping(environ)) or {}),
        "wait_seconds": read(lambda: _number("PARENTALITE_WAIT_SECONDS", environ.get, "5", 0, LONGEST_WAIT_SECONDS)),
        "log_level": read(lambda: _log_level(environ.get("PARENTALITE_LOG_LEVEL") or "INFO")),
        "files": read(lambda: _folder("PARENTALITE_FILES", environ, home / "files")),
        **(read(lambda: mail(environ)) or {}),
        "outside": read(lambda: outside(environ)),
        "trusted_documents": read(lambda: trusted_documents(environ)),
        "registrants_kept_for": read(lambda: _days("PARENTALITE_REGISTRANTS_DAYS", environ.get, "90", 3650, 1)),
        "candidatures_kept_for": read(
            lambda: _days("PARENTALITE_CANDIDATURES_MONTHS", environ.get, "12", 120, DAYS_A_MONTH)
        ),
        "volunteers_kept_for": read(
            lambda: _days("PARENTALITE_VOLUNTEERS_MONTHS", environ.get, "36", 240, DAYS_A_MONTH)
        ),
        "invitations_kept_for": read(lambda: _days("PARENTALITE_INVITATIONS_DAYS", environ.get, "30", 3650, 1)),
        "contacts_kept_for": read(lambda: _days("PARENTALITE_CONTACTS_MONTHS", environ.get, "36", 240, DAYS_A_MONTH)),
        "scans_kept_for": read(lambda: _days("PARENTALITE_SCANS_MONTHS", environ.get, "60", 360, DAYS_A_MONTH)),
        "public_url": read(lambda: _public_url(environ.get("PARENTALITE_PUBLIC_URL") or DEFAULT_PUBLIC_URL)),
        "public_url_named": bool(environ.get("PARENTALITE_PUBLIC_URL")),
    }
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(home=home, database_url=database_url, **values)


def _key(variable: str, environ: Mapping[str, str], kept_in: Path | None) -> bytes:
    return checked_key(variable, _secret(variable, environ, kept_in, make_key, _HOW_TO_MAKE_A_KEY))


def _folder(variable: str, environ: Mapping[str, str], default: Path) -> Path:
    named = environ.get(variable)
    try:
        folder = Path(named).expanduser().absolute() if named else default
    except RuntimeError as error:
        raise SettingsError(f"{variable}: a folder is needed, not {named!r} ({error})") from None
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
    except PermissionError as error:
        raise SettingsError(
            f"{variable}: this account may not look into {error.filename}; set {variable} to a folder of its own"
        ) from None
    if not there.is_dir():
        raise SettingsError(f"{variable}: a folder is needed, and {there} is none")
    return folder


def _secret(
    variable: str, environ: Mapping[str, str], kept_in: Path | None, make: Callable[[], str], how_to_make: str
) -> str:
    if given := environ.get(variable):
        return given
    if kept_in is None:
        raise SettingsError(f"{variable}: needed together with DATABASE_URL; make a value with: {how_to_make}")
    try:
        return _read_or_create(kept_in, make)
    except OSError as error:
        raise SettingsError(
            f"{variable}: not set, and it cannot be kept in {kept_in} ({error.strerror}); "
            "set PARENTALITE_HOME to a folder that can be written"
        ) from None


def _refuse_to_replace_a_lost_master_key(home: Path, key: Path) -> None:
    """A new key beside an old database would start well, and leave every name in it unreadable."""
    if (home / "postgres").exists() and not key.exists():
        raise SettingsError(
            f"PARENTALITE_MASTER_KEY: {home} holds a database, and its key {key} is missing; put that file back, set "
            f"the variable to the key in use, or remove {home / 'postgres'} to start afresh"
        )


def _read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The content of `path`; written first when there is none. Of two processes at once, one wins for both."""
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            # A link, not a rename: it never replaces the key another process may have begun to encrypt with.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
        _fsync_folder(path.parent)
    return path.read_text(encoding="utf-8", errors="replace").strip()


def _fsync_folder(folder: Path) -> None:
    """What is encrypted with a key must not outlive it: the key's name is on the disk before the key is used."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _token_secret(environ: Mapping[str, str], keys: Path | None) -> str:
    variable = "PARENTALITE_TOKEN_SECRET"
    kept_in = keys and keys / "token-secret"
    value = _secret(variable, environ, kept_in, lambda: secrets.token_urlsafe(48), _HOW_TO_MAKE_A_TOKEN_SECRET)
    if len(value) < SHORTEST_TOKEN_SECRET:
        raise SettingsError(
            f"{variable}: {SHORTEST_TOKEN_SECRET} characters or more are needed, not {len(value)}; "
            f"make a value with: {_HOW_TO_MAKE_A_TOKEN_SECRET}"
        )
    return value


def _time_stamping(environ: Mapping[str, str]) -> dict[str, Any]:
    """Where checkpoints are time-stamped, and what its stamps are held against; neither when nothing is said."""
    url, root = environ.get("PARENTALITE_TSA_URL") or None, environ.get("PARENTALITE_TSA_ROOT") or None
    if url is None and root is None:
        return {}
    if url is None or not url.startswith(("http://", "https://")):
        raise SettingsError(f"PARENTALITE_TSA_URL: the http(s) address of an authority is needed, not {url!r}")
    if root is None or not Path(root).is_file():
        raise SettingsError(f"PARENTALITE_TSA_ROOT: a file of root certificates (PEM) is needed, not {root!r}")
    return {"tsa_url": url, "tsa_root": Path(root)}


def make_key() -> str:
    """A new random key of 32 bytes, as it is configured and kept."""
    return base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)).decode()


def checked_key(variable: str, value: str) -> bytes:
    """The 32 bytes of a key as it is configured. Raises SettingsError."""
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise SettingsError(
            f"{variable}: base64 of exactly {MASTER_KEY_BYTES} bytes is needed; make a value with: {_HOW_TO_MAKE_A_KEY}"
        )
    return key


def _number(variable: str, given: Callable[[str], str | None], default: str, least: float, most: float) -> float:
    value = given(variable) or default
    try:
        number = float(value)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise SettingsError(f"{variable}: a number from {least:.0f} to {most:.0f} is needed, not {value!r}")
    return number


def _days(variable: str, given: Callable[[str], str | None], default: str, most: int, unit: float) -> timedelta:
    return timedelta(days=_number(variable, given, default, 1, most) * unit)


def _log_level(value: str) -> str:
    level = value.upper()
    if level not in LOG_LEVELS:
        raise SettingsError(f"PARENTALITE_LOG_LEVEL: one of {', '.join(LOG_LEVELS)} is needed, not {value!r}")
    return level


def _public_url(value: str) -> str:
    try:
        address = urlsplit(value)
        usable = address.scheme in ("http", "https") and address.netloc and not (address.query or address.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            f"PARENTALITE_PUBLIC_URL: an address such as https://parentalite.example.org is needed, not {value!r}"
        )
    return value.rstrip("/")
