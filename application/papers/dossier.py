"""A service dossier on paper: the sum, its payee, the animations it pays for, and its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from application.papers.dossier_afterwards import Afterwards
from application.papers.dossier_reservations import Reservations
from application.papers.french import NBSP, date_and_time, euros, short_date, siret
from application.papers.typesetting import made_on, typeset
from application.papers.writable import with_words_by_hand
from domain.kernel.dossier_status import STATUS_LABELS, DossierStatus
from domain.service_dossiers.missing import missing_pieces

#: In these the sum is not certified yet.
_IN_THE_MAKING = frozenset(
    {DossierStatus.OPEN, DossierStatus.SUBMITTED, DossierStatus.RETURNED, DossierStatus.DISCARDED}
)


@dataclass(frozen=True, slots=True)
class DossierConvention:
    """`rate` in euros for one animation; `planned` animations. None if the convention does not say.

    `rates_differ`: the animations are paid by their days; `rate` is None and each line has its own.
    """

    reference: str
    signed_on: date
    valid_from: date
    valid_until: date
    rate: Decimal | None
    planned: int | None
    required_pieces: tuple[str, ...] = ()
    rates_differ: bool = False


@dataclass(frozen=True, slots=True)
class DossierLine:
    """An animation of the dossier, in the territory's local time; `attested_at` is None if not attested."""

    title: str
    starts_at: datetime
    venue: str
    parents: int
    children: int
    attested_at: datetime | None
    corrections: int
    #: SHA-256 of the pages of its signed sheet.
    sheets: tuple[str, ...]
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DossierAmendment:
    """A correction after certification. Figures are (parents, children); `accepted_by` is None until accepted."""

    at: datetime
    title: str
    before: tuple[int, int]
    after: tuple[int, int]
    reason: str
    accepted_by: str | None
    #: The dossier's amount before and after, in euros; None for what did not say so.
    amounts: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class DossierEntry:
    """One line of the history; `role` and `what` are in French."""

    at: datetime
    actor: str
    role: str
    what: str


@dataclass(frozen=True, slots=True)
class DossierDocument:
    """`status` is one of `DossierStatus`; the period includes both days; `amount` is in euros.

    `pieces` are those attached; `checkpoint` is the signed note of the log that the dossier rests on.
    """

    reference: str
    status: str
    structure: str
    structure_siret: str
    territory: str
    #: The time zone of the hours on the paper.
    time_zone: str
    coordonnateur: str
    convention: DossierConvention
    period_from: date
    period_to: date
    amount: Decimal
    lines: tuple[DossierLine, ...]
    pieces: tuple[str, ...] = ()
    amendments: tuple[DossierAmendment, ...] = ()
    timeline: tuple[DossierEntry, ...] = ()
    paid_on: date | None = None
    payment_reference: str | None = None
    checkpoint: str | None = None
    afterwards: Afterwards = field(default_factory=Afterwards)
    reservations: Reservations = field(default_factory=Reservations)


def dossier_pdf(dossier: DossierDocument, accessible: bool = True) -> bytes:
    """Typeset numbered A4 pages. Raises ValueError if an amount has fractions of a cent.

    Words that no font can write are to be written by hand: the sum is proved, whatever somebody is called.
    `accessible`: as PDF/UA-1 and PDF/A-2a, dated by the last act of its history.
    """
    status = DossierStatus(dossier.status)
    dated = dossier.timeline[-1].at.date() if accessible and dossier.timeline else None
    content = {
        "reference": dossier.reference,
        "status": STATUS_LABELS[status],
        "structure": dossier.structure,
        "facts": _facts(dossier),
        "amount": euros(dossier.amount),
        "amount_label": _amount_label(status),
        "basis": _basis(dossier),
        "lines": [_line(line) for line in dossier.lines],
        "equal_sheets": _equal_sheets(dossier),
        "parents": sum(line.parents for line in dossier.lines),
        "children": sum(line.children for line in dossier.lines),
        "pieces": _pieces(dossier),
        "amendments": [_amendment(amendment) for amendment in dossier.amendments],
        "timeline": [_entry(entry) for entry in dossier.timeline],
        "checkpoint": dossier.checkpoint,
        **dossier.afterwards.content(),
        "reservations": dossier.reservations.content(),
        "made_on": None if dated is None else made_on(dated),
    }
    return typeset("dossier.typ", with_words_by_hand(content), accessible=dated is not None)


