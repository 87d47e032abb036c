"""Check what whoever verifies asks for: a checkpoint that they have, a status; tell as of when the bundle speaks."""

from __future__ import annotations

from application.proof.bundle_checks.opened_bundle import CheckFailed, OpenedBundle
from application.proof.members import PREVIOUS
from application.proof.notes import VerifierKey, parse_checkpoint, split_note
from application.proof.public_keys import open_checkpoint


def check_kept_checkpoint(bundle: OpenedBundle) -> str | None:
    """Check that a checkpoint from elsewhere and the bundle's are of one history, as far as that can be proved."""
    if bundle.demands.kept is None:
        return None
    theirs, _ = open_checkpoint(bundle.demands.kept, bundle.configured)
    ours = bundle.checkpoint
    if theirs.origin != ours.origin:
        raise CheckFailed(f"the checkpoint given is of {theirs.origin}, the bundle's of {ours.origin}")
    trees = {ours.size: ours.root}
    if PREVIOUS in bundle.members:
        previous = parse_checkpoint(split_note(bundle.text(PREVIOUS))[0])
        trees[previous.size] = previous.root
    if theirs.size in trees:
        if theirs.root != trees[theirs.size]:
            raise CheckFailed(f"two trees of {theirs.size:,} events are signed: the log shows different histories")
        return f"the checkpoint given, of {theirs.size:,} events, is of the same history"
    if theirs.size < ours.size:
        bundle.warnings.append(
            f"not proved: nothing here leads from the checkpoint given, of {theirs.size:,} events, to the bundle's, of "
            f"{ours.size:,} (parentalite audit follow asks the log itself)"
        )
        return None
    bundle.warnings.append(
        f"not proved: the checkpoint given is of {theirs.size:,} events, the bundle's of {ours.size:,}; what came"
        " after is not shown, nor that both are of one history (ask for a new bundle)"
    )
    return None


def tell_as_of(bundle: OpenedBundle) -> str:
    """Return as of when the bundle speaks, on whose word, and what it says."""
    checkpoint, facts = bundle.checkpoint, bundle.facts
    key = VerifierKey(checkpoint.origin, bundle.checkpoint_key.public_key)
    last = max(record.stamp.recorded_at for record in bundle.records)
    outcome = f"{facts['status']}, {facts['amount']} euros" if facts["amount"] else facts["status"]
    return (
        f"checkpoint {checkpoint.size:,} of {checkpoint.origin}, signed by {str(key).rsplit('+', 1)[0]}; its last "
        f"event here is of {last:%Y-%m-%d %H:%M:%S} UTC by the signer's clock; {bundle.stamped}; {outcome}"
    )


def check_nothing_left_out(bundle: OpenedBundle) -> str | None:
    """Check that the bundle can leave nothing out, where that is asked for."""
    if not bundle.demands.complete:
        return None
    if bundle.gaps:
        raise CheckFailed(f"it may leave something out, and must not: {'; '.join(bundle.gaps)}")
    return "nothing is left out"


def check_required_status(bundle: OpenedBundle) -> str | None:
    """Check that the dossier has one of the statuses asked for."""
    if not bundle.demands.required:
        return None
    status = bundle.facts["status"]
    if status not in bundle.demands.required:
        raise CheckFailed(f"the dossier is {status}, where {' or '.join(bundle.demands.required)} is required")
    return f"the dossier is {status}"
