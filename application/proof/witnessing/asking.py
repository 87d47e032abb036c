"""Ask the configured witnesses for cosignatures on the last checkpoint, and note when their quorum makes it final."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import httpx
from psycopg import Connection

from application.proof.checkpoints import SignedCheckpoint, latest
from application.proof.merkle import consistency_proof
from application.proof.notes import BadNote
from application.proof.signer import troubles
from application.proof.tiles import StoredTree
from application.proof.witnessing.cosignatures import Cosignature, cosignatures
from application.proof.witnessing.policy import Policy, Witness
from application.proof.witnessing.witness import format_request

log = logging.getLogger(__name__)
Conn = Connection[Any]

#: For one request to one witness; several are asked one after the other.
PATIENCE_SECONDS = 5.0
#: For all witnesses together, while somebody waits for a bundle.
EXPORT_SECONDS = 4.0
_MOST_BYTES = 16 * 1024
_CONFLICT = 409

_LINES = "SELECT witness, line FROM proof.cosignatures WHERE size = %s ORDER BY witness"
_LAST_SIZE = "SELECT coalesce(max(size), 0) FROM proof.cosignatures WHERE witness = %s"
_KEEP = "INSERT INTO proof.cosignatures (size, witness, line, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_FINAL = "INSERT INTO proof.final_checkpoints (size, position, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


class NoCosignature(Exception):
    """Raised when a witness gives none; the message says why in one line."""


def cosigned_note(conn: Conn, checkpoint: SignedCheckpoint) -> str:
    """Return the checkpoint's note with the cosignatures that are kept beside it."""
    return checkpoint.note + "".join(line for _, line in conn.execute(_LINES, (checkpoint.size,)).fetchall())


def ask_witnesses(conn: Conn, policy: Policy, now: datetime) -> None:
    """Ask those that have not cosigned the last checkpoint. One that fails is asked less and less often."""
    if (checkpoint := latest(conn)) is None:
        return
    cosigners = {name for name, _ in conn.execute(_LINES, (checkpoint.size,)).fetchall()}
    for witness in policy.witnesses.values():
        if witness.url is not None and witness.key.name not in cosigners:
            _ask(conn, witness, checkpoint, now)
    if policy.is_met(policy.cosigned(cosigned_note(conn, checkpoint))):
        conn.execute(_FINAL, (checkpoint.size, checkpoint.position, now))


def have_cosigned(conn: Conn, policy: Policy, checkpoint: SignedCheckpoint, now: datetime) -> bool:
    """Have one checkpoint cosigned, and return whether the quorum has cosigned it; the notary goes on asking later.

    Those that did not answer last are not waited for.
    """
    ends_at = monotonic() + EXPORT_SECONDS
    for witness in policy.witnesses.values():
        note = cosigned_note(conn, checkpoint)
        if policy.is_met(cosigned := policy.cosigned(note)):
            return True
        seconds_left = ends_at - monotonic()
        is_silent = troubles.trouble_of(conn, f"{troubles.WITNESS} {witness.key.name}") is not None
        if witness.url is None or is_silent or seconds_left <= 0 or witness.key in [each.witness for each in cosigned]:
            continue
        try:
            cosignature = request_cosignature(conn, witness, checkpoint, min(seconds_left, PATIENCE_SECONDS))
        except NoCosignature as refused:
            log.warning("no cosignature", extra={"witness": witness.key.name, "reason": str(refused)})
            continue
        conn.execute(_KEEP, (checkpoint.size, witness.key.name, cosignature.line, cosignature.at))
    if not policy.is_met(policy.cosigned(cosigned_note(conn, checkpoint))):
        return False
    conn.execute(_FINAL, (checkpoint.size, checkpoint.position, now))
    return True


def _ask(conn: Conn, witness: Witness, checkpoint: SignedCheckpoint, now: datetime) -> None:
    work = f"{troubles.WITNESS} {witness.key.name}"
    trouble = troubles.trouble_of(conn, work)
    if trouble is not None and now < trouble.next_at:
        return
    try:
        cosignature = request_cosignature(conn, witness, checkpoint)
    except NoCosignature as refused:
        tries = troubles.tell(conn, work, str(refused), now).tries
        log.warning("no cosignature", extra={"witness": witness.key.name, "reason": str(refused), "tries": tries})
        return
    conn.execute(_KEEP, (checkpoint.size, witness.key.name, cosignature.line, cosignature.at))
    if trouble is not None:
        troubles.clear(conn, work)


def request_cosignature(
    conn: Conn, witness: Witness, checkpoint: SignedCheckpoint, seconds: float = PATIENCE_SECONDS
) -> Cosignature:
    """Raises NoCosignature."""
    row = conn.execute(_LAST_SIZE, (witness.key.name,)).fetchone()
    old = min(int(row[0]) if row else 0, checkpoint.size)
    status, text = _post(conn, witness, checkpoint, old, seconds)
    if status == _CONFLICT:
        # The witness last saw another tree than we remember; its answer says which.
        old = _size(witness, text)
        if old > checkpoint.size:
            raise NoCosignature(f"it has cosigned a tree of {old} before, larger than this log")
        status, text = _post(conn, witness, checkpoint, old, seconds)
    if status != httpx.codes.OK:
        raise NoCosignature(f"it answered {status}: {' '.join(text.split())[:200]}")
    try:
        valid = cosignatures(checkpoint.note + text, [witness.key])
    except BadNote as bad:
        raise NoCosignature(str(bad)) from None
    if not valid:
        raise NoCosignature("its answer holds no cosignature by its key")
    return valid[0]


def _post(conn: Conn, witness: Witness, checkpoint: SignedCheckpoint, old: int, seconds: float) -> tuple[int, str]:
    body = format_request(old, _proof(conn, old, checkpoint.size), checkpoint.note)
    url = f"{str(witness.url).rstrip('/')}/add-checkpoint"
    try:
        with httpx.stream("POST", url, content=body, timeout=seconds, follow_redirects=False) as response:
            data = b""
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > _MOST_BYTES:
                    raise NoCosignature("its answer is too large")
        return response.status_code, data.decode()
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeDecodeError) as error:
        raise NoCosignature(f"{url}: {str(error) or type(error).__name__}") from None


def _proof(conn: Conn, old: int, size: int) -> Sequence[bytes]:
    return consistency_proof(old, size, StoredTree(conn).subtree) if old else []


def _size(witness: Witness, text: str) -> int:
    digits = text.removesuffix("\n")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise NoCosignature("its answer to a conflict is no size")
    return int(digits)
