"""The query on the log: every event that the asker may read."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import strawberry

from api.audit.filters import AuditWhere
from api.audit.types import AuditEntry, entries_for
from api.core.context import Context, Info
from api.core.errors import denied, invalid
from api.core.lists.connections import connection, owned_connection, within_reach
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from domain.kernel.actors import Actor
from domain.kernel.rights import Action, Scope, scope_of
from projections.audit import queries
from projections.engine.paging import Filter


@strawberry.type
class AuditQueries:
    @strawberry.field(
        description="Every domain event that the asker may see, in log order: a structure its own, a coordonnateur"
        " those of the territories, the national team and auditors all; FORBIDDEN for other roles."
    )
    async def audit_trail(
        self,
        info: Info,
        where: AuditWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEntry] | None:
        return await list_audit_trail(info.context, where, page_arguments(info, first, after, last, before))


async def list_audit_trail(
    context: Context, where: AuditWhere | None, arguments: PageArguments
) -> Connection[AuditEntry]:
    """Return the events that the asker may read. Raises FORBIDDEN for a role that may read none."""
    filtered = await audit_filter(context, where)
    entries = await entries_for(context, arguments.ahead.columns)
    return await connection(context, queries.LISTING, filtered, arguments, entries.of, entries.context_rows)


async def audit_filter(context: Context, where: AuditWhere | None) -> Filter:
    """Return the filter of the events that the asker may read.

    Raises FORBIDDEN if there can be none, and INVALID for a thing that has none for this asker.
    """
    actor, scope = context.actor, scope_of(context.actor, Action.AUDIT_READ)
    if scope is None:
        raise denied(actor)
    conditions = where.conditions() if where else queries.Conditions()
    if scope is Scope.OWN_STRUCTURE and conditions.structure_id not in (None, *actor.structures):
        raise denied(actor)
    for name, thing in (where.things() if where else {}).items():
        await _check_has_a_history(context, _within_reach(actor, thing), name)
    return queries.narrowed(_within_reach(actor, conditions))


def _within_reach(actor: Actor, conditions: queries.Conditions) -> queries.Conditions:
    match scope_of(actor, Action.AUDIT_READ):
        case Scope.OWN_STRUCTURE:
            return replace(conditions, structures=sorted(actor.structures))
        case Scope.OWN_TERRITORY:
            return replace(conditions, territories=sorted(actor.territories))
    return conditions


async def _check_has_a_history(context: Context, conditions: queries.Conditions, field: str) -> None:
    """Raise INVALID, in the same words whether there is no such thing or it is not for the asker."""
    read, filtered = await context.read(), queries.narrowed(conditions)
    first = f"SELECT FROM {{audit_trail}} t WHERE {filtered.clause} ORDER BY t.position LIMIT 1"
    rows = await read.rows(read.sql(first), filtered.params)
    if not rows:
        message = f"where.{field} : rien de ce que vous pouvez lire n'a cet identifiant."
        raise invalid(message, "where", field)


async def timeline(context: Context, structure_id: UUID, arguments: PageArguments) -> Connection[AuditEntry]:
    """Return the events of a structure that the asker may read."""
    filtered = auditable(context)
    entries = await entries_for(context, arguments.ahead.columns)
    return await owned_connection(
        context, queries.LISTING, structure_id, filtered, arguments, entries.of, entries.context_rows
    )


def auditable(context: Context) -> Filter:
    """Return the filter of the events that the asker may read. Raises FORBIDDEN if there can be none."""
    return within_reach(context, Action.AUDIT_READ, "t")
