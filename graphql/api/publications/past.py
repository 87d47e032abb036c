"""A publication as it was at a moment."""

from __future__ import annotations

from uuid import UUID

from api.core.context import Context
from api.core.past import At, moment_of, past_of
from api.publications.types import Publication, answers_for, is_visible, load_publication, publication_of
from api.typology.territories_and_terms import lists_of
from projections.publications import queries

#: Columns that tell how far it had come: they hold nothing that anybody wrote.
_PROGRESS = ("version", "status", "published_at", "changed_at")


async def publication_at(context: Context, publication_id: UUID, at: At) -> Publication | None:
    """Return it as it was then; who does not answer for it is shown the words of today."""
    moment, now = await moment_of(context, at)
    today = await load_publication(context, publication_id)
    if today is None:
        return None
    # The past of a structure has only the rows of the streams that are named.
    past = await past_of(context, moment, now, publication_id, publication_id)
    read = await past.read()
    for row in await read.of_ids(queries.BY_IDS_WITHOUT_PEOPLE, [publication_id]):
        if answers_for(context, row):
            return publication_of(row | {"past": past}, await lists_of(past))
        if is_visible(context, row):
            return publication_of(
                today.row | {name: row[name] for name in _PROGRESS} | {"past": past}, await lists_of(context)
            )
    return None
