"""Make a service dossier in each status for the demonstration, through the commands that people would use.

After an interruption, another run makes only the dossiers that are missing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple, TypeAlias
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from psycopg import sql

from application.animations.attendance_sheets import AttendanceSheetAttach
from application.commanding.commands import Command
from application.files.attachments import AttachFile
from application.files.store import FileStore
from application.papers.blank_sheet import BlankSheet, blank_sheet
from application.service_dossiers.commands import (
    ServiceDossierCertify,
    ServiceDossierOpen,
    ServiceDossierReturn,
    ServiceDossierSubmit,
    ServicePaymentRecord,
    ServicePieceAttach,
)
from application.service_dossiers.discarding import ServiceDossierDiscard
from application.service_dossiers.withdrawal import CertificationWithdraw, ServiceRecoveryRecord
from cli.composition import Runtime
from demo.stage import NATIONAL
from domain.kernel.actors import Actor, Role
from domain.kernel.dossier_status import DossierStatus
from projections.engine.generations import live_tables

#: The convention with the most payable animations: the given structure's, if it has one with seven or more.
_CONVENTION: LiteralString = """
SELECT c.convention_id, c.structure_id, c.territory, t.time_zone, c.valid_from, c.required_pieces, s.siret, s.name,
       coalesce(array_agg(a.animation_id ORDER BY a.day, a.animation_id) FILTER (WHERE a.dossier_id IS NULL), '{{}}'),
       count(*)
FROM {conventions} AS c JOIN {structures} AS s USING (structure_id) JOIN {animations} AS a USING (convention_id)
JOIN {territories} AS t ON t.code = c.territory
WHERE a.attested AND a.day >= c.valid_from AND c.rate_per_animation IS NOT NULL
GROUP BY c.convention_id, c.structure_id, c.territory, t.time_zone, c.valid_from, c.required_pieces, s.siret, s.name
ORDER BY s.siret = %(siret)s AND count(*) >= 7 DESC, count(*) DESC, s.siret LIMIT 1"""

_DOSSIERS: LiteralString = """
SELECT dossier_id, status, animation_ids FROM {service_dossiers} WHERE convention_id = %s ORDER BY opened_at"""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A convention and its structure, with the attested animations to claim payment for."""

    convention_id: UUID
    structure_id: UUID
    territory: str
    time_zone: str
    valid_from: date
    required_pieces: Sequence[str]
    siret: str
    name: str
    #: Attested animations in no dossier yet.
    animation_ids: Sequence[UUID]
    attested: int


class _People:
    """Execute commands as the structure and as its coordonnateur."""

    def __init__(self, opened: Runtime, claim: _Claim, now: datetime) -> None:
        self._opened, self._claim, self._now = opened, claim, now
        # The date in the territory, which may differ from the date here.
        self._today = now.astimezone(ZoneInfo(claim.time_zone)).date()
        self._files = FileStore(opened.settings.files)
        self._structure = Actor(Role.STRUCTURE, f"compte-{claim.siret}", structures=frozenset([claim.structure_id]))
        self._coordonnateur = Actor(
            Role.COORDONNATEUR, f"coordonnateur-{claim.territory}", territories=frozenset([claim.territory])
        )

    def open(self, animation_ids: Sequence[UUID]) -> UUID:
        claim = self._claim
        return self._execute_as_structure(
            ServiceDossierOpen(
                structure_id=claim.structure_id,
                convention_id=claim.convention_id,
                period_from=claim.valid_from,
                period_until=self._today,
                animation_ids=tuple(animation_ids),
            )
        )

    def submit(self, dossier_id: UUID, animation_ids: Sequence[UUID]) -> None:
        for animation_id in animation_ids:
            self._attach(AttendanceSheetAttach, animation_id=animation_id)
        for piece in self._claim.required_pieces:
            self._attach(ServicePieceAttach, dossier_id=dossier_id, piece=piece)
        self._execute_as_structure(ServiceDossierSubmit(dossier_id=dossier_id))

    def discard(self, dossier_id: UUID) -> None:
        self._execute_as_structure(ServiceDossierDiscard(dossier_id=dossier_id, reason="La période est fausse."))

    def decide(self, command: Command) -> None:
        self._opened.application.execute(command, self._coordonnateur, self._now)

    def certify(self, dossier_id: UUID) -> None:
        reasons = {"overrun_reason": "Demande des établissements.", "warnings_reason": "Vérifié avec la structure."}
        self.decide(ServiceDossierCertify(dossier_id=dossier_id, **reasons))

    def record_payment(self, dossier_id: UUID) -> None:
        payment = ServicePaymentRecord(dossier_id=dossier_id, paid_on=self._today, reference="DEMONSTRATION-1")
        # Let another person than the certifier record the payment.
        self._opened.application.execute(payment, NATIONAL, self._now)

    def withdraw(self, dossier_id: UUID) -> None:
        reason = "Une des feuilles est celle d'une autre animation."
        self.decide(CertificationWithdraw(dossier_id=dossier_id, reason=reason))

    def recover(self, dossier_id: UUID) -> None:
        """Record that a part came back."""
        back = {"amount": Decimal("50.00"), "recovered_on": self._today, "reference": "DEMONSTRATION-2"}
        recovery = ServiceRecoveryRecord(dossier_id=dossier_id, **back)
        self._opened.application.execute(recovery, NATIONAL, self._now)

    def _execute_as_structure(self, command: Command) -> UUID:
        return self._opened.application.execute(command, self._structure, self._now).subject_id

    def _attach(self, command_class: type[AttachFile], **about: Any) -> None:
        with self._files.draft(io.BytesIO(self._scan(str(uuid4())))) as draft:
            file = {"media_type": "application/pdf", "size": draft.size}
            self._execute_as_structure(command_class(**about, **file, sha256=draft.sha256, draft=draft))

    def _scan(self, title: str) -> bytes:
        """Return a blank sheet instead of a signed one. Its title must be unique: identical files are refused."""
        return blank_sheet(
            BlankSheet(
                title=f"Démonstration, {title}",
                kind="Feuille de démonstration",
                starts_at=self._now,
                ends_at=self._now,
                venue="",
                address=None,
                structure=self._claim.name,
                structure_siret=self._claim.siret,
                territory=self._claim.territory,
                seats=8,
                url=self._opened.settings.public_url,
                made_on=self._today,
            )
        )


