"""The issuer of tokens as it is configured: see the table in `application.hosting.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from application.sign_in.claims import ClaimsMapping, load_mapping

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OidcSettings(BaseModel):
    """The issuer whose access tokens are accepted, and how they are read."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    audience: str
    claims: ClaimsMapping = ClaimsMapping()


def oidc_settings(environ: Mapping[str, str]) -> OidcSettings | None:
    """None where no issuer is named. Raises ValueError with one line that names the variable."""
    issuer, audience, claims = (environ.get(f"PARENTALITE_OIDC_{name}") for name in ("ISSUER", "AUDIENCE", "CLAIMS"))
    if not issuer:
        if audience or claims:
            raise ValueError("PARENTALITE_OIDC_ISSUER: needed with the other PARENTALITE_OIDC_ variables")
        return None
    if not _is_issuer(issuer):
        raise ValueError(
            f"PARENTALITE_OIDC_ISSUER: an https address such as https://connexion.example.org is needed, not {issuer!r}"
        )
    if not audience:
        raise ValueError("PARENTALITE_OIDC_AUDIENCE: needed with an issuer: what its access tokens call this API")
    if environ.get("PARENTALITE_TOKEN_SECRET"):
        raise ValueError("PARENTALITE_TOKEN_SECRET: of no use beside PARENTALITE_OIDC_ISSUER; unset one of them")
    try:
        mapping = load_mapping(Path(claims).expanduser()) if claims else ClaimsMapping()
    except ValueError as error:
        raise ValueError(f"PARENTALITE_OIDC_CLAIMS: a JSON file that maps claims is needed; {claims} {error}") from None
    return OidcSettings(issuer=issuer, audience=audience, claims=mapping)


def is_confidential(address: str) -> bool:
    """https, or http on loopback, where nobody else listens (OpenID Connect Discovery 1.0, section 3)."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    except ValueError:
        return False
    return bool((parts.scheme == "https" or plain) and parts.netloc)


def _is_issuer(given: str) -> bool:
    return is_confidential(given) and "?" not in given and "#" not in given
