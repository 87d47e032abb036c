"""The documents that ask for the past, and how far the log reaches."""

from __future__ import annotations

from tests.support.api.asking import Town

ANIMATION = """query ($id: ID!, $at: At) { animation(id: $id, at: $at) {
  id version status title seats publishedAt type { code label } themes { code label retired }
  attestation { parents corrections } allowedActions { action allowed }
  structure { name siret conventions { id version } animations { totalCount nodes { title status } } }
  clonedFrom { title status structure { name } } } }"""
OF_STRUCTURE = """query ($siret: String!, $at: At) { structure(siret: $siret, at: $at) {
  name conventions { territory terminatedOn } timeline(first: 100) { nodes { type } totalCount }
  dashboard { animations published attested parents byTheme { term { label } animations } }
  animations(orderBy: [{field: TITLE, direction: DESC}], where: {attested: false}) { nodes { title } } } }"""


def head(town: Town) -> int:
    with town.app.pool.connection() as conn:
        (position,) = conn.execute("SELECT max(notification_id) FROM stored_events").fetchone() or (0,)
    return int(position)