_Step: TypeAlias = Callable[[_People, UUID, Sequence[UUID]], None]


def make_dossiers(opened: Runtime, siret: str, now: datetime) -> int:
    """Make the missing dossiers, one in each status, and return their number.

    They belong to the structure with that SIRET, or to another if it has attested too few animations.
    """
    claim = _claim(opened, siret)
    if claim is None:
        return 0
    people = _People(opened, claim, now)
    dossiers = _dossiers(opened, claim.convention_id)
    size = max(1, min(3, claim.attested // len(_STEPS)))
    remaining, made = list(claim.animation_ids), 0
    for status, steps in _STEPS.items():
        if dossiers[status]:
            continue
        progress = _take_unfinished(dossiers, steps)
        if progress is None:
            share, remaining = remaining[:size], remaining[size:]
            if not share:
                break
            progress = _Progress(people.open(share), share, 0)
        for step in steps[progress.steps :]:
            step(people, progress.dossier_id, progress.animation_ids)
        made += 1
    return made


class _Progress(NamedTuple):
    """A dossier, and the number of steps it has taken to its status."""

    dossier_id: UUID
    animation_ids: Sequence[UUID]
    steps: int


def _take_unfinished(dossiers: Mapping[str, list[_Progress]], steps: Sequence[_Step]) -> _Progress | None:
    """Take a dossier that an interrupted run left in an earlier status. The first in a status stays there."""
    for status, earlier_steps in _STEPS.items():
        if len(dossiers[status]) > 1 and earlier_steps == steps[: len(earlier_steps)]:
            return dossiers[status].pop()
    return None


def _discard(people: _People, dossier_id: UUID, _: Sequence[UUID]) -> None:
    people.discard(dossier_id)


def _submit(people: _People, dossier_id: UUID, animation_ids: Sequence[UUID]) -> None:
    people.submit(dossier_id, animation_ids)


def _return(people: _People, dossier_id: UUID, _: Sequence[UUID]) -> None:
    people.decide(ServiceDossierReturn(dossier_id=dossier_id, reason="Une feuille est illisible."))


def _certify(people: _People, dossier_id: UUID, _: Sequence[UUID]) -> None:
    people.certify(dossier_id)


def _pay(people: _People, dossier_id: UUID, _: Sequence[UUID]) -> None:
    people.record_payment(dossier_id)


def _withdraw(people: _People, dossier_id: UUID, _: Sequence[UUID]) -> None:
    people.withdraw(dossier_id)


def _recover(people: _People, dossier_id: UUID, _: Sequence[UUID]) -> None:
    people.recover(dossier_id)


#: The steps to each status, after opening.
_STEPS: Mapping[DossierStatus, Sequence[_Step]] = {
    DossierStatus.OPEN: (),
    DossierStatus.SUBMITTED: (_submit,),
    DossierStatus.RETURNED: (_submit, _return),
    DossierStatus.CERTIFIED: (_submit, _certify),
    DossierStatus.PAID: (_submit, _certify, _pay),
    DossierStatus.WITHDRAWN: (_submit, _certify, _pay, _withdraw, _recover),
    DossierStatus.DISCARDED: (_discard,),
}


def _dossiers(opened: Runtime, convention_id: UUID) -> Mapping[str, list[_Progress]]:
    """Return the convention's dossiers by status."""
    dossiers: dict[str, list[_Progress]] = {status.value: [] for status in DossierStatus}
    with opened.connection() as conn:
        for dossier_id, status, animation_ids in conn.execute(
            sql.SQL(_DOSSIERS).format(**live_tables(conn)), (convention_id,)
        ):
            dossiers[status].append(_Progress(dossier_id, animation_ids, len(_STEPS[status])))
    return dossiers


def _claim(opened: Runtime, siret: str) -> _Claim | None:
    with opened.connection() as conn:
        tables = live_tables(conn)
        row = conn.execute(sql.SQL(_CONVENTION).format(**tables), {"siret": siret}).fetchone()
    return _Claim(*row) if row else None
