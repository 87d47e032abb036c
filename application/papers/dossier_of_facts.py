"""A dossier's facts, as `application.proof.dossier_facts` tells them, laid out for paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from application.papers.dossier import (
    DossierAmendment,
    DossierConvention,
    DossierDocument,
    DossierEntry,
    DossierLine,
    dossier_pdf,
)
from application.papers.words import ROLES
from domain.kernel.actors import Role
from domain.kernel.events import registered_events
from domain.service_dossiers.transitions import AmendmentStatus

Facts = dict[str, Any]


#: What people call who acted, told what history calls them (see `people.officials`).
NameOf = Callable[[str], str]


def pdf_of_facts(facts: Facts, checkpoint: str | None, name_of: NameOf = str) -> bytes:
    """The dossier as PDF, with the latest signed checkpoint."""
    return dossier_pdf(document_of(facts, checkpoint, name_of))


def document_of(facts: Facts, checkpoint: str | None, name_of: NameOf = str) -> DossierDocument:
    """Instants are shown in the local time of the dossier's animations, and of Paris when it holds none."""
    lines = facts["lines"]
    zone = ZoneInfo(lines[0]["time_zone"] if lines else "Europe/Paris")
    titles: dict[str, str] = {line["animation_id"]: line["title"] for line in lines}
    convention, payment = facts["convention"], facts["payment"]
    rate = facts["rate_per_animation"] or convention["rate_per_animation"]
    amount = Decimal(facts["amount"]) if facts["amount"] else Decimal(rate or 0) * len(lines)
    return DossierDocument(
        reference=facts["dossier_id"],
        status=facts["status"],
        structure=facts["structure"]["name"],
        structure_siret=facts["structure"]["siret"],
        territory=facts["territory"],
        coordonnateur=convention["coordonnateur"],
        convention=DossierConvention(
            reference=convention["convention_id"],
            signed_on=date.fromisoformat(convention["signed_on"]),
            valid_from=date.fromisoformat(convention["valid_from"]),
            valid_until=date.fromisoformat(convention["valid_until"]),
            rate=Decimal(rate) if rate else None,
            planned=convention["planned_animations"],
            required_pieces=tuple(convention["required_pieces"]),
        ),
        period_from=date.fromisoformat(facts["period_from"]),
        period_to=date.fromisoformat(facts["period_until"]),
        amount=amount,
        lines=tuple(_line(line, zone) for line in lines),
        pieces=tuple(piece["piece"] for piece in facts["pieces"]),
        amendments=tuple(_amendment(one, titles, zone, name_of) for one in facts["amendments"]),
        timeline=tuple(_entry(entry, titles, zone, name_of) for entry in facts["timeline"]),
        paid_on=date.fromisoformat(payment["paid_on"]) if payment else None,
        payment_reference=payment["reference"] if payment else None,
        checkpoint=checkpoint,
    )


def _line(line: Facts, zone: ZoneInfo) -> DossierLine:
    shown = line["submitted"] or line["attestation"]
    attested_at = line["attestation"]["at"] if line["attestation"] else None
    return DossierLine(
        title=line["title"],
        starts_at=_local(line["starts_at"], ZoneInfo(line["time_zone"])),
        venue=line["venue_name"],
        parents=shown["parents"],
        children=shown["children"],
        attested_at=_local(attested_at, zone) if attested_at else None,
        corrections=line["corrections"],
        sheet_sha256=line["sheet"]["sha256"] if line["sheet"] else None,
    )


def _amendment(one: Facts, titles: dict[str, str], zone: ZoneInfo, name_of: NameOf) -> DossierAmendment:
    accepted = one["status"] == AmendmentStatus.ACCEPTED
    return DossierAmendment(
        at=_local(one["proposed"]["at"], zone),
        title=titles.get(one["animation_id"], str(one["animation_id"])),
        before=(one["before"]["parents"], one["before"]["children"]),
        after=(one["parents"], one["children"]),
        reason=one["reason"],
        accepted_by=name_of(one["decided"]["by"]) if accepted else None,
    )


def _entry(entry: Facts, titles: dict[str, str], zone: ZoneInfo, name_of: NameOf) -> DossierEntry:
    what, title = registered_events()[entry["type"]].sentence, titles.get(entry["subject"])
    return DossierEntry(
        at=_local(entry["recorded_at"], zone),
        actor=name_of(entry["actor"]),
        role=ROLES[Role(entry["role"])],
        what=what if title is None else f"{what} : {title}",
    )


def _local(instant: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(instant).astimezone(zone)
