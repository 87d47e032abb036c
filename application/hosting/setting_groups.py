"""Settings that belong together: a class for each group, a field for each variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from application.hosting import setting_values as values
from application.sign_in.claims import ClaimsMapping


class Group(BaseSettings):
    """Variables that belong together. Those of secrets stay out of the `repr`."""

    model_config = SettingsConfigDict(
        env_prefix="PARENTALITE_",
        enable_decoding=False,
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only `load_settings` reads variables."""
        return (init_settings,)

    @classmethod
    def named_in(cls, variables: Mapping[str, str]) -> dict[str, Any]:
        """Return the fields that `variables` has a value for, as text."""
        source = EnvSettingsSource(cls)
        source.env_vars = {name.lower(): value for name, value in variables.items() if value}
        return source()


class OidcSettings(Group):
    """OpenID Connect: whose access tokens are accepted, and how they are read. Without it tokens are signed here."""

    model_config = SettingsConfigDict(env_prefix="PARENTALITE_OIDC_")

    issuer: values.IssuerUrl
    """Address of the issuer."""
    audience: str
    """What its access tokens call this API."""
    claims: values.Claims = ClaimsMapping()
    """A JSON file that tells which claims say what. Without it they have our names."""
    client_id: str | None = Field(None, min_length=1, max_length=255)
    """What the issuer calls these pages: people then sign in there. Without it the pages offer no sign-in."""
    client_secret: str | None = Field(None, min_length=1, repr=False)
    """The client's secret at the issuer. Without it the client is a public one, which PKCE alone protects."""
    scope: values.Scope = "openid"
    """What the pages ask the issuer for, `openid` first, with spaces between."""


class TimeStampSettings(Group):
    """Time stamps of checkpoints (RFC 3161). Without it there are none."""

    model_config = SettingsConfigDict(env_prefix="PARENTALITE_TSA_")

    url: values.AuthorityUrl
    """Address of the time-stamping authority."""
    root: values.Certificates
    """Its root certificates, a PEM file."""


class WebSettings(Group):
    """Limits on requests, the sites that may send them, and who may read the metrics. A limit of 0 is none."""

    requests_per_minute: int = Field(6_000, ge=0, le=9_999_999)
    """Requests a minute for each client address, and for each token."""
    registrations_per_minute: int = Field(60, ge=0, le=9_999_999)
    """Registrations a minute for each client address and animation, after a first 300: a school shares one address. Who
    registers others in office, as the animation's structure does, is not measured by it."""
    answers_per_minute: int = Field(6, ge=0, le=9_999_999)
    """Answers to a questionnaire a minute for each client address and animation, after a first 5; and in a day no more
    than half of those that the animation takes, so that one address does not fill it."""
    sockets_per_address: int = Field(200, ge=0, le=9_999_999)
    """WebSockets and event streams open at once for each client address."""
    trusted_proxies: values.Networks = ()
    """Addresses or networks of proxies whose `X-Forwarded-For` is believed, with commas between them. Loopback is none
    of them by itself."""
    cors_origins: values.Origins = ()
    """Sites whose pages may ask, with commas between them."""
    metrics_token: str | None = Field(None, min_length=16, repr=False)
    """Bearer token that reads `/metrics`, 16 characters or more. Without it they are for who asks on this machine, by
    no proxy."""
    brand: Literal["state", "none"] = "state"
    """`none` takes the State's marks off the pages (Marianne, its name, its font), for others' sites."""
    accessibility_contact: values.Mailbox | None = None
    """The address that the declaration of accessibility asks people to write to. Without it: to the structures."""
    ready_lag_seconds: int = Field(30, ge=0, le=9_999_999)
    """Longest wait of an event for a read model, in seconds, with which `/ready` says yes."""


class MailSettings(Group):
    """The mail server, and who e-mails come from. Without it no e-mail is sent."""

    smtp_url: values.MailServer = Field(repr=False)
    """`smtp://host:port` (STARTTLS where offered) or `smtps://user:password@host:port`. A password is sent over TLS
    only, or to this machine."""
    mail_from: values.Mailbox
    """The address that e-mails come from."""
    bounces_to: values.Mailbox | None = None
    """The address to which mail servers report what they could not deliver, read by `parentalite mail bounced`. Without
    it the address that e-mails come from."""


class SmsSettings(Group):
    """The gateway of text messages. Without it none is sent."""

    model_config = SettingsConfigDict(env_prefix="PARENTALITE_SMS_")

    url: values.GatewayUrl
    """Address that text messages are posted to as JSON; https, or on this machine."""
    secret: str = Field(min_length=16, repr=False)
    """Bearer token in both directions, 16 characters or more: to the gateway, and of what it passes on to
    `/sms/inbound`."""


class RetentionSettings(Group):
    """For how long personal data are kept. A month is a twelfth of 365.25 days: nobody counts on the day."""

    registrants_days: float = Field(90, ge=1, le=3_650)
    """Registrants' data, in days after the animation."""
    candidatures_months: float = Field(12, ge=1, le=120)
    """Candidatures that were rejected, withdrawn or never decided, in months after their end."""
    volunteers_months: float = Field(36, ge=1, le=240)
    """A validated volunteer's data, in months after the end of the last step that is recorded of them."""
    invitations_days: float = Field(30, ge=1, le=3_650)
    """The address of an invited person, in days after the sending."""
    contacts_months: float = Field(36, ge=1, le=240)
    """A structure's contacts, in months after their adding."""
    group_members_months: float = Field(36, ge=1, le=240)
    """The names and addresses of an action-research group's members, in months after its closing."""
    scans_months: float = Field(60, ge=1, le=360)
    """Signed sheets and pieces, in months after the payment, or after an animation that no dossier holds."""
