"""Invented news and resources, through the commands of the service: online, waiting, refused, withdrawn.

Each act has a key of its own: another run after an interruption repeats none.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid5

from psycopg import sql

from application.commanding.commands import Command
from application.files.scanning.office import ODT
from application.files.store import FileStore
from application.publications.commands import (
    PublicationFileAttach,
    PublicationPropose,
    PublicationPublish,
    PublicationRefuse,
    PublicationWithdraw,
)
from cli.composition import Conn, Runtime
from demo.publications import PUBLICATIONS, DemoPublication
from demo.stage import NATIONAL
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import NAMESPACE, structure_id
from projections.engine.generations import live_tables

#: Days between one publication and the next.
_APART = 4
_HOME: LiteralString = "SELECT territories[1] FROM {structures} WHERE structure_id = %s"


def publish_resources(opened: Runtime, conn: Conn, siret: str, now: datetime) -> int:
    """Let the structure, its territory and the national team publish. Return how many publications there are."""
    structure = structure_id(siret)
    home = conn.execute(sql.SQL(_HOME).format(**live_tables(conn)), (structure,)).fetchone()
    if home is None:
        return 0
    authors = {
        "structure": (Actor(Role.STRUCTURE, siret, structures=frozenset([structure])), {"structure_id": structure}),
        "territory": (Actor(Role.COORDONNATEUR, home[0], territories=frozenset([home[0]])), {"territory": home[0]}),
        "nation": (NATIONAL, {}),
    }
    files = FileStore(opened.settings.files)
    for number, publication in enumerate(PUBLICATIONS):
        # Written over the last weeks, the first of the file last.
        at = now - timedelta(days=_APART * number, hours=1)
        author, owner = authors[publication.by]

        def act(
            command: Command, actor: Actor, step: int, about: DemoPublication = publication, at: datetime = at
        ) -> UUID:
            key = uuid5(NAMESPACE, f"season:publication:{about.title}:{step}")
            return opened.application.execute(command.model_copy(update={"idempotency_key": key}), actor, at).subject_id

        draft = publication.by != "structure"
        proposed = act(PublicationPropose(**owner, **publication.content, draft=draft), author, 1)
        if publication.file is not None:
            with files.draft(io.BytesIO(publication.document())) as kept:
                file = {"media_type": ODT, "size": kept.size, "sha256": kept.sha256, "draft": kept}
                attached = PublicationFileAttach(publication_id=proposed, **file, label=publication.file)
                act(attached, author, 2)
        if publication.state == "refused":
            act(PublicationRefuse(publication_id=proposed, reason=publication.reason), NATIONAL, 3)
        elif publication.state != "waiting":
            act(PublicationPublish(publication_id=proposed), author if draft else NATIONAL, 4)
        if publication.state == "withdrawn":
            act(PublicationWithdraw(publication_id=proposed, reason=publication.reason), NATIONAL, 5)
    return len(PUBLICATIONS)
