"""The files of pieces in the facts of a dossier; what was withdrawn is told only where anything was."""

from __future__ import annotations

from typing import Any

from domain.service_dossiers.events import PieceAttached, PieceWithdrawn

Facts = dict[str, Any]

_SINCE_SEVERAL = {"replaces", "reason"}


def attached(dossier: Facts, fact: PieceAttached, act: Facts) -> Facts:
    """Return what changes of the dossier with a further file, which stands where the first that it replaces stood."""
    entry = {**fact.model_dump(mode="json", exclude=_SINCE_SEVERAL), "at": act["at"]}
    pieces: list[Facts] = dossier["pieces"]
    if fact.replaces is None:
        return {"pieces": [*(other for other in pieces if other["piece"] != fact.piece), entry]}
    replaced = [place for place, other in enumerate(pieces) if _is(other, fact.piece, fact.replaces)]
    if not replaced:
        return {"pieces": [*pieces, entry]}
    placed = [entry if place == replaced[0] else other for place, other in enumerate(pieces)]
    withdrawals = [_withdrawal(pieces[place], act, fact.reason, fact.sha256) for place in replaced]
    rest = [other for place, other in enumerate(placed) if place == replaced[0] or place not in replaced]
    return {"pieces": rest, **_withdrawn(dossier, withdrawals)}


def withdrawn(dossier: Facts, fact: PieceWithdrawn, act: Facts) -> Facts:
    """Return what changes of the dossier without a file."""
    gone = [other for other in dossier["pieces"] if _is(other, fact.piece, (fact.sha256,))]
    rest = [other for other in dossier["pieces"] if other not in gone]
    return {"pieces": rest, **_withdrawn(dossier, [_withdrawal(other, act, fact.reason, None) for other in gone])}


def _is(entry: Facts, piece: str, digests: tuple[str, ...]) -> bool:
    return entry["piece"] == piece and entry["sha256"] in digests


def _withdrawal(entry: Facts, act: Facts, reason: str | None, replaced_by: str | None) -> Facts:
    return {"piece": entry["piece"], "sha256": entry["sha256"], **act, "reason": reason, "replaced_by": replaced_by}


def _withdrawn(dossier: Facts, withdrawals: list[Facts]) -> Facts:
    return {"withdrawn_pieces": [*dossier.get("withdrawn_pieces", ()), *withdrawals]}
