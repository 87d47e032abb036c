"""How the service meets the outside, as it is configured: see the table in `application.hosting.settings`.

Each function raises ValueError with one line that names the variable and what is accepted.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from email.utils import parseaddr
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, Field

Network = IPv4Network | IPv6Network

#: What may be given by a file instead: the variable with `_FILE` names it.
SECRETS = (
    "DATABASE_URL",
    "PARENTALITE_TOKEN_SECRET",
    "PARENTALITE_MASTER_KEY",
    "PARENTALITE_NEW_MASTER_KEY",
    "PARENTALITE_CHECKPOINT_KEY",
    "PARENTALITE_SMTP_URL",
    "PARENTALITE_METRICS_TOKEN",
)
SHORTEST_METRICS_TOKEN = 16


class Outside(BaseModel):
    """Who may ask how often, from which sites, and who may read the metrics. A limit of 0 is none."""

    model_config = ConfigDict(frozen=True)

    #: Requests a minute for each client address, and for each token.
    requests_per_minute: int = 6_000
    #: Registrations a minute for each client address and animation, after a first 300: a school shares one address.
    registrations_per_minute: int = 60
    #: WebSockets and streams of events open at once for each client address.
    sockets_per_address: int = 200
    #: Proxies whose X-Forwarded-For is believed.
    trusted_proxies: tuple[Network, ...] = ()
    #: Sites whose pages may ask, as browsers name them.
    cors_origins: tuple[str, ...] = ()
    metrics_token: str | None = Field(default=None, repr=False)
    #: `/ready` says no once an event has waited so long for a read model.
    ready_lag_seconds: float = 30.0


def outside(environ: Mapping[str, str]) -> Outside:
    return Outside(
        requests_per_minute=_count("PARENTALITE_REQUESTS_PER_MINUTE", environ, "6000"),
        registrations_per_minute=_count("PARENTALITE_REGISTRATIONS_PER_MINUTE", environ, "60"),
        sockets_per_address=_count("PARENTALITE_SOCKETS_PER_ADDRESS", environ, "200"),
        trusted_proxies=tuple(_networks("PARENTALITE_TRUSTED_PROXIES", environ)),
        cors_origins=tuple(_origins("PARENTALITE_CORS_ORIGINS", environ)),
        metrics_token=_metrics_token(environ),
        ready_lag_seconds=_count("PARENTALITE_READY_LAG_SECONDS", environ, "30"),
    )


def with_secrets_from_files(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with each secret that a file holds in its place."""
    found: dict[str, str] = {}
    for name in SECRETS:
        if not (named := environ.get(f"{name}_FILE")):
            continue
        if environ.get(name):
            raise ValueError(f"{name}_FILE: {name} is set too; one of them is enough")
        found[name] = _secret_in(f"{name}_FILE", Path(named).expanduser())
    return {**environ, **found} if found else environ


def mail(environ: Mapping[str, str]) -> dict[str, Any]:
    """The mail server, and who e-mails come from; neither when nothing is said."""
    url, sender = environ.get("PARENTALITE_SMTP_URL") or None, environ.get("PARENTALITE_MAIL_FROM") or None
    if url is None and sender is None:
        return {}
    # Never repeated: it holds a password.
    if url is None or not _is_mail_server(url):
        raise ValueError("PARENTALITE_SMTP_URL: smtp://host:port or smtps://user:password@host:port is needed")
    if sender is None or not _is_mailbox(parseaddr(sender)[1]):
        raise ValueError(f"PARENTALITE_MAIL_FROM: an e-mail address is needed, not {sender!r}")
    return {"smtp_url": url, "mail_from": sender}


def trusted_documents(environ: Mapping[str, str]) -> dict[str, str] | None:
    """GraphQL documents by their SHA-256, as `parentalite documents` prints them; None where any may be sent."""
    variable = "PARENTALITE_TRUSTED_DOCUMENTS"
    if not (named := environ.get(variable)):
        return None
    path = Path(named).expanduser()
    try:
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{variable}: a file that can be read is needed; {path}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{variable}: {path} is no JSON: {error}") from None
    if not isinstance(found, dict) or not found or not all(isinstance(one, str) for one in found.values()):
        raise ValueError(f"{variable}: an object of documents by their SHA-256 is needed in {path}")
    for told, document in found.items():
        if told != sha256(document.encode()).hexdigest():
            raise ValueError(f"{variable}: {told!r} in {path} is not the SHA-256 of its document")
    return found


def _is_mailbox(address: str) -> bool:
    try:
        return validate_email(address, check_deliverability=False).ascii_email is not None
    except EmailNotValidError:
        return False


def _is_mail_server(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme in ("smtp", "smtps") and bool(address.hostname) and (address.port or 1) > 0
    except ValueError:
        return False


def _secret_in(variable: str, path: Path) -> str:
    try:
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise ValueError(f"{variable}: everybody on this machine may read or write {path}; chmod o-rwx it")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no text"
        raise ValueError(f"{variable}: a file that can be read is needed; {path}: {reason}") from None


def _count(variable: str, environ: Mapping[str, str], default: str) -> int:
    value = environ.get(variable) or default
    if not (value.isascii() and value.isdigit() and len(value) <= 7):
        raise ValueError(f"{variable}: a whole number from 0 (no limit) to 9999999 is needed, not {value!r}")
    return int(value)


def _networks(variable: str, environ: Mapping[str, str]) -> list[Network]:
    try:
        networks = [ip_network(one.strip()) for one in environ.get(variable, "").split(",") if one.strip()]
    except ValueError:
        raise ValueError(
            f"{variable}: addresses or networks with commas between them are needed, such as 10.0.0.1,192.168.0.0/16"
        ) from None
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError(f"{variable}: whoever is believed must be named; with all addresses in it anybody is anybody")
    return networks


def _origins(variable: str, environ: Mapping[str, str]) -> list[str]:
    found = [one.strip() for one in environ.get(variable, "").split(",") if one.strip()]
    for origin in found:
        try:
            address = urlsplit(origin)
            usable = (
                address.scheme in ("http", "https")
                and address.netloc
                and origin == f"{address.scheme}://{address.netloc}"
            )
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(f"{variable}: origins such as https://parentalite.example.org are needed, not {origin!r}")
    return found


def _metrics_token(environ: Mapping[str, str]) -> str | None:
    token = environ.get("PARENTALITE_METRICS_TOKEN") or None
    if token is not None and len(token) < SHORTEST_METRICS_TOKEN:
        raise ValueError(f"PARENTALITE_METRICS_TOKEN: {SHORTEST_METRICS_TOKEN} characters or more are needed")
    return token
