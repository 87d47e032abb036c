"""The authors of acts, and whether two are one person: four eyes are two persons, not two names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.kernel.actors import IN_OFFICE, Actor, normal_form


@dataclass(frozen=True, slots=True)
class Author:
    """The author that an event was recorded for: the actor's name then, and which person they are (`Actor.person`)."""

    name: str
    person: str | None = None

    def is_actor(self, actor: Actor) -> bool:
        """Return whether it was this person, in whatever role and spelling.

        Where the event is from before persons were recorded, the names decide: the token's, or the account of a
        mandate.
        """
        if self.person is not None and actor.person is not None:
            return self.person == actor.person
        names = {actor.name, actor.subject or actor.name}
        return normal_form(self.name) in {normal_form(name) for name in names} or (
            actor.account_id is not None and self._account == str(actor.account_id)
        )

    @property
    def _account(self) -> str | None:
        """Return the account of whoever acted by a mandate."""
        role, _, account = self.name.partition(":")
        return account if role in IN_OFFICE else None


#: The authors of a thing's events, by topic.
Acts = Mapping[str, frozenset[Author]]


def with_act(acts: Acts, topic: str, author: Author) -> Acts:
    """Return the acts with one more."""
    return {**acts, topic: acts.get(topic, frozenset()) | {author}}


def joined(*all_acts: Acts) -> Acts:
    """Return the acts on several things together."""
    topics = {topic for acts in all_acts for topic in acts}
    return {topic: frozenset().union(*(acts.get(topic, ()) for acts in all_acts)) for topic in topics}


def has_done(acts: Acts, topics: Iterable[str], actor: Actor) -> bool:
    """Return whether the actor is the author of any event of these topics."""
    return any(author.is_actor(actor) for topic in topics for author in acts.get(topic, ()))


def acts_of(rows: Iterable[Mapping[str, str | None]]) -> Acts:
    """Return the acts that read models keep, each as its topic, name and person."""
    acts: Acts = {}
    for row in rows:
        topic, name = row["topic"], row["name"]
        assert topic is not None, "an act has its topic"
        assert name is not None, "an act has its author"
        acts = with_act(acts, topic, Author(name, row["person"]))
    return acts
