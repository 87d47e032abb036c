"""The later course of a certified dossier, in its facts: withdrawals, recoveries and controls.

Their fields are there only once such an event is: the facts of any other dossier stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.kernel.dossier_status import DossierStatus
from domain.kernel.events import Event
from domain.service_dossiers.dues import NOTHING
from domain.service_dossiers.events import (
    AmendmentAccepted,
    CertificationWithdrawn,
    DossierControlled,
    DossierDrawn,
    DossierRecovered,
)
from domain.service_dossiers.transitions import AmendmentStatus
from eventstore.records import Recorded

Facts = dict[str, Any]


def _withdrawn(dossier: Facts, record: Recorded, fact: CertificationWithdrawn) -> None:
    certified = dossier["certified"]
    withdrawal = {**_act(record), **fact.model_dump(mode="json"), "certified": certified}
    dossier["withdrawals"] = [*dossier.get("withdrawals", ()), withdrawal]
    dossier["to_recover"] = str(fact.to_recover)
    dossier["amendments"] = [
        amendment | {"status": AmendmentStatus.LAPSED.value}
        if amendment["status"] == AmendmentStatus.PENDING
        else amendment
        for amendment in dossier["amendments"]
    ]
    if dossier["payment"] is None:
        dossier |= {"status": DossierStatus.SUBMITTED.value, "amount": certified["amount"], "certified": None}
    else:
        dossier |= {"status": DossierStatus.WITHDRAWN.value, "amount": str(NOTHING)}


def _recovered(dossier: Facts, record: Recorded, fact: DossierRecovered) -> None:
    recovery = {**_act(record), **fact.model_dump(mode="json")}
    dossier["recoveries"] = [*dossier.get("recoveries", ()), recovery]
    dossier["to_recover"] = str(fact.to_recover)


def _amended(dossier: Facts, record: Recorded, fact: AmendmentAccepted) -> None:
    if fact.amount_after is None or fact.to_recover is None:
        return
    dossier |= {"amount": str(fact.amount_after), "to_recover": str(fact.to_recover)}
    sums = fact.model_dump(mode="json", exclude={"number"})
    dossier["amendments"] = [
        amendment | sums if amendment["number"] == fact.number else amendment for amendment in dossier["amendments"]
    ]


def _drawn(dossier: Facts, record: Recorded, fact: DossierDrawn) -> None:
    control = {"control_id": str(fact.control_id), "drawn": _act(record), "concluded": None}
    dossier["controls"] = [*dossier.get("controls", ()), control]


def _controlled(dossier: Facts, record: Recorded, fact: DossierControlled) -> None:
    outcome = {**fact.model_dump(mode="json"), "concluded": _act(record)}
    controls = dossier.get("controls", [])
    if not any(control["control_id"] == outcome["control_id"] for control in controls):
        # Opened before draws were recorded on dossiers.
        controls = [*controls, {"control_id": outcome["control_id"], "drawn": None}]
    dossier["controls"] = [
        control | outcome if control["control_id"] == outcome["control_id"] else control for control in controls
    ]
    dossier["to_recover"] = outcome["to_recover"]


def _act(record: Recorded) -> Facts:
    return {"by": record.stamp.actor, "at": record.stamp.recorded_at.isoformat()}


#: After the fold of the dossier's own facts, if it has one.
AFTERWARDS: Mapping[type[Event], Callable[[Facts, Recorded, Any], None]] = {
    CertificationWithdrawn: _withdrawn,
    DossierRecovered: _recovered,
    DossierDrawn: _drawn,
    DossierControlled: _controlled,
    AmendmentAccepted: _amended,
}
