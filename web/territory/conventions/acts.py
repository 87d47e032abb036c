"""What is done with conventions: sign, amend, end."""

from __future__ import annotations

from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field

_UNCOVERED = Field(
    "acceptUncovered",
    "Accepter que des animations attestées ne soient plus couvertes, et donc pas payées",
    "checkbox",
    hint="À cocher seulement si la page vous les a nommées.",
)
_TERMS = (
    Field("plannedAnimations", "Nombre d'animations prévues", "number"),
    Field("ratePerAnimation", "Tarif par animation, en euros", "amount", hint="Par exemple 150,00"),
    Field("requiredPieces", "Pièces demandées pour payer", "lines", hint="Une pièce par ligne, 20 au plus."),
)
SIGN = Act(
    "signer",
    document("territory/conventions/mutations/sign"),
    "Enregistrer une convention signée",
    "Enregistrer la convention",
    "La convention est enregistrée. La structure peut déclarer des animations.",
    (
        Field("siret", "SIRET de la structure", hint="14 chiffres", required=True),
        Field("structureName", "Nom de la structure", required=True),
        Field("territory", "Territoire", "select", required=True),
        Field("coordonnateur", "Qui signe pour le territoire", required=True),
        Field("signedOn", "Jour de la signature", "date", required=True),
        Field("validFrom", "Premier jour couvert", "date", required=True),
        Field("validUntil", "Dernier jour couvert", "date", required=True),
        *_TERMS,
    ),
)
AMEND = Act(
    "modifier",
    document("territory/conventions/mutations/amend"),
    "Modifier la convention par un avenant",
    "Enregistrer l'avenant",
    "L'avenant à la convention est enregistré.",
    (
        Field("validFrom", "Premier jour couvert", "date"),
        Field("validUntil", "Dernier jour couvert", "date"),
        *_TERMS,
        Field(
            "effectiveFrom",
            "Premier jour payé au nouveau tarif",
            "date",
            hint="Aujourd'hui si vous ne dites rien. Un jour passé demande un motif.",
        ),
        Field("coordonnateur", "Qui représente le territoire"),
        Field("reason", "Motif", "textarea"),
        _UNCOVERED,
    ),
    "Ce que vous laissez vide reste comme avant.",
)
TERMINATE = Act(
    "terminer",
    document("territory/conventions/mutations/terminate"),
    "Terminer la convention avant son terme",
    "Terminer la convention",
    "La convention est terminée.",
    (
        Field("terminatedOn", "Dernier jour couvert", "date", hint="Aujourd'hui si vous ne dites rien."),
        Field("reason", "Motif", "textarea", hint="La structure le lira.", required=True),
        _UNCOVERED,
    ),
    "Après ce jour, la structure ne peut plus déclarer d'animation sous cette convention.",
)
