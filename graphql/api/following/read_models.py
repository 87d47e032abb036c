"""How far each read model has come, and what a rebuild would change of what readers see."""

from __future__ import annotations

import strawberry

from api.core.commanding.commands import in_turn
from api.core.context import Context, Info
from api.following.rebuild_progress import RebuildProgress, rebuild_progress_of
from domain.typology.typology import TermKind
from eventstore.log import head
from projections.engine.announcing import ENDED
from projections.engine.generations import State, generations, terms_in_force
from projections.readiness import is_outdated
from projections.typology.preview import preview


@strawberry.type(description="A read model: what lists and figures are read from. For the national team.")
class ReadModel:
    name: str = strawberry.field(description="Its name, as `parentalite rebuild` takes it.")
    position: int = strawberry.field(description="The position of the log that it has reached.")
    behind: int = strawberry.field(description="How many positions it has yet to read.")
    shows_todays_typology: bool = strawberry.field(
        description="False where terms were merged or split and it does not show that yet: it will, by itself."
    )
    rebuilding: bool = strawberry.field(description="Whether a new generation of it is being filled.")
    stopped_at: int | None = strawberry.field(
        description="The position of the event that it could not take; null while it goes on."
    )


@strawberry.type(description="A change of the typology that lists and figures do not show yet.")
class PendingTermChange:
    kind: TermKind = strawberry.field(description="The list of the term.")
    code: str = strawberry.field(description="The term that animations show today.")
    into: str = strawberry.field(description="The term that they will show.")
    animations: int = strawberry.field(description="How many animations.")


@strawberry.type(description="The read models, and the rebuild that goes on. For the national team.")
class ReadModels:
    position: int = strawberry.field(description="The end of the log.")
    models: list[ReadModel] = strawberry.field(description="Those in use, by name.")
    pending: list[PendingTermChange] = strawberry.field(
        description="What will change of what animations show, by changes of the typology that they do not show yet."
    )
    rebuild: RebuildProgress | None = strawberry.field(
        description="The latest news of a rebuild, or of how the last one ended; null where this process heard of none."
    )


def _standing(context: Context) -> ReadModels:
    with context.services.application.pool.connection() as conn, conn.transaction():
        end, terms = head(conn), terms_in_force(conn)
        building = {generation.name for generation in generations(conn, State.BUILDING)}
        models = [
            ReadModel(
                name=live.name,
                position=live.position,
                behind=max(0, end - live.position),
                shows_todays_typology=not is_outdated(live, terms),
                rebuilding=live.name in building,
                stopped_at=live.failed_position,
            )
            for live in generations(conn, State.LIVE)
        ]
        pending = [
            PendingTermChange(kind=each.kind, code=each.code, into=each.into, animations=each.animations)
            for each in preview(conn)
        ]
    notice = context.services.waiter.rebuild
    running = notice is not None and notice.step not in ENDED
    for model in models:
        # A generation that a killed rebuild left behind is not being filled.
        model.rebuilding = model.rebuilding and running
    rebuild = None if notice is None else rebuild_progress_of(notice)
    return ReadModels(position=end, models=models, pending=pending, rebuild=rebuild)


@strawberry.type
class ReadModelQueries:
    @strawberry.field(
        description="How far the read models have come, and what changes of the typology they do not show yet. For the"
        " national team; others: FORBIDDEN."
    )
    async def read_models(self, info: Info) -> ReadModels | None:
        return await in_turn(info.context, lambda: _standing(info.context))
