"""The root of queries: those of each feature, any object by its id, and the position of the answer."""

from __future__ import annotations

import strawberry

from api.accounts.queries import AccountQueries
from api.action_groups.queries import ActionGroupQueries
from api.animation_requests.queries import AnimationRequestQueries
from api.animations.calendar import CalendarQueries
from api.animations.queries import AnimationQueries
from api.audit.queries import AuditQueries
from api.candidatures.queries import CandidatureQueries
from api.controls.queries import ControlQueries
from api.core.context import Info
from api.core.lists.nodes import Node
from api.following.read_models import ReadModelQueries
from api.node import load_node
from api.passkeys.queries import PasskeyQueries
from api.places.queries import PlaceQueries
from api.programme.queries import ProgrammeQueries
from api.proof.queries import ProofQueries
from api.publications.queries import PublicationQueries
from api.registrations.queries import RegistrationQueries
from api.satisfaction.queries import SatisfactionQueries
from api.school_projects.queries import SchoolProjectQueries
from api.schools.queries import SchoolQueries
from api.service_dossiers.queries import ServiceDossierQueries
from api.strategies.queries import StrategyQueries
from api.structures.country import CountryQueries
from api.structures.drafts import DraftQueries
from api.structures.queries import StructureQueries
from api.typology.preview import TypologyPreviewQueries
from api.typology.queries import TypologyQueries
from api.viewer.personal_data import PersonalDataQueries
from api.viewer.types import ViewerQueries
from api.volunteers.queries import VolunteerQueries
from api.webhooks.queries import WebhookQueries


@strawberry.type(description="Reading. Every answer comes from one instant of the read models: see `position`.")
class Query(
    ViewerQueries,
    PersonalDataQueries,
    AnimationQueries,
    CalendarQueries,
    AnimationRequestQueries,
    ProgrammeQueries,
    VolunteerQueries,
    StructureQueries,
    TypologyQueries,
    TypologyPreviewQueries,
    ReadModelQueries,
    CountryQueries,
    DraftQueries,
    CandidatureQueries,
    RegistrationQueries,
    AccountQueries,
    ServiceDossierQueries,
    ControlQueries,
    AuditQueries,
    ProofQueries,
    PasskeyQueries,
    PlaceQueries,
    SchoolQueries,
    StrategyQueries,
    SchoolProjectQueries,
    ActionGroupQueries,
    SatisfactionQueries,
    WebhookQueries,
    PublicationQueries,
):
    @strawberry.field(description="Anything by its id, as far as the asker may see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await load_node(info.context, id)

    @strawberry.field(description="The position of the log that this answer's read models have reached.")
    async def position(self, info: Info) -> int:
        return (await info.context.read()).position
