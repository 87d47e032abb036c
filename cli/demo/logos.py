"""Invented logos, so that the demonstration's posters show where they stand: of a structure, and of its territory."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import datetime
from typing import LiteralString

from psycopg import sql

from application.files.store import FileStore
from application.logos.checking import SVG
from application.logos.commands import SetLogo
from cli.composition import Conn, Runtime
from demo.stage import NATIONAL
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import structure_id
from projections.engine.generations import live_tables

_HOME: LiteralString = "SELECT territories[1] FROM {structures} WHERE structure_id = %s"
#: Two people under a roof, and a map's pin: shapes alone, so that no font is needed.
_STRUCTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 60">
<path d="M4 30 34 6l30 24v24H4z" fill="#312A74"/><circle cx="26" cy="34" r="5" fill="#fff"/>
<circle cx="43" cy="36" r="4" fill="#fff"/><path d="M18 54v-8a8 8 0 0 1 16 0v8zm19 0v-6a6 6 0 0 1 12 0v6z" fill="#fff"/>
<path d="M74 20h42v6H74zm0 13h30v6H74zm0 13h36v6H74z" fill="#738CFF"/></svg>"""
_TERRITORY = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 60">
<path d="M30 4a18 18 0 0 1 18 18c0 12-18 34-18 34S12 34 12 22A18 18 0 0 1 30 4z" fill="#00AD7D"/>
<circle cx="30" cy="22" r="7" fill="#fff"/><path d="M62 14h54v8H62zm0 16h40v8H62z" fill="#312A74"/></svg>"""


def set_logos(opened: Runtime, conn: Conn, siret: str, now: datetime) -> int:
    """Set that of the structure and that of its first territory. Return how many were set."""
    structure = structure_id(siret)
    home = conn.execute(sql.SQL(_HOME).format(**live_tables(conn)), (structure,)).fetchone()
    owners = [({"structure_id": structure}, _STRUCTURE)]
    owners += [({"territory": home[0]}, _TERRITORY)] if home else []
    files, count = FileStore(opened.settings.files), 0
    for owner, drawing in owners:
        # An earlier, interrupted run has set it already.
        with suppress(DomainError), files.draft(io.BytesIO(drawing.encode())) as draft:
            file = {"media_type": SVG, "size": draft.size, "sha256": draft.sha256, "draft": draft}
            opened.application.execute(SetLogo(**owner, **file), NATIONAL, now)
            count += 1
    return count
