"""What a coordonnateur may do with a dossier: certify, send back, pay, withdraw, recover, decide on amendments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field

#: A reason answers all that the page shows above the form; the API names each of it, one problem at a time.
_ANSWERS = {
    "missingReason": "dites pourquoi, pour tout ce qui manque : la liste est sous « À regarder ».",
    "warningsReason": "répondez à chaque point inhabituel : la liste est sous « À regarder ».",
}


def _for_all(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error of what a reason has to answer as one of the whole list."""
    name = next(iter(error.get("field") or ()), "")
    words = _ANSWERS.get(name) if error.get("code") == "RULE_BROKEN" else None
    return dict(error) | ({"message": f"Motif : {words}"} if words else {})


_REASON = Field("reason", "Motif", "textarea", hint="La structure le lira.", required=True)
_NUMBER = Field("number", "Avenant", "number", hidden=True)
CERTIFY = Act(
    "certifier",
    document("territory/dossiers/mutations/certify"),
    "Certifier le service fait",
    "Certifier : la somme est due",
    "Le service fait est certifié. La somme est due à la structure.",
    (
        Field(
            "missingReason",
            "Pourquoi certifier malgré ce qui manque",
            "textarea",
            hint="Les contrôleurs le liront.",
            required=True,
        ),
        Field(
            "warningsReason",
            "Votre réponse aux points inhabituels",
            "textarea",
            hint="Dites ce que vous avez vérifié. Les contrôleurs le liront.",
            required=True,
        ),
        Field(
            "overrunReason",
            "Pourquoi certifier plus d'animations que la convention n'en prévoit",
            "textarea",
            required=True,
        ),
    ),
    "Vous déclarez que ces animations ont eu lieu. Ensuite, rien de ce dossier ne change sans que cela se voie.",
    "SERVICE_DOSSIER_CERTIFY",
    mended=_for_all,
)
SEND_BACK = Act(
    "renvoyer",
    document("territory/dossiers/mutations/send_back"),
    "Renvoyer le dossier à la structure",
    "Renvoyer à la structure",
    "Le dossier est renvoyé à la structure, avec votre motif.",
    (_REASON,),
    "La structure corrige, rassemble de nouveau ses animations, puis soumet le dossier.",
    "SERVICE_DOSSIER_RETURN",
)
PAY = Act(
    "payer",
    document("territory/dossiers/mutations/pay"),
    "Enregistrer le paiement",
    "Enregistrer le paiement",
    "Le paiement est enregistré.",
    (
        Field("paidOn", "Date du paiement", "date", required=True),
        Field("reference", "Référence du paiement", required=True),
        Field(
            "reason",
            "Pourquoi cette référence paie plusieurs dossiers",
            "textarea",
            hint="Seulement si cette référence a déjà payé un autre dossier.",
        ),
    ),
    "La somme certifiée est payée en une fois. Qui a certifié le dossier n'enregistre pas son paiement.",
    "SERVICE_PAYMENT_RECORD",
)
WITHDRAW = Act(
    "retirer",
    document("territory/dossiers/mutations/withdraw"),
    "Retirer la certification",
    "Retirer la certification",
    "La certification est retirée.",
    (_REASON,),
    "Avant le paiement, le dossier redevient à certifier. Après, la somme payée est à recouvrer.",
    "CERTIFICATION_WITHDRAW",
)
RECOVER = Act(
    "recouvrer",
    document("territory/dossiers/mutations/recover"),
    "Enregistrer une somme recouvrée",
    "Enregistrer la somme",
    "La somme recouvrée est enregistrée.",
    (
        Field("amount", "Somme recouvrée, en euros", "amount", hint="Par exemple 150,00", required=True),
        Field("recoveredOn", "Date", "date", required=True),
        Field("reference", "Référence du virement ou du reçu", required=True),
    ),
    code="SERVICE_RECOVERY_RECORD",
)
ACCEPT = Act(
    "accepter",
    document("territory/dossiers/mutations/accept_amendment"),
    "Accepter l'avenant",
    "Accepter l'avenant",
    "L'avenant est accepté : les chiffres sont corrigés.",
    (_NUMBER,),
    code="SERVICE_AMENDMENT_ACCEPT",
)
REFUSE = Act(
    "refuser",
    document("territory/dossiers/mutations/refuse_amendment"),
    "Refuser l'avenant",
    "Refuser l'avenant",
    "L'avenant est refusé : ce qui était certifié reste.",
    (_NUMBER, _REASON),
    code="SERVICE_AMENDMENT_REFUSE",
)
ACTS = (CERTIFY, SEND_BACK, PAY, WITHDRAW, RECOVER, ACCEPT, REFUSE)
