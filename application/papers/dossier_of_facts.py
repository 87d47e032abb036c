"""Lay out a dossier's facts (see `application.proof.facts.dossier_facts`) for paper."""

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
from application.papers.dossier_afterwards import Afterwards, Control, Recovery, Withdrawal
from application.papers.dossier_reservations import reservations_of
from application.papers.words import ROLES, TERRITORIES
from domain.controls.pieces import PIECE_LABELS, REASON_LABELS, PieceKind, ReasonCode
from domain.conventions.rates import AgreedRate, rate_on
from domain.kernel.actors import Role
from domain.kernel.events import registered_events
from domain.service_dossiers.transitions import AmendmentStatus

Facts = dict[str, Any]

#: Events by which a convention counts animations, those of other dossiers included.
_COUNTED = frozenset({"convention.service_certified", "convention.service_withdrawn"})

#: Returns the display name of an actor.
NameOf = Callable[[str], str]


def pdf_of_facts(facts: Facts, checkpoint: str | None, accessible: bool = True) -> bytes:
    """Return the dossier as PDF, with the latest signed checkpoint."""
    return dossier_pdf(document_of(facts, checkpoint), accessible)


def document_of(facts: Facts, checkpoint: str | None) -> DossierDocument:
    """Return the document. Instants are in the local time of its animations, or of Paris if it has none."""
    names: dict[str, str] = facts["names"]

    def name_of(actor: str) -> str:
        return names.get(actor, actor)

    lines = facts["lines"]
    zone = ZoneInfo(lines[0]["time_zone"] if lines else "Europe/Paris")
    titles: dict[str, str] = {line["animation_id"]: line["title"] for line in lines}
    details = _details(facts)
    convention, payment = facts["convention"], facts["payment"]
    rates = [_rate(line, facts, ZoneInfo(line["time_zone"])) for line in lines]
    different = set(rates) if rates else {_decimal(facts["rate_per_animation"] or convention["rate_per_animation"])}
    of_all = different.pop() if len(different) == 1 else None
    amount = Decimal(facts["amount"]) if facts["amount"] else sum((rate or Decimal(0) for rate in rates), Decimal(0))
    return DossierDocument(
        reference=facts["dossier_id"],
        status=facts["status"],
        structure=facts["structure"]["name"],
        structure_siret=facts["structure"]["siret"],
        territory=_territory(facts["territory"]),
        time_zone=zone.key,
        coordonnateur=convention["coordonnateur"],
        convention=_convention(convention, of_all, rates_differ=bool(different)),
        period_from=date.fromisoformat(facts["period_from"]),
        period_to=date.fromisoformat(facts["period_until"]),
        amount=amount,
        lines=tuple(_line(line, zone, rate if different else None) for line, rate in zip(lines, rates, strict=True)),
        pieces=tuple(piece["piece"] for piece in facts["pieces"]),
        amendments=tuple(_amendment(amendment, titles, zone, name_of) for amendment in facts["amendments"]),
        timeline=tuple(_entry(entry, titles, zone, name_of, details) for entry in _own_history(facts)),
        paid_on=date.fromisoformat(payment["paid_on"]) if payment else None,
        payment_reference=payment["reference"] if payment else None,
        checkpoint=checkpoint,
        afterwards=_afterwards(facts, titles, zone, name_of),
        reservations=reservations_of(facts["certified"] or {}, titles),
    )


def _convention(convention: Facts, rate: Decimal | None, *, rates_differ: bool) -> DossierConvention:
    return DossierConvention(
        reference=convention["convention_id"],
        signed_on=date.fromisoformat(convention["signed_on"]),
        valid_from=date.fromisoformat(convention["valid_from"]),
        valid_until=date.fromisoformat(convention["valid_until"]),
        rate=rate,
        rates_differ=rates_differ,
        planned=convention["planned_animations"],
        required_pieces=tuple(convention["required_pieces"]),
    )


def _rate(line: Facts, facts: Facts, zone: ZoneInfo) -> Decimal | None:
    """Return the line's own rate: as submitted, before that as the convention says."""
    if facts["amount"]:
        submitted = line["submitted"] or {}
        return _decimal(submitted.get("rate", facts["rate_per_animation"]))
    convention = facts["convention"]
    of_all_days = [{"rate": convention["rate_per_animation"], "effective_from": None}]
    agreed = [
        AgreedRate(_decimal(each["rate"]), _day(each["effective_from"]))
        for each in convention.get("rates", of_all_days)
    ]
    return rate_on(agreed, _local(line["starts_at"], zone).date())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(amount: str | None) -> Decimal | None:
    return Decimal(amount) if amount else None


def _line(line: Facts, zone: ZoneInfo, rate: Decimal | None) -> DossierLine:
    attendance = line["submitted"] or line["attestation"]
    attested_at = line["attestation"]["at"] if line["attestation"] else None
    return DossierLine(
        title=line["title"],
        starts_at=_local(line["starts_at"], ZoneInfo(line["time_zone"])),
        venue=line["venue_name"],
        parents=attendance["parents"],
        children=attendance["children"],
        attested_at=_local(attested_at, zone) if attested_at else None,
        corrections=line["corrections"],
        sheets=tuple(page["sha256"] for page in line.get("sheets") or filter(None, [line["sheet"]])),
        rate=rate,
    )


