"""`dossier.json` as bundles of versions 0.1 and 0.2 hold it, whatever events have learnt to say since."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]

FORMAT = "parentalite-dossier/1"

_ACT = ("by", "at")
_SHEET = ("file_name", "media_type", "size", "sha256")
_LINE = ("animation_id", "animation_version", "held_on", "parents", "children", "sheet")
_TERMS = (
    *("coordonnateur", "signed_on", "valid_from", "valid_until"),
    *("planned_animations", "rate_per_animation", "required_pieces"),
)
_FIELDS: dict[str, Any] = {
    **dict.fromkeys(
        ("dossier_id", "structure_id", "convention_id", "territory", "period_from", "period_until", "status")
    ),
    "submitted_lines": dict.fromkeys(_LINE),
    "pieces": dict.fromkeys(("piece", *_SHEET, "at")),
    "amendments": {
        **dict.fromkeys(
            ("number", "animation_id", "parents", "children", "form_version", "answers", "reason", "status")
        ),
        "proposed": dict.fromkeys(_ACT),
        "decided": dict.fromkeys((*_ACT, "reason")),
        "before": dict.fromkeys(("parents", "children", *_ACT)),
    },
    "rate_per_animation": None,
    "amount": None,
    "submitted": dict.fromkeys(_ACT),
    "returned": dict.fromkeys((*_ACT, "reason")),
    "certified": dict.fromkeys(
        (
            *(*_ACT, "animations", "rate_per_animation", "amount"),
            *("planned_animations", "already_certified", "overrun_reason"),
        )
    ),
    "payment": dict.fromkeys((*_ACT, "paid_on", "reference", "amount")),
    "structure": dict.fromkeys(("structure_id", "siret", "name")),
    "convention": dict.fromkeys(
        ("convention_id", "structure_id", "siret", "structure_name", "territory", *_TERMS, "terminated_on")
    ),
    "lines": {
        **dict.fromkeys(("animation_id", "title", "venue_name", "commune_code", "time_zone", "starts_at", "ends_at")),
        "attestation": dict.fromkeys(("parents", "children", *_ACT)),
        "corrections": None,
        "sheet": dict.fromkeys(_SHEET),
        "submitted": dict.fromkeys(_LINE),
    },
    "timeline": dict.fromkeys(("position", "recorded_at", "type", "subject", "version", "actor", "role")),
}


def in_first_format(facts: Facts) -> Facts:
    """Return the facts without what this format did not hold."""
    return {"format": FORMAT, **_reduced(facts, _FIELDS)}


def _reduced(value: Any, fields: Any) -> Any:
    if fields is None or value is None:
        return value
    if isinstance(value, list):
        return [_reduced(entry, fields) for entry in value]
    return {name: _reduced(inner, fields[name]) for name, inner in value.items() if name in fields}
