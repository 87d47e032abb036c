"""Hand one letter to the mail server, and classify failures by who must act."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

#: For the connection and each answer; and for the answer to a whole letter, which some servers read before they
#: answer (RFC 5321, section 4.5.3.2.6): hanging up sooner would send it twice.
TIMEOUT_SECONDS, DATA_TIMEOUT_SECONDS = 10, 120


class Trouble(StrEnum):
    """Whether another attempt can help, and who must act."""

    #: The letter or its recipient is refused for good.
    RECIPIENT = "recipient"
    #: The letter may be accepted later.
    LATER = "later"
    #: The letter is refused, but the answer reads as if because of us: keep trying.
    SUSPECTED = "suspected"
    #: The server cannot be reached.
    AWAY = "away"
    #: The server accepts no letter of ours until somebody fixes the configuration.
    SERVICE = "service"


class Failure(Exception):
    """Raised when a letter is not accepted. `reason` never holds an address."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(f"{trouble}: {reason}")
        self.trouble, self.reason = trouble, reason


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: `smtp://` uses STARTTLS if offered, `smtps://` starts with TLS."""

    url: str = field(repr=False)
    #: Where undelivered letters are reported; without it, to their sender.
    bounces_to: str | None = None

    def send(self, message: EmailMessage) -> None:
        """Return once the server has accepted the letter. Raises Failure."""
        with self._connection() as server:
            try:
                self._hand_over(server, message)
            except Failure:
                raise
            except (smtplib.SMTPException, OSError) as error:
                raise classify_refusal(error) from error

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Yield a connection, signed in if the URL holds credentials."""
        try:
            server = self._sign_in()
        except (smtplib.SMTPException, OSError) as error:
            raise classify_connection_error(error) from error
        try:
            yield server
        finally:
            try:
                if server.sock is not None:
                    server.sock.settimeout(TIMEOUT_SECONDS)
                    server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _sign_in(self) -> smtplib.SMTP:
        address = urlsplit(self.url)
        host, port = address.hostname or "", address.port or (465 if address.scheme == "smtps" else 25)
        server: smtplib.SMTP
        if address.scheme == "smtps":
            context = ssl.create_default_context()
            server, safe = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context), True
        else:
            server, safe = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS), _is_this_machine(host)
        try:
            server.ehlo_or_helo_if_needed()
            if address.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
                safe = True
            if address.username:
                if not safe:
                    raise Failure(Trouble.SERVICE, "no STARTTLS is offered: the password is not sent in clear")
                server.login(unquote(address.username), unquote(address.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        (sender,), (recipient,) = message["From"].addresses, message["To"].addresses
        if not recipient.addr_spec.isascii() and not server.has_extn("smtputf8"):
            raise Failure(Trouble.RECIPIENT, "an address beyond ASCII, which this mail server takes none of")
        if server.sock is not None:
            server.sock.settimeout(DATA_TIMEOUT_SECONDS)
        mail_options, recipient_options = _report_options(message) if server.has_extn("dsn") else ([], [])
        server.send_message(
            message,
            self.bounces_to or sender.addr_spec,
            [recipient.addr_spec],
            mail_options=mail_options,
            rcpt_options=recipient_options,
        )


def _report_options(message: EmailMessage) -> tuple[list[str], list[str]]:
    """Ask for a report of failure that names the letter and returns no more than its headers (RFC 3461)."""
    mail_id = str(message["Message-ID"]).strip("<>").partition("@")[0]
    return ["RET=HDRS", f"ENVID={mail_id}"], ["NOTIFY=FAILURE"]


def _is_this_machine(host: str) -> bool:
    """Return whether the host is this machine, so that clear text stays on it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


#: Words and codes (RFC 3463; X.4.5 is what providers answer over a daily quota) about the sender.
_ABOUT_US = re.compile(
    r"\bsend(er|ing)\b|\bquota\b|\brate\b|\blimit|too many|throttl|\brelay|\bauthenticat|not authori[sz]ed"
    r"|\bblock|blacklist|\brbl\b|spamhaus|reputation|\bspf\b|\bdkim\b|\bdmarc\b|your (ip|host|account|domain)",
    re.IGNORECASE,
)
_CODES_ABOUT_US = re.compile(r"[45]\.(1\.[78]|3\.[25]|4\.5|5\.\d+|7\.\d+)$")
#: Codes about a mailbox, its owner, or the letter itself.
_CODES_ABOUT_THEM = re.compile(r"[45]\.(1\.\d+|2\.\d+|3\.4|4\.[1-46]|6\.\d+)$")
_TOO_LARGE = re.compile(r"[45]\.(2\.3|3\.4)$|message size|too (large|big)", re.IGNORECASE)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"\S*@\S*")


def classify_connection_error(error: smtplib.SMTPException | OSError) -> Failure:
    """Classify why no letter at all could be handed over."""
    if isinstance(error, smtplib.SMTPResponseException):
        temporary = error.smtp_code < 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        return Failure(
            Trouble.AWAY if temporary else Trouble.SERVICE, _describe(error, error.smtp_code, error.smtp_error)
        )
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError | smtplib.SMTPHeloError):
        return Failure(Trouble.SERVICE, type(error).__name__)
    return Failure(Trouble.AWAY, type(error).__name__)


def classify_refusal(error: smtplib.SMTPException | OSError) -> Failure:
    """Classify why one letter was not accepted by a server that was ready for it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            ((code, text),) = list(error.recipients.values())[:1] or [(500, b"")]
            failure = _classify_answer(error, code, text, shown=False)
            # Anybody can type an address whose server answers like this: it must not stop other letters.
            return Failure(Trouble.LATER, failure.reason) if failure.trouble is Trouble.SUSPECTED else failure
        case smtplib.SMTPSenderRefused() if not _TOO_LARGE.search(_text(error.smtp_error)):
            trouble = Trouble.AWAY if error.smtp_code == 421 else Trouble.SERVICE
            return Failure(trouble, _describe(error, error.smtp_code, error.smtp_error))
        case smtplib.SMTPResponseException():
            return _classify_answer(error, error.smtp_code, error.smtp_error, shown=True)
        case smtplib.SMTPNotSupportedError():
            return Failure(Trouble.RECIPIENT, "an address beyond ASCII, which this mail server takes none of")
    # The connection broke or timed out, perhaps because of this letter.
    return Failure(Trouble.SUSPECTED, type(error).__name__)


def _classify_answer(error: Exception, code: int, text: bytes | str, shown: bool) -> Failure:
    answer, enhanced = _text(text), _enhanced_code(text)
    about_us = bool(_CODES_ABOUT_US.match(enhanced)) if enhanced else False
    about_them = bool(_CODES_ABOUT_THEM.match(enhanced)) and not about_us
    if code == 421:
        trouble = Trouble.SUSPECTED
    elif code < 500:
        # Greylisting answers 4.7.1 for each new recipient: that is not about us.
        suspected = enhanced[2:] == "4.5" or (not about_them and bool(_ABOUT_US.search(answer)))
        trouble = Trouble.SUSPECTED if suspected else Trouble.LATER
    elif about_us or (not about_them and not _TOO_LARGE.search(answer) and _ABOUT_US.search(answer)):
        trouble = Trouble.SUSPECTED
    else:
        trouble = Trouble.RECIPIENT
    return Failure(trouble, _describe(error, code, text if shown or trouble is Trouble.SUSPECTED else enhanced))


def _enhanced_code(text: bytes | str) -> str:
    match = _ENHANCED.match(_text(text).lstrip())
    return match[1] if match else ""


def _text(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _describe(error: Exception, code: int, text: bytes | str) -> str:
    """Return the answer on one line, without anything that may be an address."""
    answer = " ".join(_ADDRESS.sub("…", _text(text)).split())
    answer = "".join(char for char in answer if char.isprintable())[:200]
    kind = "sign-in refused" if isinstance(error, smtplib.SMTPAuthenticationError) else "refused"
    return f"{kind}: {code} {answer}".rstrip()
