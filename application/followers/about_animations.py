"""Notices to structures, coordonnateurs and the national team about animations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from application.notifications.reaction import NATIONAL, Around, Letter, Notice, Reaction, structure, territory
from application.papers.french import short_date
from application.wording import things
from application.wording.pages import animation_page, desk_of, structure_page
from application.wording.things import Thing
from domain.animations.animation import Animation
from domain.animations.events import AnimationCreated, AnimationModified, AnimationSuspended
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION
from domain.kernel.rights import Action
from eventstore.records import Recorded

#: Causes that record several animations at once.
_OF_SEVERAL = frozenset(
    f"command:{action}" for action in (Action.ANIMATION_REPEAT, Action.ANIMATIONS_IMPORT, Action.ANIMATIONS_PUBLISH)
)


def animation_of(record: Recorded, around: Around) -> Animation:
    return around.state(ANIMATION, record.originator_id, record.originator_version)


def named(animation: Animation, version: int | None) -> dict[str, Thing]:
    """Return what sentences name of an animation."""
    return {
        "animation": things.animation(animation.id, version),
        "title": Thing("title", animation.id, version),
        "structure": things.structure(animation.structure_id),
        "territory": things.territory(animation.territory),
    }


def to_structure(kind: str, sentence: str, *, public: bool = False) -> Reaction:
    """Notify the structure; the event's reason, if any, follows. `public`: the animation has its page."""

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        first, *others = _together(record, around)
        if first.position != record.position:
            return
        if others:
            yield _Several(record, around, len(others)).notice(kind, "sont publiées")
            return
        animation = animation_of(record, around)
        page = animation_page(animation.id) if public else None
        words = named(animation, record.originator_version)
        recipient = structure(animation.structure_id)
        subject = sentence.replace("{animation}", "{title}")
        yield Notice(recipient, kind, sentence, words, subject=subject, page=page, with_reason=True)

    return react


def on_declared(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Ask the national team to publish, and tell the coordonnateurs, whom the convention promises each declaration."""
    first, *others = _together(record, around)
    if first.position != record.position:
        return
    if others:
        yield from _several_declared(record, around, [first, *others])
        return
    animation = animation_of(record, around)
    words, subject = named(animation, record.originator_version), "{title} attend sa publication."
    again = "" if isinstance(record.event, AnimationCreated) else ", corrigée,"
    late = " Elle est déclarée après son début." if animation.declared_late and not again else ""
    message = f"{{animation}}{again} attend sa publication. Déclarée par {{structure}}, {{territory}}.{late}"
    yield Notice(NATIONAL, "animation.to_publish", message, words, subject=subject)
    if not again:
        declared = f"{{structure}} déclare {{animation}}.{late}"
        subject = "{structure} déclare {title}."
        recipient, page = territory(animation.territory), structure_page(animation.structure_id)
        yield Notice(recipient, "animation.declared", declared, words, subject=subject, page=page)


def _together(record: Recorded, around: Around) -> list[Recorded]:
    """Return the events like this one that its command recorded for the same structure: one notice tells of them."""
    if record.stamp.cause not in _OF_SEVERAL:
        return [record]
    return [
        other
        for other in around.command(record)
        if isinstance(other.event, type(record.event))
        and (other.stamp.structure_id, other.stamp.territory) == (record.stamp.structure_id, record.stamp.territory)
    ]


def _several_declared(record: Recorded, around: Around, records: Sequence[Recorded]) -> Iterator[Notice]:
    facts = [other.event for other in records if isinstance(other.event, AnimationCreated)]
    days = sorted(fact.starts_at.date() for fact in facts)
    when = f", du {short_date(days[0])} au {short_date(days[-1])}"
    late = sum(fact.declared_late for fact in facts)
    tail = f"{{structure}}, {{territory}}.{f' Déclarées après leur début : {late}.' if late else ''}"
    several = _Several(record, around, len(facts) - 1)
    yield several.notice(
        *("animation.to_publish", "attendent leur publication", NATIONAL), when, tail=f" Déclarées par {tail}"
    )
    coordonnateurs = territory(animation_of(record, around).territory)
    yield several.notice("animation.declared", "sont déclarées", coordonnateurs, when, tail=f" Par {tail}")


@dataclass(frozen=True, slots=True)
class _Several:
    """Several animations that one command is about, of which `record` tells of the first."""

    record: Recorded
    around: Around
    others: int

    def notice(self, kind: str, verb: str, recipient: str | None = None, when: str = "", tail: str = "") -> Notice:
        """Return the notice that names the first and counts the others, to the structure unless told otherwise."""
        animation = animation_of(self.record, self.around)
        head = f"{self.others + 1} animations {verb}"
        message = f"{head}{when} : {{animation}}, et {self.others} autre{'s' if self.others > 1 else ''}.{tail}"
        to = recipient or structure(animation.structure_id)
        words = named(animation, self.record.originator_version)
        return Notice(to, kind, message, words, subject=f"{head}.", page=desk_of(to))


def on_suspended(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Tell those who answer for it that nothing covers an animation to come any more, or that something does again."""
    animation = animation_of(record, around)
    words = named(animation, record.originator_version)
    words |= {"convention": Thing("convention", animation.convention_id)}
    page = animation_page(animation.id) if animation.status is AnimationStatus.PUBLISHED else None
    if isinstance(record.event, AnimationSuspended):
        kind, subject = "animation.suspended", "{title} n'est plus couverte par une convention."
        message = (
            "{animation}, de {structure}, n'est plus couverte par une convention : la {convention} finit plus tôt. Les"
            " inscriptions sont suspendues. Signez-en une autre, ou annulez."
        )
    else:
        kind, subject = "animation.resumed", "{title} est de nouveau couverte par une convention."
        message = "{animation}, de {structure}, est de nouveau couverte : {convention}. Les inscriptions reprennent."
    for recipient in (structure(animation.structure_id), territory(animation.territory), NATIONAL):
        # If both happen within a short time, the last one holds.
        key = f"convention:{animation.id}"
        yield Notice(recipient, kind, message, words, subject=subject, page=page, key=key)


def on_rewritten(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Show the national team, who published it, and the coordonnateurs what a published animation said before."""
    animation, fact = animation_of(record, around), record.event
    assert isinstance(fact, AnimationModified)
    if animation.status is not AnimationStatus.PUBLISHED:
        return
    words = named(animation, record.originator_version)
    words |= {"rewriting": Thing("rewriting", animation.id, record.originator_version)}
    message = "{structure} modifie {animation}, publiée. {rewriting}"
    for recipient in (NATIONAL, territory(animation.territory)):
        yield Notice(
            recipient,
            "animation.rewritten",
            message,
            words,
            subject="{title} est modifiée.",
            page=animation_page(animation.id),
            key=f"rewritten:{animation.id}",
            since=record.originator_version - 1,
        )
