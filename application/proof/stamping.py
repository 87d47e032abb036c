"""Time stamps (RFC 3161): an independent authority's word for when a checkpoint existed."""

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
#: Real responses are a few kilobytes.
MAX_RESPONSE_BYTES = 1 << 20
#: Checkpoints stamped in one turn.
BATCH = 10

_REQUEST = "application/timestamp-query"
_UNSTAMPED = "SELECT size, note FROM proof.checkpoints WHERE stamp IS NULL ORDER BY size DESC LIMIT %s"
_KEEP = "UPDATE proof.checkpoints SET stamp = %s WHERE size = %s"


class BadStamp(Exception):
    """Raised when a time stamp cannot be read or is invalid; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping service, and the file of root certificates (PEM) its stamps are checked against."""

    url: str
    root: Path


def stamp_checkpoints(conn: Conn, authority: Authority) -> None:
    """Stamp the latest unstamped checkpoints. A failure is logged, and retried in the next turn."""
    for size, note in conn.execute(_UNSTAMPED, (BATCH,)).fetchall():
        try:
            response = request_stamp(authority.url, note.encode())
            check_stamp(response, note.encode(), authority.root.read_bytes())
        except (BadStamp, OSError) as error:
            log.warning("no time stamp", extra={"size": size, "reason": str(error)})
            return
        conn.execute(_KEEP, (response, size))


def request_stamp(url: str, message: bytes) -> bytes:
    """Return the authority's response, in DER. Raises OSError if there is none."""
    query = TimestampRequestBuilder().data(message).build()
    request = urllib.request.Request(url, data=query.as_bytes(), headers={"Content-Type": _REQUEST})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return bytes(answer.read(MAX_RESPONSE_BYTES))


def check_stamp(response: bytes, message: bytes, roots: bytes) -> str:
    """Return when a root's (PEM) authority stamped the message (ISO 8601). Raises BadStamp."""
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
