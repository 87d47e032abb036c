"""The acts of those who examine or accompany a candidature."""

from __future__ import annotations

from web.core.acts import Act, with_number
from web.core.documents import Document, document
from web.core.forms import Field


def _mutation(name: str) -> Document:
    return document(f"candidatures/following/mutations/{name}")


#: But taking part in workshops, which the animations tell.
MISSIONS = (
    ("ACCOMPANY", "Accompagner des parents"),
    ("RELAY", "Relayer l'information"),
    ("PROMOTE", "Faire connaître l'offre"),
    ("WATCH", "Repérer les besoins"),
)
CORRECT_HELP = "corriger-accompagnement"
_ON = Field("on", "Date", "date", required=True)
ACTS = (
    Act(
        "avis",
        _mutation("give_opinion"),
        "Donner l'avis de la direction",
        "Donner cet avis",
        "Votre avis est enregistré. L'inspection décide.",
        (
            Field(
                "favourable",
                "Votre avis",
                "yesno",
                required=True,
                options=(("oui", "Favorable"), ("non", "Défavorable")),
            ),
            Field("comment", "Ce que vous voulez ajouter", "textarea"),
        ),
        "C'est un conseil : la décision revient à l'inspection.",
        "CANDIDATURE_GIVE_OPINION",
    ),
    Act(
        "valider",
        _mutation("validate"),
        "Valider la candidature",
        "Valider",
        "La candidature est validée. Le coordonnateur en est informé.",
        code="CANDIDATURE_VALIDATE",
    ),
    Act(
        "rejeter",
        _mutation("reject"),
        "Refuser la candidature",
        "Refuser",
        "La candidature est refusée.",
        (Field("reason", "Motif", "textarea", hint="Le parent le lira.", required=True),),
        code="CANDIDATURE_REJECT",
    ),
    Act(
        "contact",
        _mutation("record_contact"),
        "Noter un premier contact",
        "Enregistrer le contact",
        "Le contact est enregistré.",
        (_ON, Field("note", "Ce qui a été dit", "textarea", hint="Seuls les coordonnateurs le liront.")),
        code="CANDIDATURE_RECORD_CONTACT",
    ),
    Act(
        "formation",
        _mutation("record_training"),
        "Noter une formation suivie",
        "Enregistrer la formation",
        "La formation est enregistrée.",
        (_ON, Field("subject", "Sujet de la formation", required=True)),
        code="CANDIDATURE_RECORD_TRAINING",
    ),
    Act(
        "accompagner",
        _mutation("record_accompaniment"),
        "Noter des parents aidés",
        "Enregistrer",
        "C'est enregistré.",
        (
            _ON,
            Field("mission", "Mission", "select", required=True, options=MISSIONS),
            Field("parents", "Nombre de parents", "number", "Aucun n'est nommé.", required=True),
        ),
        code="CANDIDATURE_RECORD_ACCOMPANIMENT",
    ),
    Act(
        CORRECT_HELP,
        _mutation("correct_accompaniment"),
        "Corriger ce qui est noté des parents aidés",
        "Enregistrer la correction",
        "La correction est enregistrée.",
        (
            Field("number", "Ce qui est noté", "select", required=True),
            _ON,
            Field("mission", "Mission", "select", required=True, options=MISSIONS),
            Field("parents", "Nombre de parents", "number", "0 pour retirer ce qui est noté.", required=True),
            Field("reason", "Motif de la correction", "textarea", required=True),
        ),
        "Les chiffres suivent ; l'historique garde l'ancien.",
        "CANDIDATURE_CORRECT_ACCOMPANIMENT",
        convert=with_number,
    ),
    Act(
        "pix",
        _mutation("record_pix"),
        "Noter la certification Pix",
        "Enregistrer la certification",
        "La certification Pix est enregistrée.",
        (_ON,),
        code="CANDIDATURE_RECORD_PIX",
    ),
    Act(
        "attestation",
        _mutation("issue_certificate"),
        "Délivrer l'attestation de bénévolat",
        "Délivrer l'attestation",
        "L'attestation de bénévolat est délivrée. Le parent la trouve sur sa page.",
        code="CANDIDATURE_ISSUE_CERTIFICATE",
    ),
    Act(
        "retirer",
        _mutation("withdraw"),
        "Retirer la candidature à la demande du parent",
        "Retirer la candidature",
        "La candidature est retirée.",
        (Field("reason", "Motif", "textarea"),),
        code="CANDIDATURE_WITHDRAW",
    ),
)
