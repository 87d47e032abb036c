"""Whether lists and figures follow the log and the typology, and how far a rebuild has come. `/moderation/recalcul`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.problems import Problem
from web.core.site import Site

_READ_MODELS = document("moderation/read_models")
_STEPS = {
    "FILLING": "Lecture de l'historique",
    "INDEXING": "Construction des index",
    "CATCHING_UP": "Rattrapage de ce qui s'est passé entre-temps",
    "SWITCHED": "Terminé : les listes et les chiffres sont à jour",
    "STOPPED": "Arrêté avant la fin : les listes et les chiffres restent comme avant",
}
#: French names of the read models.
NAMES = {
    "accompaniments": "Parents aidés par les bénévoles",
    "account_people": "Personnes qui ont un compte",
    "accounts": "Comptes et rôles",
    "action_group_people": "Membres des groupes de recherche-action",
    "action_groups": "Groupes de recherche-action",
    "animation_requests": "Demandes des établissements",
    "animation_volunteers": "Parents ressources des animations",
    "animations": "Animations",
    "attestation_forms": "Questions posées aux structures",
    "candidature_people": "Personnes candidates",
    "candidatures": "Candidatures",
    "contact_people": "Personnes des carnets de contacts",
    "contacts": "Carnets de contacts",
    "control_pieces": "Pièces des contrôles",
    "controls": "Contrôles",
    "conventions": "Conventions",
    "invitations": "Invitations",
    "invited_people": "Personnes invitées",
    "logos": "Logos des structures",
    "passkeys": "Clés d'accès",
    "publication_people": "Auteurs des publications",
    "publications": "Actualités et ressources",
    "registrants": "Personnes inscrites",
    "registrations": "Inscriptions",
    "reminders": "Rappels aux inscrits",
    "satisfaction_forms": "Questions posées aux parents",
    "satisfaction_packets": "Avis des parents",
    "school_project_records": "Relevés des projets d'établissement",
    "school_projects": "Projets d'établissement",
    "schools": "Établissements",
    "service_dossiers": "Dossiers de service fait",
    "strategies": "Stratégies territoriales",
    "structure_contacts": "Coordonnées des structures",
    "structures": "Structures",
    "terms": "Typologie",
    "territories": "Territoires",
    "unreached": "Personnes à prévenir par téléphone",
    "walk_ins": "Parents venus sans inscription",
    "webhooks": "Abonnements aux événements",
}


class RebuildPage:
    """The state of what is read, for the national team."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/moderation/recalcul", self.show)]

    async def show(self, request: Request) -> Response:
        answer = await self._site.api.ask(request, _READ_MODELS, {})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        standing = answer["readModels"]
        labels = {(term["kind"], term["code"]): term["label"] for term in answer["typology"]}
        pending = [
            {
                "label": labels.get((each["kind"], each["code"]), each["code"]),
                "into": labels.get((each["kind"], each["into"]), each["into"]),
                "animations": each["animations"],
            }
            for each in standing["pending"]
        ]
        return self._site.templates.page(
            request,
            "moderation/read_models",
            standing=standing,
            pending=pending,
            outdated=[each["name"] for each in standing["models"] if not each["showsTodaysTypology"]],
            steps=_STEPS,
            names=NAMES,
        )
