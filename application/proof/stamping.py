"""Time stamps (RFC 3161): an independent authority's word for when a checkpoint existed."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp
from cryptography.x509 import Certificate, load_pem_x509_certificates
from psycopg import Connection
from rfc3161_client import TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from application.proof.checkpoints import SignedCheckpoint
from application.proof.signer import troubles

log = logging.getLogger(__name__)
Conn = Connection[Any]

PATIENCE_SECONDS = 10.0
#: While somebody waits for a bundle.
SHORT_PATIENCE_SECONDS = 4.0
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


def stamp_checkpoints(conn: Conn, authority: Authority, now: datetime) -> None:
    """Stamp the latest unstamped checkpoints. A failure is kept for whoever watches; the next try waits longer."""
    trouble = troubles.trouble_of(conn, troubles.STAMPING)
    if trouble is not None and now < trouble.next_at:
        return
    for size, note in conn.execute(_UNSTAMPED, (BATCH,)).fetchall():
        try:
            stamp_checkpoint(conn, authority, size, note)
        except (BadStamp, OSError) as error:
            tries = troubles.tell(conn, troubles.STAMPING, str(error), now).tries
            log.warning("no time stamp", extra={"size": size, "reason": str(error), "tries": tries})
            return
    if trouble is not None:
        troubles.clear(conn, troubles.STAMPING)


def stamp_checkpoint(
    conn: Conn, authority: Authority, size: int, note: str, seconds: float = PATIENCE_SECONDS
) -> bytes:
    """Have one checkpoint stamped, and keep the response. Raises BadStamp, OSError."""
    response = request_stamp(authority.url, note.encode(), seconds)
    check_stamp(response, note.encode(), authority.root.read_bytes())
    conn.execute(_KEEP, (response, size))
    return response


def stamped(conn: Conn, authority: Authority, checkpoint: SignedCheckpoint) -> SignedCheckpoint:
    """Return the checkpoint with its stamp, or as it is if the authority does not answer soon: it is asked later."""
    if checkpoint.stamp is not None or troubles.trouble_of(conn, troubles.STAMPING) is not None:
        return checkpoint
    try:
        stamp = stamp_checkpoint(conn, authority, checkpoint.size, checkpoint.note, SHORT_PATIENCE_SECONDS)
    except (BadStamp, OSError) as error:
        log.warning("no time stamp", extra={"size": checkpoint.size, "reason": str(error)})
        return checkpoint
    return replace(checkpoint, stamp=stamp)


def request_stamp(url: str, message: bytes, seconds: float = PATIENCE_SECONDS) -> bytes:
    """Return the authority's response, in DER. Raises OSError if there is none."""
    query = TimestampRequestBuilder().data(message).build()
    request = urllib.request.Request(url, data=query.as_bytes(), headers={"Content-Type": _REQUEST})
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        return bytes(answer.read(MAX_RESPONSE_BYTES))


def check_stamp(response: bytes, message: bytes, roots: bytes) -> str:
    """Return when a root's (PEM) authority stamped the message (ISO 8601). Raises BadStamp."""
    try:
        certificates: list[Certificate] = load_pem_x509_certificates(roots)
    except ValueError:
        raise BadStamp("the file of root certificates holds no certificate in PEM") from None
    try:
        stamp = decode_timestamp_response(in_der_order(response))
        builder = VerifierBuilder()
        for certificate in certificates:
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(stamp, message)
        return stamp.tst_info.gen_time.isoformat()
    except VerificationError as error:
        raise BadStamp(f"the time stamp does not hold: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise BadStamp(f"it is no time stamp that was granted: {' '.join(str(error).split())}") from None


def in_der_order(response: bytes) -> bytes:
    """Return the response with its certificates in the order that DER asks of a set.

    Authorities send their chain in any order, which `openssl ts -verify` takes and a strict reader does not. No
    signature covers that order. Raises ValueError for what is no response.
    """
    parsed = tsp.TimeStampResp.load(response)
    if (token := parsed["time_stamp_token"]).native is None:
        return response
    signed_data = token["content"]
    certificates = list(signed_data["certificates"])
    if certificates == (in_order := sorted(certificates, key=lambda certificate: bytes(certificate.dump()))):
        return response
    signed_data["certificates"] = cms.CertificateSet(in_order)
    return bytes(parsed.dump())
