"""Time stamps of checkpoints by an authority (RFC 3161): somebody else's word for when a checkpoint was there."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates
from psycopg import Connection
from rfc3161_client import TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

log = logging.getLogger(__name__)
Conn = Connection[Any]

PATIENCE_SECONDS = 10.0
#: A response is a few kilobytes.
LARGEST_RESPONSE = 1 << 20
#: At most so many in one turn; the others in the next.
AT_ONCE = 10

_REQUEST = "application/timestamp-query"
_UNSTAMPED = "SELECT size, note FROM proof.checkpoints WHERE stamp IS NULL ORDER BY size DESC LIMIT %s"
_KEEP = "UPDATE proof.checkpoints SET stamp = %s WHERE size = %s"


class BadStamp(Exception):
    """A time stamp cannot be read or does not hold: one line that says why."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Where stamps are asked for, and the file of root certificates (PEM) that they are held against."""

    url: str
    root: Path


def stamp_missing(conn: Conn, authority: Authority) -> None:
    """Has the latest checkpoints that have no stamp stamped. A failure is logged; the next turn tries again."""
    for size, note in conn.execute(_UNSTAMPED, (AT_ONCE,)).fetchall():
        try:
            response = request_stamp(authority.url, note.encode())
            check_stamp(response, note.encode(), authority.root.read_bytes())
        except (BadStamp, OSError) as fault:
            log.warning("no time stamp", extra={"size": size, "reason": str(fault)})
            return
        conn.execute(_KEEP, (response, size))


def request_stamp(url: str, message: bytes) -> bytes:
    """The authority's response, in DER. Raises OSError when it cannot be had."""
    asked = TimestampRequestBuilder().data(message).build()
    request = urllib.request.Request(url, data=asked.as_bytes(), headers={"Content-Type": _REQUEST})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return bytes(answer.read(LARGEST_RESPONSE))


def check_stamp(response: bytes, message: bytes, roots: bytes) -> str:
    """When the message was stamped (ISO 8601), by an authority under one of the roots (PEM). Raises BadStamp."""
    try:
        certificates: list[Certificate] = load_pem_x509_certificates(roots)
    except ValueError:
        raise BadStamp("the file of root certificates holds no certificate in PEM") from None
    try:
        stamp = decode_timestamp_response(response)
        builder = VerifierBuilder()
        for certificate in certificates:
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(stamp, message)
        return stamp.tst_info.gen_time.isoformat()
    except VerificationError as error:
        raise BadStamp(f"the time stamp does not hold: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise BadStamp(f"it is no time stamp that was granted: {' '.join(str(error).split())}") from None
