"""The whole site: the API, and the pages for people in the same process, behind the same limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from api.app import create_app
from api.core.answers import Refused
from api.core.context import Services
from api.http.in_process import InProcess
from web.accounts.data import OwnData
from web.accounts.issuers import IssuerPages
from web.accounts.own import OwnAccount
from web.accounts.pages import Accounts, Offer
from web.accounts.passkeys import OwnPasskeys
from web.animations.animation import AnimationPage
from web.animations.for_others import RegisteringParents
from web.animations.listing import Listing
from web.animations.suggestions import CommuneSuggestions
from web.candidatures.candidacy import Candidacy
from web.candidatures.candidature import CandidaturePage
from web.candidatures.check import CertificateCheckPage
from web.candidatures.following.pages import SCHOOL, TERRITORY, CandidaturesDesk
from web.controls.control import ControlPage
from web.controls.drawn import DrawnDossier
from web.controls.history import DossierHistory
from web.controls.listing import Controls
from web.core.asking import Api
from web.core.assets import assets
from web.core.cookies.done import Done
from web.core.cookies.guard import Guard
from web.core.cookies.lists import Lists
from web.core.cookies.sealed import SealedCookie
from web.core.cookies.sessions import Sessions
from web.core.downloads import Downloads
from web.core.paths import mended
from web.core.problems import Problem
from web.core.rendering import Templates
from web.core.site import NOTHING_HERE, Site
from web.figures.pages import Figures
from web.information.pages import Information
from web.measures.groups import GroupPage, Groups
from web.measures.projects import Projects, SchoolProjectPage
from web.measures.strategies import Strategies, StrategyPage
from web.mediateur.pages import MediateurDesk
from web.moderation.animation import AnimationToPublish
from web.moderation.people import PeopleInOffice
from web.moderation.questions import QuestionsPage
from web.moderation.queue import Queue
from web.moderation.read_models import RebuildPage
from web.moderation.territories import TerritoriesPage
from web.moderation.typology.pages import TypologyPages
from web.programme.page import ProgrammePage
from web.publications.pages import publication_pages
from web.registrations.code import CodePage
from web.registrations.registration import RegistrationPage
from web.requests import pages as requests
from web.satisfaction.questionnaire import QuestionnairePage
from web.schools.overview import SchoolDesk
from web.structure.pages import structure_pages
from web.territory.attestations import Attestations
from web.territory.conventions.pages import Conventions
from web.territory.dossiers.dossier import DossierPage
from web.territory.dossiers.listing import Dossiers
from web.territory.overview import Overview
from web.territory.structure import StructurePage
from web.uploads.logos import LogoPages
from web.uploads.schools import SchoolsImport
from web.verifier.pages import Verifier
from web.webhooks import pages as webhooks

_MENU = (
    ("/animations", "Animations"),
    ("/inscription", "Mon inscription"),
    ("/ressources", "Ressources"),
    ("/actualites", "Actualités"),
    ("/candidatures", "Devenir parent ressource"),
    ("/programme", "Le programme"),
)
_FOOTER = (
    ("/verifier", "Vérifier un dossier"),
    ("/donnees-ouvertes", "Données ouvertes"),
    ("/accessibilite", "Accessibilité : non conforme"),
    ("/mentions-legales", "Mentions légales"),
    ("/donnees-personnelles", "Données personnelles"),
)
_TITLES = {
    400: "Adresse incomprise",
    401: "Connexion nécessaire",
    403: "Page réservée",
    404: "Page introuvable",
    409: "Document indisponible",
    410: "Fichier supprimé",
    429: "Trop de demandes",
    500: "Erreur inattendue",
    503: "Service momentanément indisponible",
}


def create_site(services: Services, secret: bytes, offers: Mapping[str, str] | None = None) -> ASGIApp:
    """Return the service with its pages. `secret` guards forms and sessions: the same in all processes of a site.

    `offers`: the roles of a demonstration with their tokens, for whoever sits before this machine.
    """
    pages = Pages(services, secret, offers)
    return Downloads(create_app(services, pages), pages.sessions)


class Pages:
    """The pages, as the API takes them in."""

    def __init__(self, services: Services, secret: bytes, offers: Mapping[str, str] | None = None) -> None:
        self._services = services
        self._offers = [Offer(role, token) for role, token in (offers or {}).items()]
        secure = services.public_url.startswith("https://")
        self.sessions = Sessions(secret, secure)
        self._done = Done(secret, secure)
        self._assets = assets(state=services.web.brand == "state")
        self._templates = Templates(
            self.sessions,
            self._done,
            Lists(secret, secure),
            assets=self._assets.address,
            brand=services.web.brand,
            menu=_MENU,
            footer=_FOOTER,
        )
        self._guard = Guard(secret, secure)
        self._begun = SealedCookie("parentalite-connexion", "sign-in", secret, secure)

    def routes(self, graphql: InProcess) -> Sequence[BaseRoute]:
        """Return the routes of all pages, which ask `graphql`."""
        site = self._site(graphql)
        return [
            Route("/assets/{digest}/{name:path}", self._assets.get, methods=["GET"]),
            *Listing(site).routes,
            *CommuneSuggestions(site).routes,
            *AnimationPage(site).routes,
            *RegisteringParents(site).routes,
            *RegistrationPage(site).routes,
            *CodePage(site).routes,
            *QuestionnairePage(site).routes,
            *Candidacy(site).routes,
            *CandidaturePage(site).routes,
            *CertificateCheckPage(site).routes,
            *Accounts(site, self._offers).routes,
            *OwnAccount(site).routes,
            *OwnData(site).routes,
            *OwnPasskeys(site).routes,
            *Overview(site).routes,
            *LogoPages(site).routes,
            *SchoolsImport(site).routes,
            *Attestations(site).routes,
            *StructurePage(site).routes,
            *IssuerPages(site, self._begun).routes,
            *Dossiers(site).routes,
            *DossierPage(site).routes,
            *Conventions(site).routes,
            *CandidaturesDesk(site, TERRITORY).routes,
            *CandidaturesDesk(site, SCHOOL).routes,
            *Controls(site).routes,
            *DossierHistory(site).routes,
            *DrawnDossier(site).routes,
            *ControlPage(site).routes,
            *Verifier(site).routes,
            *ProgrammePage(site).routes,
            *Figures(site).routes,
            *(route for desk in requests.DESKS for route in requests.RequestsDesk(site, desk).routes),
            *(route for desk in webhooks.DESKS for route in webhooks.WebhooksDesk(site, desk).routes),
            *structure_pages(site),
            *Queue(site).routes,
            *AnimationToPublish(site).routes,
            *TypologyPages(site).routes,
            *RebuildPage(site).routes,
            *TerritoriesPage(site).routes,
            *QuestionsPage(site).routes,
            *PeopleInOffice(site).routes,
            *SchoolDesk(site).routes,
            *Strategies(site).routes,
            *StrategyPage(site).routes,
            *Projects(site).routes,
            *SchoolProjectPage(site).routes,
            *Groups(site).routes,
            *GroupPage(site).routes,
            *MediateurDesk(site).routes,
            *publication_pages(site),
            *Information(site).routes,
        ]

    def refused(self, request: Request, refused: Refused) -> Response:
        """Return the page for an address of the API that a browser opens and that cannot be answered."""
        if refused.status == 404 and (elsewhere := mended(request)):
            return elsewhere
        field = refused.extensions.get("field") or ()
        if refused.status == 400 and field and not set(field) & set(request.query_params):
            # The path was cut short, by a letter or by hand: what its parts are in the API is for programs.
            refused = Refused(404, "NOT_FOUND", NOTHING_HERE)
        if refused.status == 405 and request.method == "GET":
            # The address of a form, opened again from a history: the page of the form stands above it.
            above = request.url.path.rpartition("/")[0] or "/"
            return RedirectResponse(above + (f"?{request.url.query}" if request.url.query else ""), 303)
        title = _TITLES.get(refused.status, "Envoi refusé")
        problem = Problem(refused.status, title, refused.message, refused.headers)
        response = self._templates.page(request, "layout/problem", refused.status, problem=problem, typed=None)
        response.headers.update(refused.headers)
        return response

    def _site(self, graphql: InProcess) -> Site:
        api = Api(graphql, self.sessions)
        return Site(api, self._templates, self._guard, self.sessions, self._services, self._done)
