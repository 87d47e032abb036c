"""How the coordonnateur answers a submitted dossier: certified, or sent back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from domain.conventions.convention import Convention
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, in_figures
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason
from domain.service_dossiers.events import DossierCertified, DossierReturned, ServiceLine
from domain.service_dossiers.missing import missing_pieces
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.submission import amount_of, common_rate
from domain.service_dossiers.transitions import check
from domain.service_dossiers.warnings import OpenWarning


def send_back(dossier: ServiceDossier, actor: Actor, reason: str) -> list[Event]:
    check(Action.SERVICE_DOSSIER_RETURN, dossier, actor)
    return [DossierReturned(reason=required_reason(reason))]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why the coordonnateur certifies all the same. Each is asked for, and recorded, only where there is cause."""

    overrun: str | None = None
    missing: str | None = None
    warnings: str | None = None


def certify(
    dossier: ServiceDossier,
    convention: Convention,
    actor: Actor,
    today: date,
    reasons: Reasons,
    titles: Mapping[UUID, str],
    warnings: Sequence[OpenWarning] = (),
) -> list[Event]:
    """Certify the service: the sum of the lines is due, each at the rate of its day. `today` is that of the territory.

    More animations than planned over all dossiers of the convention, a missing sheet or piece, and warnings each take
    a reason. Refused once the terms are no longer those that were submitted. `titles` are those of the animations.
    """
    check(Action.SERVICE_DOSSIER_CERTIFY, dossier, actor)
    if against := closes_certification(dossier, convention, titles):
        raise DomainError(Problem(ErrorCode.RULE_BROKEN, message) for message in against)
    shortcomings = _Shortcomings.of(dossier, convention, warnings)
    if unanswered := list(shortcomings.without(reasons, titles)):
        raise DomainError(unanswered)
    return [
        DossierCertified(
            animations=shortcomings.animations,
            rate_per_animation=common_rate(dossier.lines),
            amount=amount_of(dossier.lines),
            planned_animations=shortcomings.planned,
            already_certified=shortcomings.already_certified,
            overrun_reason=_reason("overrun_reason", reasons.overrun, shortcomings.overrun),
            certified_on=today,
            missing_sheets=tuple(line.animation_id for line in shortcomings.sheets),
            missing_pieces=tuple(shortcomings.pieces),
            missing_reason=_reason("missing_reason", reasons.missing, shortcomings.missing),
            warnings=tuple(warning.recorded for warning in warnings),
            warnings_reason=_reason("warnings_reason", reasons.warnings, bool(warnings)),
        )
    ]


@dataclass(frozen=True, slots=True)
class _Shortcomings:
    """What a dossier is certified in spite of: more animations than planned, what is missing, what is unusual."""

    animations: int
    already_certified: int
    planned: int | None
    #: The lines without a signed sheet.
    sheets: Sequence[ServiceLine]
    pieces: Sequence[str]
    warnings: Sequence[OpenWarning]

    @classmethod
    def of(cls, dossier: ServiceDossier, convention: Convention, warnings: Sequence[OpenWarning]) -> _Shortcomings:
        sheets = [line for line in dossier.lines if not line.sheets]
        pieces = missing_pieces(dossier.required_pieces, dossier.pieces, not sheets)
        planned = convention.planned_animations
        return cls(len(dossier.lines), convention.certified_animations, planned, sheets, pieces, warnings)

    @property
    def overrun(self) -> bool:
        return self.planned is not None and self.already_certified + self.animations > self.planned

    @property
    def missing(self) -> bool:
        return bool(self.sheets or self.pieces)

    def without(self, reasons: Reasons, titles: Mapping[UUID, str]) -> Iterator[Problem]:
        """Yield a problem for each of them that the reasons leave unanswered."""
        if self.overrun and reasons.overrun is None:
            overrun = (
                f"{self.already_certified + self.animations} animations seraient certifiées pour {self.planned} prévues"
                " par la convention"
            )
            yield from _unanswered([overrun], "overrun_reason", "indiquez le motif du dépassement.")
        if reasons.missing is None:
            sheets = [f"Liste d'émargement signée manquante : {_named(line, titles)}" for line in self.sheets]
            pieces = [f"Pièce manquante, que la convention demande : « {piece} »" for piece in self.pieces]
            yield from _unanswered([*sheets, *pieces], "missing_reason", "indiquez le motif de ce qui manque.")
        if reasons.warnings is None:
            messages = [warning.message.removesuffix(".") for warning in self.warnings]
            yield from _unanswered(messages, "warnings_reason", "répondez aux signalements.")


class Submitted(Protocol):
    """A submitted dossier, as its aggregate and the read model's row tell it."""

    @property
    def amended(self) -> bool: ...
    @property
    def agreed_rate(self) -> Decimal | None: ...
    @property
    def planned_animations(self) -> int | None: ...
    @property
    def required_pieces(self) -> tuple[str, ...]: ...
    @property
    def lines(self) -> tuple[ServiceLine, ...]: ...


def closes_certification(dossier: Submitted, convention: Convention, titles: Mapping[UUID, str]) -> list[str]:
    """Return why the submitted dossier has to be sent back, whatever reasons are given (French)."""
    if dossier.amended:
        return ["Une attestation a été rectifiée depuis la soumission : renvoyez le dossier à la structure."]
    return [*_moved(dossier, convention), *_uncovered(dossier, convention, titles)]


def _unanswered(causes: Iterable[str], field: str, advice: str) -> Iterator[Problem]:
    for cause in causes:
        yield Problem(ErrorCode.RULE_BROKEN, f"{cause} : {advice}", (field,))


def _reason(field: str, reason: str | None, needed: bool) -> str | None:
    return required_reason(reason, field) if needed and reason is not None else None


def _named(line: ServiceLine, titles: Mapping[UUID, str]) -> str:
    return f"« {titles.get(line.animation_id, line.animation_id)} » du {line.held_on:%d/%m/%Y}"


def _moved(dossier: Submitted, convention: Convention) -> Iterator[str]:
    """Yield what the convention no longer says as it did when the dossier was submitted."""
    again = "renvoyez le dossier, pour qu'il soit soumis de nouveau."
    if convention.rate_per_animation != dossier.agreed_rate:
        rates = f"{_euros(dossier.agreed_rate)}, puis {_euros(convention.rate_per_animation)}"
        yield f"Le tarif de la convention a changé depuis la soumission ({rates}) : {again}"
    elif days := sorted({line.held_on for line in dossier.lines if convention.rate_on(line.held_on) != line.rate}):
        yield f"Le tarif du {days[0]:%d/%m/%Y} a changé depuis la soumission : {again}"
    if convention.planned_animations != dossier.planned_animations:
        numbers = f"{_number(dossier.planned_animations)}, puis {_number(convention.planned_animations)}"
        yield f"Le nombre d'animations prévues a changé depuis la soumission ({numbers}) : {again}"
    if convention.required_pieces != dossier.required_pieces:
        yield f"Les pièces demandées par la convention ont changé depuis la soumission : {again}"


def _euros(rate: Decimal | None) -> str:
    return "aucun" if rate is None else f"{in_figures(rate)} €"


def _number(planned: int | None) -> str:
    return "aucun" if planned is None else str(planned)


def _uncovered(dossier: Submitted, convention: Convention, titles: Mapping[UUID, str]) -> Iterator[str]:
    for line in dossier.lines:
        if outside := convention.coverage_obstacle(line.held_on):
            yield f"{_named(line, titles)} a eu lieu {outside} : renvoyez le dossier."
