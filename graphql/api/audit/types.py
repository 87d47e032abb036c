"""The type of the audit trail's entries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import orjson
import strawberry
from strawberry.scalars import JSON

from api.accounts.types import agents_named
from api.audit.histories import animation_about, blanked_for_asker, details_of
from api.core.back_references import later
from api.core.blanked import NOTHING_BLANKED, is_nothing_blanked
from api.core.context import Context, Info
from api.core.lists.lazily import Identifier, Instant, Lazily, Number, Plain, lazily
from api.core.lists.nodes import Node
from api.proof.inclusion import EventProof, prove
from application.papers.words import ROLES
from domain.kernel.actors import Role
from domain.kernel.events import registered_events
from projections.animations.blanked_texts import BlankedTexts


@cache
def _personal_fields_of(topic: str) -> tuple[str, ...]:
    event_class = registered_events().get(topic)
    return tuple(event_class.personal_fields) if event_class else ()


@cache
def _sentence_of(topic: str) -> str:
    event_class = registered_events().get(topic)
    return event_class.sentence if event_class else topic


def _personal_fields(entry: Any) -> list[str]:
    """Return the names of the entry's own personal fields."""
    data = entry.recorded["data"]
    return [name for name in _personal_fields_of(entry.row["type"]) if name in data]


def _data(entry: Any) -> Any:
    """Return the event's fields, with null for the personal ones, and without what is blanked."""
    data = entry.recorded["data"]
    blanked = entry.blanked.shown(entry.row["subject_id"], data)
    hidden = dict.fromkeys(name for name in _personal_fields(entry) if blanked[name] == data[name])
    return blanked | hidden if hidden else blanked


#: Passed as the context rows of a page: each entry is built from its own row (see `api.compiled.writing`).
NO_ROWS = object()
#: How to build each field that does not show a column of `queries.SOURCE` as it is, and the columns that it needs.
_SHOWN: dict[str, tuple[Callable[[Any], Any], Sequence[str]]] = {
    "id": (Plain(lambda entry: f"audit:{entry.row['position']}"), ("position",)),
    "position": (Number("position"), ("position",)),
    "sentence": (Plain(lambda entry: _sentence_of(entry.row["type"])), ("type",)),
    "recorded_at": (Instant("recorded_at"), ("recorded_at",)),
    "actor": (Plain(lambda entry: entry.recorded["stamp"]["actor"]), ("state",)),
    "role": (Plain(lambda entry: entry.recorded["stamp"]["role"]), ("state",)),
    "actor_role": (lambda entry: Role(entry.recorded["stamp"]["role"]), ("state",)),
    "subject": (Identifier("subject_id"), ("subject_id",)),
    "subject_version": (Number("originator_version"), ("originator_version",)),
    "cause": (Plain(lambda entry: entry.recorded["stamp"]["cause"]), ("state",)),
    "command_id": (Plain(lambda entry: entry.recorded["stamp"]["command_id"]), ("state",)),
    "data": (Plain(_data), ("state", "type", "subject_id")),
    "personal_fields": (Plain(_personal_fields), ("state", "type")),
    "personal_data_erased_at": (lambda entry: entry.row["erased_at"], ("erased_at",)),
}


