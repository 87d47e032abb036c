"""The acts on a school's request, each with its form."""

from __future__ import annotations

from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field

_WHY = Field("reason", "Motif", "textarea", required=True)
SEND = Act(
    "demander",
    document("requests/mutations/send"),
    "Demander une animation",
    "Envoyer la demande",
    "La demande est envoyée. Vous serez prévenu dès qu'une structure la prend en charge.",
    (
        Field("schoolUai", "Établissement", "select", required=True),
        Field("theme", "Thème", "select", required=True),
        Field("audience", "Public", "select", required=True),
        Field("wishedFrom", "Premier jour qui vous convient", "date", required=True),
        Field("wishedUntil", "Dernier jour qui vous convient", "date", "La demande s'éteint ensuite.", required=True),
        Field("text", "Votre demande", "textarea", "Pour qui, à quelle heure, avec quel matériel.", required=True),
    ),
)
TAKE_UP = Act(
    "prendre",
    document("requests/mutations/take_up"),
    "Prendre la demande en charge",
    "Prendre en charge",
    "Votre structure prend la demande en charge. Déclarez l'animation, puis indiquez-la ici.",
    (Field("structureId", "Structure", "select", required=True, needed=True),),
    "L'établissement et le coordonnateur en sont prévenus.",
    code="ANIMATION_REQUEST_TAKE_UP",
)
ANSWER = Act(
    "repondre",
    document("requests/mutations/answer"),
    "Indiquer l'animation qui y répond",
    "Enregistrer",
    "L'établissement est prévenu de l'animation.",
    (Field("animationId", "Animation", "select", "Celles qui nomment cet établissement.", required=True, needed=True),),
    code="ANIMATION_REQUEST_ANSWER",
)
GIVE_BACK = Act(
    "rendre",
    document("requests/mutations/give_back"),
    "Rendre la demande",
    "Rendre",
    "La demande est rendue : d'autres structures peuvent la prendre en charge.",
    (_WHY,),
    code="ANIMATION_REQUEST_GIVE_BACK",
)
DECLINE = Act(
    "decliner",
    document("requests/mutations/decline"),
    "Décliner la demande",
    "Décliner",
    "La demande est déclinée. L'établissement en est prévenu.",
    (_WHY,),
    "Quand aucune structure ne peut y répondre.",
    code="ANIMATION_REQUEST_DECLINE",
)
WITHDRAW = Act(
    "retirer",
    document("requests/mutations/withdraw"),
    "Retirer la demande",
    "Retirer",
    "La demande est retirée.",
    (Field("reason", "Motif", "textarea"),),
    code="ANIMATION_REQUEST_WITHDRAW",
)
ACTS = (TAKE_UP, ANSWER, GIVE_BACK, DECLINE, WITHDRAW)
