"""The root of queries: those of each feature, any object by its id, and the position of the answer."""

from __future__ import annotations

from uuid import UUID

import strawberry

from api.accounts.queries import AccountQueries
from api.animations.queries import AnimationQueries
from api.animations.types import load_animation
from api.audit.filters import AuditWhere
from api.audit.queries import AuditQueries, list_audit_trail
from api.candidatures.queries import CandidatureQueries
from api.candidatures.types import load_candidature
from api.controls.queries import ControlQueries
from api.controls.types import load_control
from api.core.context import Context, Info
from api.core.errors import invalid
from api.core.lists.checks import node_id
from api.core.lists.nodes import Node
from api.core.lists.paging import PageArguments
from api.proof.queries import ProofQueries
from api.registrations.queries import RegistrationQueries
from api.registrations.types import load_registration
from api.service_dossiers.queries import ServiceDossierQueries
from api.service_dossiers.types import load_dossier
from api.structures.country import CountryQueries
from api.structures.queries import StructureQueries
from api.structures.types import load_convention, load_structure
from api.typology.queries import TypologyQueries
from api.viewer.types import ViewerQueries

_AUDIT_PREFIX = "audit:"


@strawberry.type(description="Reading. Every answer comes from one instant of the read models: see `position`.")
class Query(
    ViewerQueries,
    AnimationQueries,
    StructureQueries,
    TypologyQueries,
    CountryQueries,
    CandidatureQueries,
    RegistrationQueries,
    AccountQueries,
    ServiceDossierQueries,
    ControlQueries,
    AuditQueries,
    ProofQueries,
):
    @strawberry.field(description="Anything by its id, as far as the asker may see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        if id.startswith(_AUDIT_PREFIX):
            return await _audit_entry(info.context, id.removeprefix(_AUDIT_PREFIX))
        return await _thing(info.context, node_id(id))

    @strawberry.field(description="The position of the log that this answer's read models have reached.")
    async def position(self, info: Info) -> int:
        return (await info.context.read()).position


_LOADS = (
    load_animation,
    load_structure,
    load_convention,
    load_candidature,
    load_dossier,
    load_control,
    load_registration,
)


async def _thing(context: Context, thing_id: UUID) -> Node | None:
    for load in _LOADS:
        if (node := await load(context, thing_id)) is not None:
            return node
    return None


async def _audit_entry(context: Context, position: str) -> Node | None:
    if not position.isascii() or not position.isdigit() or len(position) > 18:
        raise invalid("id : « audit: » et une position attendus.", "id")
    where = AuditWhere(position_from=int(position), position_to=int(position))
    page = await list_audit_trail(context, where, PageArguments(first=1))
    return page.nodes[0] if page.nodes else None
