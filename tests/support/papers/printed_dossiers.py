"""A dossier with something of everything."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from application.papers.dossier import (
    DossierAmendment,
    DossierConvention,
    DossierDocument,
    DossierEntry,
    DossierLine,
)

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 10, 5, 18, 0, tzinfo=PARIS)
CHECKPOINT = (
    "parentalite.example.org/log\n5512\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— parentalite.example.org/log "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
CONVENTION = DossierConvention(
    reference="c1000000-0000-4000-8000-0000000000c1",
    signed_on=date(2026, 8, 25),
    valid_from=date(2026, 9, 1),
    valid_until=date(2027, 8, 31),
    rate=Decimal("150.00"),
    planned=10,
    required_pieces=("Liste d'émargement signée", "Relevé d'identité bancaire"),
)


def line(number: int, **changes: Any) -> DossierLine:
    starts_at = START + timedelta(days=7 * number)
    values: dict[str, Any] = {
        "title": f"Café des parents n° {number + 1} : l'œuvre d'été",
        "starts_at": starts_at,
        "venue": "École Jean Jaurès, Montpellier",
        "parents": 9,
        "children": 4,
        "attested_at": starts_at + timedelta(days=1),
        "corrections": 0,
        "sheets": (f"{number:064x}",),
    }
    return DossierLine(**values | changes)


def dossier(lines: int = 9, **changes: Any) -> DossierDocument:
    values: dict[str, Any] = {
        "reference": "d0551e00-0000-4000-8000-00000000d055",
        "status": "CERTIFIED",
        "structure": "Centre social Les Tilleuls",
        "structure_siret": "21020001000010",
        "territory": "Hérault",
        "time_zone": "Europe/Paris",
        "coordonnateur": "Coordination 34",
        "convention": CONVENTION,
        "period_from": date(2026, 9, 1),
        "period_to": date(2026, 12, 31),
        "amount": Decimal(150 * lines),
        "lines": tuple(line(number) for number in range(lines)),
        "pieces": ("Liste d'émargement signée",),
        "amendments": (
            DossierAmendment(
                START + timedelta(days=90), "Café des parents n° 2", (9, 4), (8, 4), "Un parent compté deux fois", None
            ),
        ),
        "timeline": tuple(
            DossierEntry(START + timedelta(days=day), "Les Tilleuls", "structure", "Présence attestée : 9 parents")
            for day in range(lines)
        ),
        "checkpoint": CHECKPOINT,
    }
    return DossierDocument(**values | changes)
