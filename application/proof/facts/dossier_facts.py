"""The facts of a dossier as plain JSON, folded from its events: once for the bundle, once more to verify it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from application.proof.dossier_streams import NotADossier, check_streams, streams_of
from application.proof.facts import facts_of_pieces
from application.proof.facts.facts_afterwards import AFTERWARDS
from application.proof.facts.facts_of_money import agreed, reserved, uncovered
from application.proof.facts.facts_of_sheets import attached, pages_of, submitted_line, submitted_sheets, withdrawn
from domain.animations import events as animations
from domain.conventions import convention as conventions
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.events import Event
from domain.service_dossiers import events as dossiers
from domain.service_dossiers.transitions import AmendmentStatus
from domain.structures import structure as structures
from eventstore.records import Recorded

Facts = dict[str, Any]
FORMAT = "parentalite-dossier/2"


def facts_of(dossier_id: UUID, records: Sequence[Recorded]) -> Facts:
    """Return the dossier, its convention, structure, lines and timeline, from their events in log order.

    Amounts are texts in euros, days and instants ISO 8601. Raises NotADossier where an event is missing, and where one
    is that of a stream on which the dossier does not rest.
    """
    check_streams(streams_of(dossier_id, records), records)
    fold = _DossierFold(dossier_id)
    for record in records:
        try:
            fold.apply(record)
        except (KeyError, TypeError) as error:
            what = f"{record.event.topic} at position {record.position}"
            raise NotADossier(f"{what} cannot follow from the events before it") from error
    return fold.facts()


class _DossierFold:
    """Folds the events of the dossier, its animations, its convention and its structure."""

    def __init__(self, dossier_id: UUID) -> None:
        self._id = dossier_id
        self._dossier: Facts = {}
        self._convention: Facts = {}
        self._structure: Facts = {}
        self._animations: dict[str, Facts] = {}
        self._timeline: list[Facts] = []

    def apply(self, record: Recorded) -> None:
        handler = _FOLDS.get(type(record.event))
        if handler is not None:
            handler(self, record, record.event)
        if (change := AFTERWARDS.get(type(record.event))) is not None:
            change(self._dossier, record, record.event)
        self._timeline.append(
            {
                "position": record.position,
                "recorded_at": _instant(record.stamp.recorded_at),
                "type": record.event.topic,
                "subject": str(record.originator_id),
                "version": record.originator_version,
                "actor": record.stamp.actor,
                "role": str(record.stamp.role),
                **_signed(record),
            }
        )

    def facts(self) -> Facts:
        if not self._dossier or not self._convention or not self._structure:
            raise NotADossier("nothing opens its account, its convention or itself")
        lines = [self._line(animation_id) for animation_id in self._dossier.pop("animation_ids")]
        return {
            "format": FORMAT,
            "dossier_id": str(self._id),
            **self._dossier,
            "structure": self._structure,
            "convention": self._convention,
            "lines": lines,
            "timeline": self._timeline,
        }

    def _line(self, animation_id: str) -> Facts:
        if animation_id not in self._animations:
            raise NotADossier(f"the events of animation {animation_id}, which the dossier holds, are missing")
        lines = self._dossier["submitted_lines"]
        submitted = next((line for line in lines if line["animation_id"] == animation_id), None)
        return {**self._animations[animation_id], "submitted": submitted}

    # One method for each kind of event.

    def opened(self, record: Recorded, fact: dossiers.DossierOpened) -> None:
        self._dossier = {
            **_json(fact),
            "status": DossierStatus.OPEN.value,
            "animation_ids": [],
            "submitted_lines": [],
            "pieces": [],
            "amendments": [],
            "rate_per_animation": None,
            "amount": None,
            **dict.fromkeys(("submitted", "returned", "certified", "payment")),
        }

    def gathered(self, record: Recorded, fact: dossiers.DossierGathered) -> None:
        animation_ids = [str(animation_id) for animation_id in fact.animation_ids]
        self._dossier |= {"status": DossierStatus.OPEN.value, "animation_ids": animation_ids}

    def discarded(self, record: Recorded, fact: dossiers.DossierDiscarded) -> None:
        self._dossier |= {"status": DossierStatus.DISCARDED.value, "animation_ids": []}

    def piece(self, record: Recorded, fact: dossiers.PieceAttached) -> None:
        self._dossier |= facts_of_pieces.attached(self._dossier, fact, _act(record))

    def piece_withdrawn(self, record: Recorded, fact: dossiers.PieceWithdrawn) -> None:
        self._dossier |= facts_of_pieces.withdrawn(self._dossier, fact, _act(record))

    def submitted(self, record: Recorded, fact: dossiers.DossierSubmitted) -> None:
        data = _json(fact)
        # Lines have rates of their own only where these differ: facts of older versions have none.
        differing = fact.rate_per_animation is None
        self._dossier |= {
            "status": DossierStatus.SUBMITTED.value,
            "submitted_lines": [submitted_line(line, with_rate=differing) for line in fact.lines],
            "rate_per_animation": data["rate_per_animation"],
            "amount": data["amount"],
            "submitted": _act(record),
        }

    def returned(self, record: Recorded, fact: dossiers.DossierReturned) -> None:
        self._dossier |= {"status": DossierStatus.RETURNED.value, "returned": {**_act(record), "reason": fact.reason}}

    def certified(self, record: Recorded, fact: dossiers.DossierCertified) -> None:
        self._dossier |= {
            "status": DossierStatus.CERTIFIED.value,
            "amount": str(fact.amount),
            "certified": {**_act(record), **reserved(fact)},
        }

    def paid(self, record: Recorded, fact: dossiers.DossierPaid) -> None:
        unsaid = set() if fact.also_paid else {"also_paid", "reason"}
        payment = {**_act(record), **fact.model_dump(mode="json", exclude=unsaid)}
        self._dossier |= {"status": DossierStatus.PAID.value, "payment": payment}

    def proposed(self, record: Recorded, fact: dossiers.AmendmentProposed) -> None:
        amendment = {**_json(fact), "status": AmendmentStatus.PENDING.value, "proposed": _act(record), "decided": None}
        attested = self._animations[str(fact.animation_id)]["attestation"]
        self._dossier["amendments"] = [*self._dossier["amendments"], {**amendment, "before": attested}]

    def accepted(self, record: Recorded, fact: dossiers.AmendmentAccepted) -> None:
        self._decide(record, fact.number, AmendmentStatus.ACCEPTED, None)

    def declined(self, record: Recorded, fact: dossiers.AmendmentRefused) -> None:
        self._decide(record, fact.number, AmendmentStatus.REFUSED, fact.reason)

    def _decide(self, record: Recorded, number: int, status: AmendmentStatus, reason: str | None) -> None:
        decision = {"status": status.value, "decided": {**_act(record), "reason": reason}}
        self._dossier["amendments"] = [
            amendment | decision if amendment["number"] == number else amendment
            for amendment in self._dossier["amendments"]
        ]

    def account_opened(self, record: Recorded, fact: structures.AccountOpened) -> None:
        self._structure = {"structure_id": str(record.originator_id), **_json(fact)}

    def renamed(self, record: Recorded, fact: structures.StructureRenamed) -> None:
        self._structure["name"] = fact.name

    def moved(self, record: Recorded, fact: structures.StructureMoved) -> None:
        self._structure["siret"] = fact.siret

    def signed(self, record: Recorded, fact: conventions.ConventionSigned) -> None:
        self._convention = {"convention_id": str(record.originator_id), **_json(fact)}

    def amended(self, record: Recorded, fact: conventions.ConventionAmended) -> None:
        terms = fact.model_dump(mode="json", include=set(conventions.AMENDABLE))
        self._convention |= terms | agreed(self._convention, fact)

    def terminated(self, record: Recorded, fact: conventions.ConventionTerminated) -> None:
        self._convention["terminated_on"] = fact.terminated_on.isoformat()
        self._convention |= uncovered(fact)

    def created(self, record: Recorded, fact: animations.AnimationCreated) -> None:
        content = {name: getattr(fact, name) for name in ("title", "venue_name", "commune_code", "time_zone")}
        times = {"starts_at": fact.starts_at.isoformat(), "ends_at": fact.ends_at.isoformat()}
        self._animations[str(record.originator_id)] = {
            "animation_id": str(record.originator_id),
            **content,
            **times,
            "attestation": None,
            "corrections": 0,
            "sheet": None,
        }

    def modified(self, record: Recorded, fact: animations.AnimationModified) -> None:
        shown = {name: getattr(fact, name) for name in ("title", "venue_name", "commune_code")}
        times = {"starts_at": fact.starts_at.isoformat(), "ends_at": fact.ends_at.isoformat()}
        self._animations[str(record.originator_id)] |= {**shown, **times}

    def attested(self, record: Recorded, fact: animations.AnimationAttested) -> None:
        self._animations[str(record.originator_id)]["attestation"] = {**_attendance(fact), **_act(record)}

    def corrected(self, record: Recorded, fact: animations.AttestationCorrected) -> None:
        animation = self._animations[str(record.originator_id)]
        animation["attestation"] = {**animation["attestation"], **_attendance(fact)}
        animation["corrections"] += 1

    def sheet(self, record: Recorded, fact: animations.AttendanceSheetAttached) -> None:
        animation_id = str(record.originator_id)
        self._animations[animation_id] = attached(self._animations[animation_id], fact, _act(record))

    def sheet_withdrawn(self, record: Recorded, fact: animations.AttendanceSheetWithdrawn) -> None:
        animation_id = str(record.originator_id)
        self._animations[animation_id] = withdrawn(self._animations[animation_id], fact, _act(record))


def _act(record: Recorded) -> Facts:
    """Return who acted, and when."""
    return {"by": record.stamp.actor, "at": _instant(record.stamp.recorded_at)}


def _signed(record: Recorded) -> Facts:
    """Return which passkey signed the act; nothing of an act that nobody signed."""
    signature = record.stamp.signature
    return {} if signature is None else {"signed_with": signature.credential_id}


def _attendance(fact: animations.AnimationAttested | animations.AttestationCorrected) -> Facts:
    return {"parents": fact.parents, "children": fact.children}


def _json(fact: Event) -> Facts:
    return fact.model_dump(mode="json")


def _instant(value: datetime) -> str:
    return value.isoformat()


_FOLDS: Mapping[type[Event], Callable[[_DossierFold, Recorded, Any], None]] = {
    dossiers.DossierOpened: _DossierFold.opened,
    dossiers.DossierGathered: _DossierFold.gathered,
    dossiers.DossierDiscarded: _DossierFold.discarded,
    dossiers.PieceAttached: _DossierFold.piece,
    dossiers.PieceWithdrawn: _DossierFold.piece_withdrawn,
    dossiers.DossierSubmitted: _DossierFold.submitted,
    dossiers.DossierReturned: _DossierFold.returned,
    dossiers.DossierCertified: _DossierFold.certified,
    dossiers.DossierPaid: _DossierFold.paid,
    dossiers.AmendmentProposed: _DossierFold.proposed,
    dossiers.AmendmentAccepted: _DossierFold.accepted,
    dossiers.AmendmentRefused: _DossierFold.declined,
    structures.AccountOpened: _DossierFold.account_opened,
    structures.StructureRenamed: _DossierFold.renamed,
    structures.StructureMoved: _DossierFold.moved,
    conventions.ConventionSigned: _DossierFold.signed,
    conventions.ConventionAmended: _DossierFold.amended,
    conventions.ConventionTerminated: _DossierFold.terminated,
    animations.AnimationCreated: _DossierFold.created,
    animations.AnimationModified: _DossierFold.modified,
    animations.AnimationAttested: _DossierFold.attested,
    animations.AttestationCorrected: _DossierFold.corrected,
    animations.AttendanceSheetAttached: _DossierFold.sheet,
    animations.AttendanceSheetWithdrawn: _DossierFold.sheet_withdrawn,
}


def file_digests(facts: Facts) -> list[str]:
    """Return the SHA-256 of every file the dossier rests on: pieces, and sheets as submitted and as they are."""
    now = [digest for line in facts["lines"] for digest in pages_of(line)]
    submitted = [digest for line in facts["lines"] for digest in submitted_sheets(line["submitted"])]
    return list(dict.fromkeys([*now, *submitted, *(piece["sha256"] for piece in facts["pieces"])]))