def _amendment(amendment: Facts, titles: dict[str, str], zone: ZoneInfo, name_of: NameOf) -> DossierAmendment:
    accepted = amendment["status"] == AmendmentStatus.ACCEPTED
    return DossierAmendment(
        at=_local(amendment["proposed"]["at"], zone),
        title=titles.get(amendment["animation_id"], str(amendment["animation_id"])),
        before=(amendment["before"]["parents"], amendment["before"]["children"]),
        after=(amendment["parents"], amendment["children"]),
        reason=amendment["reason"],
        accepted_by=name_of(amendment["decided"]["by"]) if accepted else None,
        amounts=(Decimal(amendment["amount_before"]), Decimal(amendment["amount_after"]))
        if "amount_after" in amendment
        else None,
    )


def _afterwards(facts: Facts, titles: dict[str, str], zone: ZoneInfo, name_of: NameOf) -> Afterwards:
    return Afterwards(
        withdrawals=tuple(
            Withdrawal(
                at=_local(withdrawal["at"], zone),
                by=name_of(withdrawal["by"]),
                reason=withdrawal["reason"],
                amount=Decimal(withdrawal["amount"]),
                to_recover=Decimal(withdrawal["to_recover"]),
            )
            for withdrawal in facts.get("withdrawals", ())
        ),
        recoveries=tuple(
            Recovery(
                recovered_on=date.fromisoformat(recovery["recovered_on"]),
                reference=recovery["reference"],
                amount=Decimal(recovery["amount"]),
                recorded_by=name_of(recovery["by"]),
            )
            for recovery in facts.get("recoveries", ())
        ),
        controls=tuple(_control(control, titles, zone, name_of) for control in facts.get("controls", ())),
        to_recover=Decimal(facts["to_recover"]) if "to_recover" in facts else None,
    )


def _control(control: Facts, titles: dict[str, str], zone: ZoneInfo, name_of: NameOf) -> Control:
    concluded = control["concluded"]
    return Control(
        at=_local((control["drawn"] or concluded)["at"], zone),
        reference=control["control_id"],
        outcome=tuple(_refused(piece, titles) for piece in control["refused"]) if concluded else None,
        concluded_by=name_of(concluded["by"]) if concluded else None,
    )


def _refused(piece: Facts, titles: dict[str, str]) -> str:
    kind, _, subject = piece["piece"].partition(":")
    what = f"{PIECE_LABELS[PieceKind(kind)]} : {titles.get(subject, subject)}"
    return f"{what} – {REASON_LABELS[ReasonCode(piece['reason_code'])]}"


def _territory(code: str) -> str:
    return f"{TERRITORIES[code]} ({code})" if code in TERRITORIES else code


def _own_history(facts: Facts) -> list[Facts]:
    """Return the history without what the convention counts of other dossiers."""
    own = {entry["recorded_at"] for entry in facts["timeline"] if entry["subject"] == facts["dossier_id"]}
    return [entry for entry in facts["timeline"] if entry["type"] not in _COUNTED or entry["recorded_at"] in own]


def _details(facts: Facts) -> dict[tuple[str, str], str]:
    """Return what else the facts say of entries of the history, by their type and time."""
    details = {("service_dossier.piece_attached", piece["at"]): f"« {piece['piece']} »" for piece in facts["pieces"]}
    for piece in facts.get("withdrawn_pieces", ()):
        topic = "service_dossier.piece_attached" if piece["replaced_by"] else "service_dossier.piece_withdrawn"
        details[topic, piece["at"]] = f"« {piece['piece']} » ({piece['reason']})"
    if facts["returned"]:
        details["service_dossier.returned", facts["returned"]["at"]] = facts["returned"]["reason"]
    for amendment in facts["amendments"]:
        decided = amendment["decided"]
        if decided and decided["reason"]:
            details["service_dossier.amendment_refused", decided["at"]] = decided["reason"]
    for line in facts["lines"]:
        for page in line.get("withdrawn_sheets", ()):
            topic = "animation.sheet_attached" if page["replaced_by"] else "animation.sheet_withdrawn"
            details[topic, page["at"]] = f"{line['title']} ({page['reason']})"
    return details


def _entry(
    entry: Facts, titles: dict[str, str], zone: ZoneInfo, name_of: NameOf, details: dict[tuple[str, str], str]
) -> DossierEntry:
    what = registered_events()[entry["type"]].sentence
    title = details.get((entry["type"], entry["recorded_at"]), titles.get(entry["subject"]))
    return DossierEntry(
        at=_local(entry["recorded_at"], zone),
        actor=name_of(entry["actor"]),
        role=ROLES[Role(entry["role"])],
        what=what if title is None else f"{what} : {title}",
    )


def _local(instant: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(instant).astimezone(zone)
