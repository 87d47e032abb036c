"""Anything by its id: each type that implements `Node` is loaded here, as far as the asker may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from api.accounts.types import load_invitation, load_mandate
from api.action_groups.types import load_group
from api.animation_requests.types import load_request
from api.animations.series import SERIES_PREFIX, find_series
from api.animations.types import is_visible, load_animation
from api.audit.filters import AuditWhere
from api.audit.queries import list_audit_trail
from api.candidatures.types import load_candidature
from api.contacts.queries import load_contact
from api.controls.types import load_control
from api.core.context import Context
from api.core.errors import ApiError
from api.core.lists.checks import LONGEST_ID, node_id
from api.core.lists.nodes import Node
from api.core.lists.paging import PageArguments
from api.notifications.types import NOTIFICATION_PREFIX, load_notification
from api.publications.types import load_publication
from api.registrations.types import load_registration
from api.school_projects.types import load_project
from api.schools.types import SCHOOL_PREFIX, load_school
from api.service_dossiers.types import load_dossier
from api.strategies.types import load_strategy
from api.structures.convention import load_convention
from api.structures.types import load_structure
from api.typology.territories_and_terms import lists_of
from api.typology.territory import TERRITORY_PREFIX
from api.typology.types import TERM_PREFIX
from api.webhooks.types import load_webhook

_AUDIT_PREFIX = "audit:"
#: Types whose id is the UUID of their stream, or of their own row.
_BY_UUID: Final = (
    load_animation,
    load_structure,
    load_convention,
    load_candidature,
    load_dossier,
    load_control,
    load_request,
    load_registration,
    load_publication,
    load_contact,
    load_invitation,
    load_mandate,
    load_webhook,
    load_strategy,
    load_project,
    load_group,
)


async def load_node(context: Context, node: str) -> Node | None:
    """Return the thing, or None if it does not exist, is not for the asker, or no id is written so."""
    prefix = next((prefix for prefix in _BY_PREFIX if node.startswith(prefix)), None)
    if prefix is not None:
        return await _BY_PREFIX[prefix](context, node)
    try:
        thing_id = node_id(node)
    except ApiError:
        return None
    for load in _BY_UUID:
        if (thing := await load(context, thing_id)) is not None:
            return thing
    return None


async def _audit_entry(context: Context, node: str) -> Node | None:
    if (position := _number(node, _AUDIT_PREFIX)) is None:
        return None
    page = await list_audit_trail(
        context, AuditWhere(position_from=position, position_to=position), PageArguments(first=1)
    )
    return page.nodes[0] if page.nodes else None


async def _series(context: Context, node: str) -> Node | None:
    return await find_series(context, node, is_visible)


async def _notification(context: Context, node: str) -> Node | None:
    number = _number(node, NOTIFICATION_PREFIX)
    return None if number is None else await load_notification(context, number)


async def _listed(context: Context, node: str) -> Node | None:
    return (await lists_of(context)).node(node) if len(node) <= LONGEST_ID else None


#: Types whose id names the type and the object.
_BY_PREFIX: Final[Mapping[str, Callable[[Context, str], Awaitable[Node | None]]]] = {
    _AUDIT_PREFIX: _audit_entry,
    NOTIFICATION_PREFIX: _notification,
    SCHOOL_PREFIX: load_school,
    SERIES_PREFIX: _series,
    TERRITORY_PREFIX: _listed,
    TERM_PREFIX: _listed,
}


def _number(node: str, prefix: str) -> int | None:
    digits = node.removeprefix(prefix)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
