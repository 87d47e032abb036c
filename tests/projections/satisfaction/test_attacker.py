"""Somebody asks for every figure there is, every night, and subtracts at will: they learn nothing of fewer than five.

What can be worked out from sums is a combination of them. Two answers that move the same figures in the same way are in
every such combination alike, so it is enough that each answer has four others like it, or is in no figure at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.actors import SYSTEM
from domain.kernel.identifiers import satisfaction_id
from domain.kernel.rights import Action, Belongings
from domain.satisfaction.answering import Answer, tally
from domain.satisfaction.form import QuestionKind, SatisfactionForm, SatisfactionQuestion
from domain.satisfaction.packets import FEWEST_ANSWERS, AnswersRecorded, record, results, shared_out
from eventstore.records import Recorded, Stamp
from projections.engine.folding import fold_batch, rollup_deltas
from projections.engine.projection import Key
from projections.engine.terms_in_force import TermsInForce
from projections.satisfaction.read_model import ALL_STRUCTURES, ANY_TERM, packets

CHOICES = ("Oui", "Non", "Peut-être")
FORM = SatisfactionForm(
    (
        (
            SatisfactionQuestion(text="Utile ?", kind=QuestionKind.SCALE),
            SatisfactionQuestion(text="Reviendrez-vous ?", kind=QuestionKind.CHOICE, choices=CHOICES),
        ),
    )
)
STRUCTURES, TERRITORIES, TYPES, THEMES = (UUID(int=1), UUID(int=2)), ("18", "34"), ("cafe", "atelier"), ("ent", "jeux")
NIGHTS = range(4)


@dataclass(frozen=True)
class Held:
    """An animation; it is closed from the night of that number on."""

    structure: UUID
    territory: str
    type: str
    theme: str
    month: int
    closed: int


@dataclass(frozen=True)
class Given:
    animation: int
    night: int
    grade: int
    choice: str


ANIMATIONS = st.lists(
    st.builds(
        Held,
        st.sampled_from(STRUCTURES),
        st.sampled_from(TERRITORIES),
        st.sampled_from(TYPES),
        st.sampled_from(THEMES),
        st.integers(1, 2),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=5,
)
ANSWERS = st.lists(
    st.builds(Given, st.integers(0, 4), st.sampled_from(NIGHTS), st.integers(1, 4), st.sampled_from(CHOICES)),
    max_size=45,
)


def nights(animations: Sequence[Held], answers: Sequence[Given]) -> Iterator[list[tuple[UUID, AnswersRecorded]]]:
    """Yield what is recorded each night: full tallies, after closed animations have left theirs to their structure."""
    waiting: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for night in NIGHTS:
        for answer in answers:
            held = animations[answer.animation % len(animations)]
            if answer.night == night < held.closed:
                whole = [Answer(1, scale=answer.grade), Answer(2, choice=answer.choice)]
                waiting[UUID(int=100 + answer.animation % len(animations))] += Counter(tally(FORM, whole))
        recorded = list(_full(animations, waiting, closed=None))
        for number, held in enumerate(animations):
            if held.closed <= night:
                pool = UUID(int=10 * held.structure.int + int(held.territory))
                waiting[pool] += waiting.pop(UUID(int=100 + number), Counter())
        yield recorded + list(_full(animations, waiting, closed=night))


def _full(
    animations: Sequence[Held], waiting: defaultdict[UUID, Counter[str]], closed: int | None
) -> Iterator[tuple[UUID, AnswersRecorded]]:
    for owner in sorted(owner for owner, counted in waiting.items() if counted["answers"] >= FEWEST_ANSWERS):
        counted = waiting.pop(owner)
        is_pool = owner.int < 100
        held = next(
            each
            for number, each in enumerate(animations)
            if owner.int in (100 + number, 10 * each.structure.int + int(each.territory))
        )
        yield (
            owner,
            AnswersRecorded(
                animation_id=None if is_pool else owner,
                structure_id=held.structure,
                territory=held.territory,
                type=None if is_pool else held.type,
                themes=() if is_pool else (held.theme,),
                day=date(2027, held.month, 1),
                form_version=1,
                answer_count=counted["answers"],
                results=results(FORM.questions, counted, lambda question, choice: 0.5),
            ),
        )


def figures(animations: Sequence[Held], answers: Sequence[Given]) -> dict[tuple[object, ...], tuple[int, ...]]:
    """Every figure of every night, by what it was asked with: people, sum of grades, then counts of choices."""
    projection = packets(TermsInForce())
    (rollup,) = projection.rollups
    sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0] * len(rollup.counters))
    versions: Counter[UUID] = Counter()
    own: defaultdict[UUID, list[int]] = defaultdict(lambda: [0] * 5)
    shown: dict[tuple[object, ...], tuple[int, ...]] = {}
    for night, recorded in enumerate(nights(animations, answers)):
        for owner, packet in recorded:
            assert record(packet, 2, SYSTEM) == [packet]
            versions[owner] += 1
            stamp = Stamp.for_command(
                Action.SATISFACTION_RECORD, SYSTEM, UUID(int=9), datetime(2027, 1, 1, tzinfo=UTC), Belongings()
            )
            line = Recorded(0, satisfaction_id(owner), versions[owner], stamp, packet)
            for key, delta in rollup_deltas(rollup, fold_batch(projection, [line], lambda keys: {})).items():
                sums[key] = [before + more for before, more in zip(sums[key], delta, strict=True)]
            grades, choices = packet.results
            counted = (packet.answer_count, grades.total, *choices.counts)
            own[owner] = [before + more for before, more in zip(own[owner], counted, strict=True)]
        for asked in product((ALL_STRUCTURES, *STRUCTURES), (None, *TERRITORIES), (None, *TYPES), (ANY_TERM, *THEMES)):
            for months in ((1, 2), (1,), (2,)):
                shown[(night, *asked, months)] = _asked(sums, *asked, months)
        shown |= {(night, owner): tuple(values) for owner, values in own.items()}
    return shown


def _asked(
    sums: dict[Key, list[int]], structure: UUID, territory: str | None, type: str | None, theme: str, months: object
) -> tuple[int, ...]:
    """Add up as `queries.FIGURES` does."""
    counted = [0] * 5
    for key, values in sums.items():
        if key[0] != structure or key[2] != theme or territory not in (None, key[1]) or type not in (None, key[3]):
            continue
        if key[4].month in months:  # type: ignore[operator]
            _, people, total, *choices = values
            parts = {0: (people, 0, 0, 0, 0), 1: (0, total, 0, 0, 0), 2: (0, 0, *choices[:3])}
            counted = [before + more for before, more in zip(counted, parts[key[6]], strict=True)]
    return tuple(counted)


@settings(max_examples=25, deadline=None)
@given(animations=ANIMATIONS, answers=ANSWERS)
def test_no_combination_of_figures_isolates_fewer_than_five_answers(
    animations: list[Held], answers: list[Given]
) -> None:
    before = figures(animations, answers)
    alike: Counter[frozenset[object]] = Counter()
    for place, answer in enumerate(answers):
        changed = [*answers[:place], Given(answer.animation, answer.night, answer.grade + 1, answer.choice)]
        after = figures(animations, [*changed, *answers[place + 1 :]])
        assert {after[asked][1] - before[asked][1] for asked in before} <= {0, 1}
        alike[frozenset(asked for asked in before if after[asked][1] != before[asked][1])] += 1
    assert [count for moved, count in alike.items() if moved and count < FEWEST_ANSWERS] == []
    for people, _, *choices in before.values():
        # What is shown of them adds up to those who answered, or to nothing.
        assert sum(shared_out(people, choices)) in (0, people)
        assert people == 0 or people >= FEWEST_ANSWERS
        # However they are subtracted, counts of choices stay multiples of five.
        assert all(count % FEWEST_ANSWERS == 0 for count in choices)