@strawberry.type(
    description="One domain event, as the log holds it. For the structure that it belongs to, the coordonnateur of its"
    " territory, the national team and auditors."
)
class AuditEntry(Lazily, Node):
    SHOWN: ClassVar = _SHOWN
    position: int = strawberry.field(description="Its place in the log: one order for everything that happened.")
    type: str = strawberry.field(description="What happened: `animation.published`.")
    sentence: str = strawberry.field(description="What happened, in French, as papers say it: « Animation publiée ».")
    recorded_at: datetime = strawberry.field(description="When it was recorded (UTC).")
    actor: str = strawberry.field(
        description="Who acted: the name of their token; a pseudonym for parents; function and account for who acted by"
        " a mandate, whom `official` tells."
    )
    role: str = strawberry.field(
        description="In what role, in small letters as the log has it; `actorRole` is the same as a closed list."
    )
    actor_role: Role = strawberry.field(description="In what role.")
    subject: strawberry.ID = strawberry.field(description="The thing it happened to: an animation, a convention…")
    subject_version: int = strawberry.field(description="The thing's version after it.")
    cause: str = strawberry.field(description="The command, or the event that a policy answered to.")
    command_id: strawberry.ID = strawberry.field(description="What was recorded together has the same.")
    data: JSON = strawberry.field(
        description="The event's own fields, as recorded. Those in `personalFields` are encrypted, and null here, save"
        " why a text was blanked; what the thing itself shows, it shows in clear to those who may read it. A title that"
        " was blanked reads « [texte masqué] », but to the national team and auditors."
    )
    personal_fields: list[str] = strawberry.field(
        description="The fields that may speak of people: who they are, and what was written."
    )
    personal_data_erased_at: datetime | None = strawberry.field(
        description="When the key of those fields was destroyed (UTC): nobody can read them since."
    )

    @strawberry.field(
        description="Who that is, as their token calls them, where they acted in office, also by a mandate. Null for"
        " others, and once it is erased."
    )
    async def actor_name(self, info: Info) -> str | None:
        agent = (self.actor, self.role)
        context = info.context
        return await context.together("agents", agent, lambda agents: agents_named(context, agents))

    @strawberry.field(
        description="The title of the animation that it happened to, or to a registration for it or answers on it, as"
        " the asker reads it today; else null."
    )
    async def subject_name(self, info: Info) -> str | None:
        context, load = info.context, later("api.animations.types", "load_animations")
        animation_id = await animation_about(context, self.row["type"], UUID(str(self.row["subject_id"])))
        if animation_id is None:
            return None
        animation = await context.together("animations", animation_id, lambda ids: load(context, ids))
        return None if animation is None else str(animation.title)

    @strawberry.field(
        description="What the sentence leaves out, in French: « Places : 12 → 20 », « Présents : 9 parents et 4"
        " enfants », for animations declared, modified, attested, corrected; the reason, comment or answer that was"
        " written: « Motif : feuille illisible ». Empty for others. Without what is blanked or erased."
    )
    async def details(self, info: Info) -> list[str]:
        subject = UUID(str(self.row["subject_id"]))
        return await details_of(info.context, self.row["type"], subject, self.row["position"])

    @strawberry.field(description="In what function, in French: « coordonnateur », « équipe nationale »…")
    def actor_function(self) -> str:
        return ROLES[Role(self.role)]

    row: strawberry.Private[dict[str, Any]]
    recorded: strawberry.Private[dict[str, Any]]
    blanked: strawberry.Private[BlankedTexts]

    @strawberry.field(
        description="The proof that the log of the latest checkpoint holds it; null until a checkpoint covers it. With"
        " `subjectVersion`, which counts from 1 without a gap in a thing's trail, it shows that nothing is left out."
    )
    async def proof(self, info: Info) -> EventProof | None:
        return await prove(info.context, self.row["position"])


@dataclass(frozen=True, slots=True)
class Entries:
    """Makes the entries that one asker reads."""

    blanked: BlankedTexts

    @property
    def context_rows(self) -> object:
        """The surroundings that the fields of an entry depend on beside its own row."""
        return self.blanked if self.blanked != NOTHING_BLANKED else NO_ROWS

    def of(self, row: dict[str, Any]) -> AuditEntry:
        """Return the entry of a row of `queries.SOURCE`."""
        recorded = orjson.loads(row["state"]) if "state" in row else {}
        return lazily(AuditEntry, row=row, recorded=recorded, blanked=self.blanked)


async def entries_for(context: Context, columns: Collection[str] | None = None) -> Entries:
    """Return how the asker is shown the entries within their reach; `columns` are those that are read, None: all."""
    if (columns is not None and "state" not in columns) or await is_nothing_blanked(context):
        return Entries(NOTHING_BLANKED)

    async def build(_: list[None]) -> list[Entries]:
        return [Entries(await blanked_for_asker(context))]

    return await context.together("entries of the audit trail", None, build)