def _amount_label(status: DossierStatus) -> str:
    if status is DossierStatus.WITHDRAWN:
        return "Montant dû"
    return "Montant, sous réserve de certification" if status in _IN_THE_MAKING else "Montant certifié"


def _facts(dossier: DossierDocument) -> list[tuple[str, str]]:
    """Return what identifies the dossier, as (name, value) pairs."""
    convention = dossier.convention
    facts = [
        ("SIRET", siret(dossier.structure_siret)),
        ("Période", f"du {short_date(dossier.period_from)} au {short_date(dossier.period_to)}"),
        ("Territoire", dossier.territory),
        ("Heures", f"locales ({dossier.time_zone})"),
        ("Coordonnateur", dossier.coordonnateur),
        (
            "Convention",
            f"signée le {short_date(convention.signed_on)}, valable du {short_date(convention.valid_from)}"
            f" au {short_date(convention.valid_until)}",
        ),
        ("Référence de la convention", convention.reference),
    ]
    if dossier.paid_on is not None:
        facts.append(("Payé le", short_date(dossier.paid_on)))
    if dossier.payment_reference is not None:
        facts.append(("Référence du paiement", dossier.payment_reference))
    return facts + dossier.afterwards.facts()


def _basis(dossier: DossierDocument) -> list[tuple[str, str]]:
    """Return the figures from which the amount follows."""
    planned = dossier.convention.planned
    return [
        ("Animations du dossier", str(len(dossier.lines))),
        ("Prévues à la convention", "non précisé" if planned is None else str(planned)),
        ("Tarif d'une animation", _rate(dossier.convention)),
    ]


def _rate(convention: DossierConvention) -> str:
    if convention.rates_differ:
        return "selon le jour"
    return "non précisé" if convention.rate is None else euros(convention.rate)


def _pieces(dossier: DossierDocument) -> list[dict[str, Any]]:
    """Return the pieces the convention requires, then the others attached."""
    required = dossier.convention.required_pieces
    others = [piece for piece in dict.fromkeys(dossier.pieces) if piece not in required]
    missing = missing_pieces(required, dossier.pieces, all(line.sheets for line in dossier.lines))
    return [
        {"name": piece, "missing": piece in missing, "by_sheets": piece not in (*missing, *dossier.pieces)}
        for piece in (*required, *others)
    ]


def _equal_sheets(dossier: DossierDocument) -> list[str]:
    """Return, for each scan shared by several animations, the numbers of these animations."""
    numbers: dict[str, list[str]] = {}
    for number, line in enumerate(dossier.lines, start=1):
        for page in line.sheets:
            numbers.setdefault(page, []).append(str(number))
    return [", ".join(lines) for lines in numbers.values() if len(lines) > 1]


def _line(line: DossierLine) -> dict[str, Any]:
    return {
        "title": line.title,
        "when": date_and_time(line.starts_at),
        "venue": line.venue,
        "parents": line.parents,
        "children": line.children,
        "attested": date_and_time(line.attested_at) if line.attested_at else None,
        "corrections": line.corrections,
        "sheets": line.sheets,
        "rate": None if line.rate is None else euros(line.rate),
    }


def _amendment(amendment: DossierAmendment) -> dict[str, Any]:
    return {
        "at": date_and_time(amendment.at),
        "title": amendment.title,
        "before": _figures(amendment.before),
        "after": _figures(amendment.after),
        "reason": amendment.reason,
        "accepted_by": amendment.accepted_by,
        "amounts": None if amendment.amounts is None else " → ".join(euros(amount) for amount in amendment.amounts),
    }


def _figures(present: tuple[int, int]) -> str:
    parents, children = present
    return f"{parents}{NBSP}parent{'s' if parents > 1 else ''}, {children}{NBSP}enfant{'s' if children > 1 else ''}"


def _entry(entry: DossierEntry) -> dict[str, str]:
    return {"at": date_and_time(entry.at), "actor": entry.actor, "role": entry.role, "what": entry.what}
