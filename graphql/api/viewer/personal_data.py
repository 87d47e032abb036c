"""The data that the programme holds on the asker, or on what a link is about: to read, and to take along."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.animations.types import Animation, load_animation
from api.core.commanding.commands import in_turn
from api.core.context import Context, Info
from api.structures.drafts import AnimationDraft
from api.viewer.recorded_codes import meaning
from application import drafts
from application.candidatures import PURPOSE as CANDIDATURE
from application.people.erasing import Kind as PersonalKind
from application.registrations import PURPOSE as REGISTRATION
from domain.kernel.actors import ROLE_NAMES, Role
from domain.kernel.errors import DomainError
from domain.kernel.events import field_names, registered_events
from domain.kernel.identifiers import registration_book_id

#: Fields that only tell streams, people and inboxes apart; so does whatever is a UUID.
_WITHOUT_MEANING = ("contact", "recipients")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Notes of those who work in the programme for themselves: nobody else reads them, the holder of a link least of all.
_GIVEN_ON_REQUEST = ("note",)


@strawberry.type(description="A value that was recorded of a person, with its name in French.")
class HeldValue:
    name: str = strawberry.field(description="The name of the field, as in `data`.")
    label: str = strawberry.field(description="What it is called in French.")
    value: str | None = strawberry.field(description="The value as people write it; null once it is erased.")


@strawberry.type(description="Something that was recorded of a person.")
class HeldEntry:
    position: int = strawberry.field(description="Its place in the log.")
    type: str = strawberry.field(description="What happened: `registration.made`.")
    sentence: str = strawberry.field(description="What happened, in French: « Inscription faite ».")
    recorded_at: datetime = strawberry.field(description="When it was recorded (UTC).")
    actor_role: Role = strawberry.field(description="In what role somebody did it.")
    actor_function: str = strawberry.field(description="That role in French.")
    values: list[HeldValue] = strawberry.field(description="What was recorded, to read.")
    data: JSON = strawberry.field(description="The same, as recorded: personal values in clear, null once erased.")


@strawberry.type(description="A registration, a candidature, an account… of a person.")
class HeldThing:
    kind: PersonalKind = strawberry.field(description="What it is.")
    subject: strawberry.ID = strawberry.field(description="Its id, or that of what it is within.")
    erased_at: datetime | None = strawberry.field(description="When the personal values in it were erased (UTC).")
    entries: list[HeldEntry] = strawberry.field(description="What was recorded of it, in order.")
    animation_id: strawberry.Private[UUID | None]

    @strawberry.field(description="The animation that a registration is for, as far as the asker may see it.")
    async def animation(self, info: Info) -> Animation | None:
        return await load_animation(info.context, self.animation_id) if self.animation_id else None


@strawberry.type(
    description="What is held on a person, for that person (GDPR, articles 15 and 20). Names of others who acted, and"
    " the notes that they keep for themselves, are left out: they are given on request."
)
class PersonalData:
    things: list[HeldThing] = strawberry.field(description="Thing by thing.")
    drafts: list[AnimationDraft] = strawberry.field(
        description="Declarations that the asker has begun and not sent; none by a link."
    )


@strawberry.type
class PersonalDataQueries:
    @strawberry.field(
        description="What is held on the asker: what they did while signed in. Or, for who holds the link of a"
        " registration or of a candidature, what is held of that alone. Null for who is not signed in."
    )
    async def personal_data(
        self,
        info: Info,
        link: Annotated[str | None, strawberry.argument(description="The link, as it was received.")] = None,
    ) -> PersonalData | None:
        context = info.context
        if link is None and context.actor.person_id is None:
            return None
        held, person = await in_turn(context, lambda: _held(context, link)), context.actor.person_id
        own = {str(drafts.draft_id_of(person, each)): each for each in context.actor.structures} if person else {}
        return PersonalData(
            things=[_thing(each) for each in held["held"] if each["events"]],
            drafts=[
                AnimationDraft(
                    content=each["content"],
                    saved_at=datetime.fromisoformat(each["savedAt"]),
                    structure_id=strawberry.ID(str(own[each["draft"]])) if each["draft"] in own else None,
                )
                for each in held["drafts"]
            ],
        )


def _held(context: Context, link: str | None) -> dict[str, Any]:
    application = context.services.application
    return application.export_own(context.actor) if link is None else application.export_linked(*_linked(context, link))


def _linked(context: Context, link: str) -> tuple[UUID, UUID]:
    """Return the stream that a link leads to, and the thing in it. Raises INVALID."""
    links = context.services.application.links
    try:
        animation_id, registration_id = links.read(REGISTRATION, link, "link")
    except DomainError:
        (candidature_id,) = links.read(CANDIDATURE, link, "link")
        return candidature_id, candidature_id
    return registration_book_id(animation_id), registration_id


def _thing(held: dict[str, Any]) -> HeldThing:
    animations = [each["data"]["animation_id"] for each in held["events"] if each["data"].get("animation_id")]
    return HeldThing(
        kind=PersonalKind(held["kind"]),
        subject=strawberry.ID(held["subject"]),
        erased_at=None if held["erasedAt"] is None else datetime.fromisoformat(held["erasedAt"]),
        entries=[_entry(each) for each in held["events"]],
        animation_id=UUID(animations[0]) if animations else None,
    )


def _entry(event: dict[str, Any]) -> HeldEntry:
    role, kind = Role(event["role"]), registered_events()[event["type"]]
    data: Any = {name: value for name, value in event["data"].items() if name not in _GIVEN_ON_REQUEST}
    return HeldEntry(
        position=event["position"],
        type=event["type"],
        sentence=kind.sentence,
        recorded_at=datetime.fromisoformat(event["recordedAt"]),
        actor_role=role,
        actor_function=ROLE_NAMES[role],
        values=[
            HeldValue(name=name, label=_labels().get(name, name), value=_in_words(event["type"], name, value))
            for name, value in data.items()
            if _has_meaning(name, value) and (name in kind.personal_fields or value not in (None, [], ""))
        ],
        data=data,
    )


def _has_meaning(name: str, value: Any) -> bool:
    """Return whether a value says something to people: what only programs tell apart is in the file alone."""
    return name not in _WITHOUT_MEANING and not (isinstance(value, str) and _UUID.fullmatch(value))


@cache
def _labels() -> dict[str, str]:
    return dict(field_names())


def _in_words(event: str, name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return meaning(event, name, value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(filter(None, (_in_words(event, name, each) for each in value)))
    if isinstance(value, dict):
        pairs = ((part, _in_words(event, part, each)) for part, each in value.items())
        return ", ".join(f"{_labels().get(part, part)} {words}" for part, words in pairs)
    return str(value)
