"""Layouts 1 and 2, of the bundles of versions 0.1 and 0.2. Never changed: their PDFs are compared byte for byte.

It shares the formats of dates and sums with today's papers and nothing else; its words and templates lie beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from application.papers.french import NBSP, date_and_time, euros, short_date, siret
from application.papers.typesetting import typeset

Facts = dict[str, Any]

_TEMPLATE = "dossier_layouts/layout_2.typ"
_STATUSES = {
    "OPEN": ("Ouvert", False),
    "SUBMITTED": ("Soumis au coordonnateur", False),
    "RETURNED": ("Renvoyé à la structure", False),
    "CERTIFIED": ("Service fait certifié", True),
    "PAID": ("Payé", True),
}


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = orjson.loads((Path(__file__).parent / "words_2.json").read_bytes())
    return words


def lay_out(facts: Facts, checkpoint: str, equal_sheets: bool) -> bytes:
    """Return the dossier as PDF. Layout 1 did not show `equal_sheets`, one scan for several animations."""
    lines = facts["lines"]
    zone = ZoneInfo(lines[0]["time_zone"] if lines else "Europe/Paris")
    titles: dict[str, str] = {line["animation_id"]: line["title"] for line in lines}
    status, final = _STATUSES[facts["status"]]
    shown = [_line(line, zone) for line in lines]
    return typeset(
        _TEMPLATE,
        {
            "reference": facts["dossier_id"],
            "status": status,
            "structure": facts["structure"]["name"],
            "facts": _identity(facts),
            "amount": euros(_amount(facts)),
            "amount_label": "Montant certifié" if final else "Montant, sous réserve de certification",
            "basis": _basis(facts),
            "lines": shown,
            "equal_sheets": _equal_sheets(shown) if equal_sheets else [],
            "parents": sum(line["parents"] for line in shown),
            "children": sum(line["children"] for line in shown),
            "pieces": _pieces(facts),
            "amendments": [_amendment(amendment, titles, zone) for amendment in facts["amendments"]],
            "timeline": [_entry(entry, titles, zone) for entry in facts["timeline"]],
            "checkpoint": checkpoint,
        },
        _words()["mandatory_sentence"],
    )


def _rate(facts: Facts) -> str | None:
    rate: str | None = facts["rate_per_animation"] or facts["convention"]["rate_per_animation"]
    return rate


def _amount(facts: Facts) -> Decimal:
    return Decimal(facts["amount"]) if facts["amount"] else Decimal(_rate(facts) or 0) * len(facts["lines"])


def _identity(facts: Facts) -> list[tuple[str, str]]:
    convention, payment = facts["convention"], facts["payment"]
    signed, valid_from, valid_until = map(
        _day, (convention[name] for name in ("signed_on", "valid_from", "valid_until"))
    )
    pairs = [
        ("SIRET", siret(facts["structure"]["siret"])),
        ("Période", f"du {_day(facts['period_from'])} au {_day(facts['period_until'])}"),
        ("Territoire", facts["territory"]),
        ("Coordonnateur", convention["coordonnateur"]),
        ("Convention", f"signée le {signed}, valable du {valid_from} au {valid_until}"),
        ("Référence de la convention", convention["convention_id"]),
    ]
    if payment:
        pairs += [("Payé le", _day(payment["paid_on"])), ("Référence du paiement", payment["reference"])]
    return pairs


def _day(text: str) -> str:
    return short_date(date.fromisoformat(text))


def _basis(facts: Facts) -> list[tuple[str, str]]:
    rate, planned = _rate(facts), facts["convention"]["planned_animations"]
    return [
        ("Animations du dossier", str(len(facts["lines"]))),
        ("Prévues à la convention", "non précisé" if planned is None else str(planned)),
        ("Tarif d'une animation", euros(Decimal(rate)) if rate else "non précisé"),
    ]


def _pieces(facts: Facts) -> list[Facts]:
    required = facts["convention"]["required_pieces"]
    attached = [piece["piece"] for piece in facts["pieces"]]
    others = [piece for piece in attached if piece not in required]
    return [{"name": piece, "there": piece in attached} for piece in (*required, *others)]


def _equal_sheets(lines: list[Facts]) -> list[str]:
    numbers: dict[str, list[str]] = {}
    for number, line in enumerate(lines, start=1):
        if line["sha256"] is not None:
            numbers.setdefault(line["sha256"], []).append(str(number))
    return [", ".join(equal) for equal in numbers.values() if len(equal) > 1]


def _line(line: Facts, zone: ZoneInfo) -> Facts:
    attestation = line["attestation"]
    shown = line["submitted"] or attestation
    return {
        "title": line["title"],
        "when": _local(line["starts_at"], ZoneInfo(line["time_zone"])),
        "venue": line["venue_name"],
        "parents": shown["parents"],
        "children": shown["children"],
        "attested": _local(attestation["at"], zone) if attestation else None,
        "corrections": line["corrections"],
        "sha256": line["sheet"]["sha256"] if line["sheet"] else None,
    }


def _amendment(amendment: Facts, titles: Mapping[str, str], zone: ZoneInfo) -> Facts:
    before = amendment["before"]
    return {
        "at": _local(amendment["proposed"]["at"], zone),
        "title": titles.get(amendment["animation_id"], amendment["animation_id"]),
        "before": _figures(before["parents"], before["children"]),
        "after": _figures(amendment["parents"], amendment["children"]),
        "reason": amendment["reason"],
        "accepted_by": amendment["decided"]["by"] if amendment["status"] == "ACCEPTED" else None,
    }


def _figures(parents: int, children: int) -> str:
    return f"{parents}{NBSP}parent{'s' if parents > 1 else ''}, {children}{NBSP}enfant{'s' if children > 1 else ''}"


def _entry(entry: Facts, titles: Mapping[str, str], zone: ZoneInfo) -> Facts:
    what, title = _words()["sentences"][entry["type"]], titles.get(entry["subject"])
    return {
        "at": _local(entry["recorded_at"], zone),
        "actor": entry["actor"],
        "role": _words()["roles"][entry["role"]],
        "what": what if title is None else f"{what} : {title}",
    }


def _local(instant: str, zone: ZoneInfo) -> str:
    return date_and_time(datetime.fromisoformat(instant).astimezone(zone))
