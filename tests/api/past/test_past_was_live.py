"""What is answered of a moment is what was answered at that moment, whatever people did since."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from domain.kernel.actors import Actor
from projections.engine.rebuild import rebuild
from tests.support.api.asking import MASTER_KEY, NATIONAL, PARENT, Town
from tests.support.api.reading import Reader, reading
from tests.support.world import COORDONNATEUR, STRUCTURE, STRUCTURE_ID, World

_TERM = "{ code label retired since formerLabels { label } became description family admitsChildren }"
_SEEN = f"""id version status title description startsAt endsAt seats seatsLeft publishedAt declaredLate refusalReason
  cancellationReason address communeCode venueName venueType {_TERM} audience {_TERM} type {_TERM} themes {_TERM}
  territory {{ code name timeZone runsCandidatures }} attendanceSheet {{ sha256 fileName attachedAt size url }}
  attestation {{ parents children total answers formVersion attestedAt corrections }}"""
_CONVENTION = "{ id version signedOn plannedAnimations ratePerAnimation certifiedAnimations terminatedOn }"
_STRUCTURE = f"id name siret conventions {_CONVENTION}"
_FIGURES = """animations published past attested awaitingAttestation cancelled parents
  byTheme { term { code label } animations parents } byMonth { month animations parents }"""
_ANIMATION = f"""animation(id: $id) {{ {_SEEN} clonedFrom {{ {_SEEN} structure {{ name siret }} }}
  structure {{ {_STRUCTURE} animations(first: 5) {{ totalCount nodes {{ id title }} }} }} }}"""
#: What the public is told of then: the rest is that of today (tests/api/past/test_public_past.py).
_PUBLIC = "animation(id: $id) { id version status publishedAt seatsLeft waiting structure { siret } }"
_OF_STRUCTURE = f"""structure(id: $id) {{ {_STRUCTURE} dashboard {{ {_FIGURES} }}
  timeline(first: 100) {{ totalCount nodes {{ position type subject actor recordedAt data }} }}
  animations(first: 100) {{ totalCount nodes {{ {_SEEN} }} }} }}"""
_DOSSIER = f"""serviceDossier(id: $id) {{
  id version status periodFrom periodUntil animationCount ratePerAnimation amount plannedAnimations alreadyCertified
  overrunReason openedAt submittedAt submittedBy returnedAt returnReason discardReason certifiedAt certifiedBy
  territory {{ code }} structure {{ {_STRUCTURE} }} convention {_CONVENTION} pieces {{ piece sha256 }}
  payment {{ amount paidOn reference recordedAt recordedBy }}
  lines {{ animation {{ {_SEEN} }} submitted {{ total }} current {{ total }} submittedSheet }}
  missing {{ kind animation {{ title }} piece message }}
  amendments {{ number animation {{ id }} proposed {{ total }} reason status proposedAt decidedAt decidedBy }} }}"""
#: Every field but `allowedActions`: nothing can be done with what is past.
_THINGS = (_ANIMATION, _PUBLIC, _OF_STRUCTURE, _DOSSIER)


@dataclass
class _Notes:
    """What was answered while it was the present: (thing, who asked, id, position, answer)."""

    reader: Reader
    taken: list[tuple[str, Actor, str, int, Any]] = field(default_factory=list)

    def takes(self, thing: str, who: Actor, subject: Any, position: int) -> None:
        answer = self.reader.asks(f"query ($id: ID!) {{ {thing} }}", who, id=str(subject))
        self.taken.append((thing, who, str(subject), position, answer.data))

    def again(self, thing: str, who: Actor, subject: str, position: int) -> Any:
        document = f"query ($id: ID!, $at: At) {{ {thing.replace('(id: $id)', '(id: $id, at: $at)')} }}"
        return self.reader.asks(document, who, id=subject, at={"position": position}).data


def _last(town: Town) -> tuple[int, str]:
    with town.app.pool.connection() as conn:
        row = conn.execute("SELECT notification_id, topic FROM stored_events ORDER BY 1 DESC LIMIT 1").fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_answered_of_a_moment_is_what_was_answered_then(town: Town, seed: int):
    world, random = World(town.app), Random(seed)
    world.sign()
    world.publishes(world.creates())
    reached, _ = _last(town)
    with reading(town) as reader:
        notes = _Notes(reader)
        for _ in range(70):
            world.acts_at_random(random)
            position, topic = _last(town)
            if position == reached:
                continue
            reached, town.now = position, world.now
            reader.catches_up()
            if topic == "typology.term_merged":
                rebuild(town.url, MASTER_KEY, workers=1)
            for who in (NATIONAL, COORDONNATEUR):
                notes.takes(_OF_STRUCTURE, who, STRUCTURE_ID, position)
            for animation in random.sample(world.animations, min(3, len(world.animations))):
                notes.takes(_ANIMATION, STRUCTURE, animation, position)
                notes.takes(_PUBLIC, PARENT, animation, position)
            for dossier in world.dossiers[-2:]:
                for who in (STRUCTURE, COORDONNATEUR):
                    notes.takes(_DOSSIER, who, dossier, position)
        assert {thing for thing, *_, data in notes.taken if any(data.values())} == set(_THINGS)
        for thing, who, subject, position, data in random.sample(notes.taken, 100):
            assert notes.again(thing, who, subject, position) == data, (position, who.role)
