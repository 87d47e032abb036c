"""Types of single settings. Each refuses what it cannot use in words that go on after the variable's name."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import orjson
import psycopg
from email_validator import validate_email
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, BeforeValidator, Field

from application.hosting.kept_secrets import kept_or_made, make_key, make_token_secret
from application.papers.logos import Logo
from application.sign_in.addresses import is_confidential
from application.sign_in.claims import ClaimsMapping, load_mapping
from domain.kernel.actors import Role
from domain.kernel.rights import Action
from domain.proof.signing_rule import MONEY_ACTIONS, REQUIRABLE_ACTIONS, SIGNING_ROLES
from eventstore.authenticators import EventKeys, read_event_keys

KEY_BYTES = 32
# A command that prints a good value, to paste into a terminal.
MAKE_A_TOKEN_SECRET = 'make a value with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
MAKE_A_KEY = 'make a value with: python3 -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


def _check(usable: Callable[[Any], object], needed: str, *, shown: bool = True) -> AfterValidator:
    """Refuse a value for which `usable` is false or raises ValueError, and repeat it if it may be `shown`."""

    def checked(value: Any) -> Any:
        try:
            fits = usable(value)
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(f"{needed}, not {str(value)!r}" if shown else needed)
        return value

    return AfterValidator(checked)


def _read(reader: Callable[[str], Any]) -> BeforeValidator:
    """Read a text with `reader`; what is no text was read already."""
    return BeforeValidator(lambda value: reader(value) if isinstance(value, str) else value)


def _is_web_url(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _is_site(value: str) -> bool:
    return _is_web_url(value) and not {"?", "#"} & set(value)


def _is_issuer(value: str) -> bool:
    return is_confidential(value) and not {"?", "#"} & set(value)


def _is_origin(value: str) -> bool:
    parts = urlsplit(value)
    return _is_web_url(value) and value == f"{parts.scheme}://{parts.netloc}"


def _is_mail_server(value: str) -> bool:
    parts = urlsplit(value)
    # `port` raises where it is no number.
    return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0


def _is_mailbox(value: str) -> bool:
    return validate_email(parseaddr(value)[1], check_deliverability=False).ascii_email is not None


def existing_folder(path: Path) -> Path:
    """Return the absolute path of a folder that exists or can be made."""
    try:
        folder = path.expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(f"a folder is needed, not {str(path)!r} ({error})") from None
    try:
        nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    except PermissionError as error:
        raise ValueError(f"this account may not look into {error.filename}; name a folder of its own") from None
    if not nearest.is_dir():
        raise ValueError(f"a folder is needed, and {nearest} is none")
    return folder


def decoded_key(value: str) -> bytes:
    """Return the 32 bytes that a configured key stands for."""
    try:
        key = base64.b64decode(value, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"base64 of exactly {KEY_BYTES} bytes is needed; {MAKE_A_KEY}")
    return key


def decoded_event_keys(value: str) -> EventKeys:
    try:
        return read_event_keys(value)
    except ValueError as error:
        raise ValueError(f"{error}; {MAKE_A_KEY}") from None


def documents_in(file: str) -> dict[str, str]:
    """Return the GraphQL documents by their SHA-256 that are listed in the file.

    As `parentalite documents` and GraphQL Code Generator write them, an object of documents by their digest, or as
    Apollo's tools do ("apollo-persisted-query-manifest").
    """
    path = Path(file).expanduser()
    try:
        documents = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ValueError(f"a file that can be read is needed; {path}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if isinstance(documents, dict) and documents.get("format") == "apollo-persisted-query-manifest":
        try:
            documents = {operation["id"]: operation["body"] for operation in documents["operations"]}
        except (KeyError, TypeError):
            documents = {}
    if not isinstance(documents, dict) or not documents or {type(text) for text in documents.values()} != {str}:
        raise ValueError(f"an object of documents by their SHA-256 is needed in {path}")
    for digest, document in documents.items():
        if digest.removeprefix("sha256:") != sha256(document.encode()).hexdigest():
            raise ValueError(f"{digest!r} in {path} is not the SHA-256 of its document")
    return {digest.removeprefix("sha256:"): document for digest, document in documents.items()}


def _claims(file: str) -> ClaimsMapping:
    try:
        return load_mapping(Path(file).expanduser())
    except ValueError as error:
        raise ValueError(f"a JSON file that maps claims is needed; {file} {error}") from None


def _texts(value: str) -> list[str]:
    return [text.strip() for text in value.split(",") if text.strip()]


@dataclass(frozen=True, slots=True)
class SigningRoles:
    """The roles whose acts must be signed: those that move money, and `conventionSign` where it is named too."""

    roles: frozenset[Role] = frozenset()
    acts: frozenset[Action] = MONEY_ACTIONS


def _is_database_url(url: str) -> bool:
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        return False
    # libpq takes an unescaped password, or another address behind a comma, for a part of what follows.
    is_whole = "@" not in parts.get("host", "") and "://" not in parts.get("dbname", "")
    is_number = parts.get("port", "").replace(",", "0").isdigit() or not parts.get("port")
    return url.startswith(("postgresql://", "postgres://")) and is_whole and is_number


def _database_urls(value: str) -> list[str]:
    # Commas also stand between the hosts of an address.
    urls = [url.strip(" ,\n") for url in re.split(r",\s*(?=postgres(?:ql)?://)", value) if url.strip(" ,\n")]
    for url in urls:
        if not _is_database_url(url):
            raise ValueError("addresses as of DATABASE_URL are needed, postgresql://…, with commas between them")
    return urls


def _signing_roles(value: str) -> SigningRoles:
    names = set(_texts(value))
    conventions = names & {Action.CONVENTION_SIGN}
    roles = names - conventions
    if not roles <= SIGNING_ROLES or (conventions and not roles):
        expected = ", ".join(sorted(SIGNING_ROLES))
        raise ValueError(f"roles with commas between them are needed, of {expected}, and beside them conventionSign")
    acts = REQUIRABLE_ACTIONS if conventions else MONEY_ACTIONS
    return SigningRoles(frozenset(Role(role) for role in roles), acts)


def _networks(value: str) -> list[IPv4Network | IPv6Network]:
    try:
        networks = [ip_network(text) for text in _texts(value)]
    except ValueError:
        raise ValueError(
            "addresses or networks with commas between them are needed, such as 10.0.0.1,192.168.0.0/16"
        ) from None
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("whoever is believed must be named; with all addresses in it anybody is anybody")
    return networks


def _in_a_folder(path: Path) -> Path:
    return existing_folder(path.expanduser().parent) / path.name


Folder = Annotated[Path, AfterValidator(existing_folder)]
#: A file that may be made later.
MemoryFile = Annotated[Path, AfterValidator(_in_a_folder)]
#: A path in place of the value names the file that keeps it, made on first use.
Key = Annotated[bytes, _read(decoded_key), BeforeValidator(lambda value: kept_or_made(value, make_key))]
EventKey = Annotated[EventKeys, _read(decoded_event_keys), BeforeValidator(lambda value: kept_or_made(value, make_key))]
TokenSecret = Annotated[
    str, Field(min_length=32), BeforeValidator(lambda value: kept_or_made(value, make_token_secret))
]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)]
PublicUrl = Annotated[
    str,
    _check(_is_site, "an address such as https://parentalite.example.org is needed"),
    _read(lambda url: url.rstrip("/")),
]


Scope = Annotated[str, _check(lambda text: "openid" in text.split(), "scopes with openid among them are needed")]
IssuerUrl = Annotated[str, _check(_is_issuer, "an https address such as https://connexion.example.org is needed")]
GatewayUrl = Annotated[str, _check(is_confidential, "an https address is needed, or one of this machine")]
AuthorityUrl = Annotated[str, _check(_is_web_url, "the http(s) address of an authority is needed")]
Certificates = Annotated[Path, _check(Path.is_file, "a file of root certificates (PEM) is needed")]
#: Read at the start, so that a wrong one is found then.
LogoFile = Annotated[Logo, _read(lambda path: Logo.read(Path(path).expanduser()))]
LogoFiles = Annotated[
    tuple[Logo, ...],
    _read(lambda paths: tuple(Logo.read(Path(path).expanduser()) for path in _texts(paths))),
]
TextFile = Annotated[Path, _check(Path.is_file, "a file that exists is needed")]
Mailbox = Annotated[str, _check(_is_mailbox, "an e-mail address is needed")]
#: Holds a password.
MailServer = Annotated[
    str, _check(_is_mail_server, "smtp://host:port or smtps://user:password@host:port is needed", shown=False)
]
Claims = Annotated[ClaimsMapping, _read(_claims)]
Documents = Annotated[dict[str, str], _read(documents_in)]
DatabaseUrls = Annotated[tuple[str, ...], _read(_database_urls)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], _read(_networks)]
Origins = Annotated[
    tuple[Annotated[str, _check(_is_origin, "origins such as https://parentalite.example.org are needed")], ...],
    _read(_texts),
]
SignedActs = Annotated[SigningRoles, _read(_signing_roles)]
