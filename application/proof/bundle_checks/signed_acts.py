"""Tell which acts the persons themselves signed, with which keys, and check that the demanded ones are."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from application.proof.bundle_checks.opened_bundle import CheckFailed, OpenedBundle
from application.signatures.acts import from_base64url
from domain.kernel.identifiers import passkeys_id
from domain.kernel.rights import Action
from domain.passkeys.events import PasskeyRegistered
from domain.proof.events import SigningRequired
from domain.proof.signing_rule import MONEY_ACTIONS
from eventstore.records import Recorded

_FINGERPRINT_LETTERS = 16


def check_signed_acts(bundle: OpenedBundle) -> str | None:
    """Check that all acts of the demanded roles are signed. The rules have checked each signature."""
    acts = list(_acts(bundle))
    unsigned = [act for act in acts if act.stamp.signature is None]
    for act in unsigned:
        if act.stamp.role in bundle.demands.signing:
            raise CheckFailed(
                f"{act.event.topic} at position {act.position}, by {act.stamp.role}, is not signed by the person"
            )
    signed = [act for act in acts if act.stamp.signature is not None]
    bundle.warnings.extend(_rules(bundle))
    if not signed:
        return None
    bundle.warnings.extend(dict.fromkeys(_key_of(bundle, act) for act in signed))
    return f"{len(signed)} of {len(acts)} acts that move money are signed by the persons themselves"


def _rules(bundle: OpenedBundle) -> Iterator[str]:
    """Yield who had to sign, and since when. The rules have checked that they did."""
    for record in bundle.records:
        if isinstance(record.event, SigningRequired):
            roles, acts = ", ".join(record.event.roles), ", ".join(record.event.acts)
            further = ", and each convention," if Action.CONVENTION_SIGN in record.event.acts else ""
            which = f"that moves money{further}" if MONEY_ACTIONS.issubset(record.event.acts) else f"({acts})"
            who = f"each act {which} of {roles} is signed by the person" if roles else "nobody has to sign"
            yield f"from position {record.position} ({record.stamp.recorded_at:%Y-%m-%d}) on {who}"


def _acts(bundle: OpenedBundle) -> Iterator[Recorded]:
    """Yield the first event of each command that moves money."""
    # Events of a command follow each other; the id alone would let an act pass for a part of an earlier one.
    before = None
    for record in bundle.records:
        command = (record.stamp.command_id, record.stamp.cause)
        if record.stamp.cause.removeprefix("command:") in MONEY_ACTIONS and command != before:
            yield record
        before = command


def _key_of(bundle: OpenedBundle, act: Recorded) -> str:
    """Return which key signed, and how it came to be the person's."""
    stamp = act.stamp
    assert stamp.signature is not None
    assert stamp.person is not None
    credential_id, stream = stamp.signature.credential_id, passkeys_id(stamp.person)
    (registered,) = (
        record
        for record in bundle.records
        if record.originator_id == stream
        and isinstance(record.event, PasskeyRegistered)
        and record.event.credential_id == credential_id
    )
    assert isinstance(registered.event, PasskeyRegistered)
    fingerprint = sha256(from_base64url(registered.event.public_key)).hexdigest()[:_FINGERPRINT_LETTERS]
    vouched = "signed with an earlier one" if registered.stamp.signature else "on the word of the log's owner"
    # The name of whoever acts is the service's word: what is signed names the person by a digest.
    by = "" if registered.stamp.actor == stamp.actor else f" by {registered.stamp.actor}"
    return (
        f"{stamp.actor} ({stamp.role}) signs with the key {fingerprint} of {registered.event.rp_id}, registered on"
        f" {registered.stamp.recorded_at:%Y-%m-%d}{by} {vouched}"
    )
