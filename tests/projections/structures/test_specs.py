"""What each event does to the rows of structures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.conventions.convention import (
    ConventionAmended,
    ConventionTerminated,
    ConventionWordsErased,
    ServiceCertified,
    ServiceWithdrawn,
)
from domain.kernel.identifiers import structure_id
from domain.structures.structure import (
    AccountOpened,
    ConventionAttached,
    StructureContactSet,
    StructureMoved,
    StructureRenamed,
    StructureWordsErased,
)
from tests.support.domain.builders import CONVENTION_ID, OURS, PERSON, SIRET, signed, signed_values
from tests.support.domain.dossier_builders import THIRD
from tests.support.projection_spec import Spec, at

UNDATED: dict[str, Any] = {"effective_from": None, "reason": None, "uncovered": ()}
DEARER = ConventionAmended(
    **{
        name: value
        for name, value in signed_values(rate_per_animation=Decimal("900.00")).items()
        if name in ConventionAmended.model_fields
    },
    changed=("rate_per_animation",),
    effective_from=date(2027, 1, 1),
    reason="Hausse",
    uncovered=(),
)
MOVED_TO = "21180033901005"
SPECS = [
    Spec(
        "structures",
        "an account that opens has a name to sort and search by",
        [],
        AccountOpened(siret=SIRET, name="Écoute et Soutien"),
        {
            "siret": SIRET,
            "name": "Écoute et Soutien",
            "name_key": "ecoute et soutien",
            "compared_name": "ecoute et soutien",
            "opened_at": at(1),
        },
    ),
    Spec(
        "structures",
        "a contact has a row of its own",
        [AccountOpened(siret=SIRET, name="Écoute et Soutien")],
        StructureContactSet(person_id=PERSON, phone="0467000000", email=None, hours=None),
        {},
    ),
    Spec(
        "structures",
        "another name is sorted anew",
        [AccountOpened(siret=SIRET, name="Écoute et Soutien")],
        StructureRenamed(name="Maison des Tilleuls", reason="Fusion"),
        {"name": "Maison des Tilleuls", "name_key": "maison des tilleuls", "compared_name": "maison des tilleuls"},
    ),
    Spec(
        "structures",
        "who moves is found by the new SIRET and by the old one",
        [AccountOpened(siret=SIRET, name="Écoute et Soutien")],
        StructureMoved(siret=MOVED_TO, former_siret=SIRET, on=date(2026, 11, 2), reason="Bail"),
        {"siret": MOVED_TO, "former_sirets": [SIRET], "aliases": [structure_id(MOVED_TO)]},
    ),
    Spec(
        "structures",
        "a name that is erased leaves a mark",
        [AccountOpened(siret=SIRET, name="Écoute et Soutien")],
        StructureWordsErased(),
        {"name": "Structure effacée", "name_key": "structure effacee", "compared_name": "structure effacee"},
    ),
    Spec(
        "structures",
        "the territory of a convention comes after those that are there",
        [
            AccountOpened(siret=SIRET, name="Les Tilleuls"),
            ConventionAttached(convention_id=CONVENTION_ID, territory="34"),
        ],
        ConventionAttached(convention_id=THIRD, territory="02"),
        {"territories": ["34", "02"]},
    ),
    Spec(
        "structure_contacts",
        "the public contact is the latest that was set",
        [StructureContactSet(person_id=PERSON, phone="01 23 45 67 89", email=None, hours=None)],
        StructureContactSet(person_id=PERSON, phone=None, email="e@x.fr", hours="le matin"),
        {"phone": None, "email": "e@x.fr", "hours": "le matin"},
    ),
    Spec(
        "structure_contacts",
        "a structure whose words are erased has no contact",
        [StructureContactSet(person_id=PERSON, phone="01 23 45 67 89", email=None, hours=None)],
        StructureWordsErased(),
        None,
    ),
    Spec(
        "conventions",
        "a signature brings the terms",
        [],
        signed(),
        {
            "structure_id": OURS,
            "territory": "34",
            "coordonnateur": "Coordination 34",
            "signed_on": date(2026, 8, 25),
            "valid_from": date(2026, 9, 1),
            "valid_until": date(2027, 8, 31),
            "planned_animations": 10,
            "rate_per_animation": Decimal("150.00"),
            "rates": [{"rate": "150.00", "effective_from": None, "reason": None, "agreed_at": at(1).isoformat()}],
            "required_pieces": ["Liste d'émargement signée"],
        },
    ),
    Spec(
        "conventions",
        "an amendment changes terms",
        [signed()],
        ConventionAmended(
            **{
                name: value
                for name, value in signed_values(planned_animations=20, required_pieces=()).items()
                if name in ConventionAmended.model_fields
            },
            changed=("planned_animations", "required_pieces"),
            **UNDATED,
        ),
        {"planned_animations": 20, "required_pieces": []},
    ),
    Spec(
        "conventions",
        "a rate is agreed from a day on, beside those before",
        [signed()],
        DEARER,
        {
            "rate_per_animation": Decimal("900.00"),
            "rates": [
                {"rate": "150.00", "effective_from": None, "reason": None, "agreed_at": at(1).isoformat()},
                {"rate": "900.00", "effective_from": "2027-01-01", "reason": "Hausse", "agreed_at": at(2).isoformat()},
            ],
        },
    ),
    Spec(
        "conventions",
        "the reason of a rate is erased with the words",
        [signed(), DEARER],
        ConventionWordsErased(),
        {
            "coordonnateur": "[texte effacé]",
            "rates": [
                {"rate": "150.00", "effective_from": None, "reason": None, "agreed_at": at(1).isoformat()},
                {
                    "rate": "900.00",
                    "effective_from": "2027-01-01",
                    "reason": "[texte effacé]",
                    "agreed_at": at(2).isoformat(),
                },
            ],
        },
    ),
    Spec(
        "conventions",
        "a termination says when and why",
        [signed()],
        ConventionTerminated(terminated_on=date(2027, 6, 30), reason="Fin anticipée", uncovered=()),
        {"terminated_on": date(2027, 6, 30), "termination_reason": "Fin anticipée"},
    ),
    Spec(
        "conventions",
        "animations that are certified add up",
        [signed(), ServiceCertified(dossier_id=THIRD, animations=2, amount=Decimal("300.00"))],
        ServiceCertified(dossier_id=THIRD, animations=3, amount=Decimal("450.00")),
        {"certified_animations": 5},
    ),
    Spec(
        "conventions",
        "a certification that is withdrawn counts no more",
        [signed(), ServiceCertified(dossier_id=THIRD, animations=2, amount=Decimal("300.00"))],
        ServiceWithdrawn(dossier_id=THIRD, animations=2, amount=Decimal("300.00")),
        {"certified_animations": 0},
    ),
    Spec(
        "conventions",
        "words that are erased leave a mark",
        [signed(), ConventionTerminated(terminated_on=date(2027, 6, 30), reason="Fin anticipée", uncovered=())],
        ConventionWordsErased(),
        {"coordonnateur": "[texte effacé]", "termination_reason": "[texte effacé]"},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
