"""A service dossier as it was at a moment."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from api.core.context import Context
from api.core.past import At, moment_of, past_of
from api.service_dossiers.types import ServiceDossier, load_dossier
from api.structures.past import as_of_today


async def dossier_at(context: Context, dossier_id: UUID, at: At) -> ServiceDossier | None:
    moment, now = await moment_of(context, at)
    today = await load_dossier(context, dossier_id)
    if today is None:
        return None
    structure_id: UUID = today.row["structure_id"]
    past = await past_of(context, moment, now, structure_id, dossier_id, structure_id, today.row["convention_id"])
    dossier = await load_dossier(past, dossier_id)
    return dossier and replace(dossier, structure=as_of_today(context, dossier.structure, today.structure))
