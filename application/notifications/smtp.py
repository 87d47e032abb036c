"""Handing one letter to the mail server, and whose trouble it is when that fails."""

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

#: For a connection and each answer, and for the answer to a whole letter, which some servers read first
#: (RFC 5321, section 4.5.3.2.6): who hangs up sooner sends it twice.
TIMEOUT_SECONDS, DATA_TIMEOUT_SECONDS = 10, 120


class Trouble(StrEnum):
    """Whether another attempt can help, and whose trouble it is."""

    #: This letter or its recipient is refused for good.
    RECIPIENT = "recipient"
    #: This letter may be taken later.
    LATER = "later"
    #: Said of this letter, but it reads like something about us: nothing is given up for it before its time.
    SUSPECTED = "suspected"
    #: The server is not there.
    AWAY = "away"
    #: The server takes no letter of ours, whoever it is for, until somebody mends it.
    SERVICE = "service"


class Failure(Exception):
    """Why a letter was not taken. `reason` never holds an address."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(f"{trouble}: {reason}")
        self.trouble, self.reason = trouble, reason


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: `smtp://` takes STARTTLS where it is offered, `smtps://` begins with TLS."""

    url: str = field(repr=False)

    def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken the letter. Raises Failure."""
        with self._connected() as server:
            try:
                self._hand_over(server, message)
            except Failure:
                raise
            except (smtplib.SMTPException, OSError) as error:
                raise judged(error) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Signed in where the address says so."""
        try:
            server = self._signed_in()
        except (smtplib.SMTPException, OSError) as error:
            raise unreached(error) from error
        try:
            yield server
        finally:
            try:
                if server.sock is not None:
                    server.sock.settimeout(TIMEOUT_SECONDS)
                    server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _signed_in(self) -> smtplib.SMTP:
        address = urlsplit(self.url)
        host, port = address.hostname or "", address.port or (465 if address.scheme == "smtps" else 25)
        server: smtplib.SMTP
        if address.scheme == "smtps":
            context = ssl.create_default_context()
            server, safe = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context), True
        else:
            server, safe = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS), _is_here(host)
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
        server.send_message(message, sender.addr_spec, [recipient.addr_spec])


def _is_here(host: str) -> bool:
    """Whether what is sent to it stays on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


#: Words and codes (RFC 3463; X.4.5 is how providers tell a daily quota) that speak of who sends.
_ABOUT_US = re.compile(
    r"\bsend(er|ing)\b|\bquota\b|\brate\b|\blimit|too many|throttl|\brelay|\bauthenticat|not authori[sz]ed"
    r"|\bblock|blacklist|\brbl\b|spamhaus|reputation|\bspf\b|\bdkim\b|\bdmarc\b|your (ip|host|account|domain)",
    re.IGNORECASE,
)
_CODES_ABOUT_US = re.compile(r"[45]\.(1\.[78]|3\.[25]|4\.5|5\.\d+|7\.\d+)$")
#: A mailbox, its owner, or the letter itself.
_CODES_ABOUT_THEM = re.compile(r"[45]\.(1\.\d+|2\.\d+|3\.4|4\.[1-46]|6\.\d+)$")
_TOO_LARGE = re.compile(r"[45]\.(2\.3|3\.4)$|message size|too (large|big)", re.IGNORECASE)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"\S*@\S*")


def unreached(error: smtplib.SMTPException | OSError) -> Failure:
    """Why no letter at all could be handed over."""
    if isinstance(error, smtplib.SMTPResponseException):
        known = error.smtp_code < 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        return Failure(Trouble.AWAY if known else Trouble.SERVICE, _told(error, error.smtp_code, error.smtp_error))
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError | smtplib.SMTPHeloError):
        return Failure(Trouble.SERVICE, type(error).__name__)
    return Failure(Trouble.AWAY, type(error).__name__)


def judged(error: smtplib.SMTPException | OSError) -> Failure:
    """Why one letter was not taken, once the server was ready for it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            ((code, text),) = list(error.recipients.values())[:1] or [(500, b"")]
            failure = _of_one_letter(error, code, text, shown=False)
            # Anybody may type an address whose server says so: it keeps nobody else waiting.
            return Failure(Trouble.LATER, failure.reason) if failure.trouble is Trouble.SUSPECTED else failure
        case smtplib.SMTPSenderRefused() if not _TOO_LARGE.search(_text(error.smtp_error)):
            trouble = Trouble.AWAY if error.smtp_code == 421 else Trouble.SERVICE
            return Failure(trouble, _told(error, error.smtp_code, error.smtp_error))
        case smtplib.SMTPResponseException():
            return _of_one_letter(error, error.smtp_code, error.smtp_error, shown=True)
        case smtplib.SMTPNotSupportedError():
            return Failure(Trouble.RECIPIENT, "an address beyond ASCII, which this mail server takes none of")
    # The connection broke or nothing was answered: perhaps because of this letter, perhaps not.
    return Failure(Trouble.SUSPECTED, type(error).__name__)


def _of_one_letter(error: Exception, code: int, text: bytes | str, shown: bool) -> Failure:
    said, enhanced = _text(text), _enhanced(text)
    about_us = bool(_CODES_ABOUT_US.match(enhanced)) if enhanced else False
    about_them = bool(_CODES_ABOUT_THEM.match(enhanced)) and not about_us
    if code == 421:
        trouble = Trouble.SUSPECTED
    elif code < 500:
        # Greylisting says 4.7.1 of each new recipient: it is no trouble of ours.
        suspected = enhanced[2:] == "4.5" or (not about_them and bool(_ABOUT_US.search(said)))
        trouble = Trouble.SUSPECTED if suspected else Trouble.LATER
    elif about_us or (not about_them and not _TOO_LARGE.search(said) and _ABOUT_US.search(said)):
        trouble = Trouble.SUSPECTED
    else:
        trouble = Trouble.RECIPIENT
    return Failure(trouble, _told(error, code, text if shown or trouble is Trouble.SUSPECTED else enhanced))


def _enhanced(text: bytes | str) -> str:
    found = _ENHANCED.match(_text(text).lstrip())
    return found[1] if found else ""


def _text(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _told(error: Exception, code: int, text: bytes | str) -> str:
    """The answer in one line, without what may be an address."""
    said = " ".join(_ADDRESS.sub("…", _text(text)).split())
    said = "".join(char for char in said if char.isprintable())[:200]
    kind = "sign-in refused" if isinstance(error, smtplib.SMTPAuthenticationError) else "refused"
    return f"{kind}: {code} {said}".rstrip()
