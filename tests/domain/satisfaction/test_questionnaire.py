"""The questionnaire: how it is worded, when it is open, what an answer counts as, what a packet tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.animations.transitions import AnimationStatus
from domain.kernel.actors import SYSTEM, Actor, Role
from domain.kernel.errors import DomainError
from domain.satisfaction.answering import Answer, obstacle, tally
from domain.satisfaction.form import QuestionKind, SatisfactionForm, SatisfactionFormWorded, SatisfactionQuestion, word
from domain.satisfaction.packets import AnswersRecorded, Draw, QuestionResult, record, results, shared_out

NATIONAL = Actor(Role.NATIONAL, "equipe-nationale")
USEFUL = SatisfactionQuestion(text="Utile ?", kind=QuestionKind.SCALE)
AGAIN = SatisfactionQuestion(text="Reviendrez-vous ?", kind=QuestionKind.CHOICE, choices=("Oui", "Non"))
WORDS = SatisfactionQuestion(text="Que changer ?", kind=QuestionKind.TEXT)
FORM = SatisfactionForm(((USEFUL, AGAIN, WORDS),))
START = datetime(2027, 1, 15, 17, tzinfo=UTC)
END = START + timedelta(hours=2)
ALL = (Answer(1, scale=4), Answer(2, choice="Non"))


def drawing(drawn: float) -> Draw:
    """Every draw gives the same."""

    def draw(question: int, choice: int) -> float:
        return drawn

    return draw


def test_each_wording_is_the_next_version_and_the_same_words_are_none():
    assert word(FORM, NATIONAL, (USEFUL,)) == [SatisfactionFormWorded(version=2, questions=(USEFUL,))]
    with pytest.raises(DomainError, match="déjà celles"):
        word(FORM, NATIONAL, FORM.questions)


@pytest.mark.parametrize(
    ("question", "wording"),
    [
        (USEFUL.model_copy(update={"choices": ("a", "b")}), "seule une question à choix"),
        (AGAIN.model_copy(update={"choices": ("Oui",)}), "2 à 10 choix"),
        (AGAIN.model_copy(update={"choices": ("Oui", "oui")}), "deux choix sont les mêmes"),
        (WORDS, "au moins une question à échelle ou à choix"),
    ],
)
def test_a_question_that_nobody_could_answer_is_not_worded(question: SatisfactionQuestion, wording: str):
    with pytest.raises(DomainError, match=wording):
        word(SatisfactionForm(), NATIONAL, (question,))


def test_it_is_open_from_the_start_until_fourteen_days_after_the_end_of_what_takes_place():
    published, closing = AnimationStatus.PUBLISHED, END + timedelta(days=14)
    assert [obstacle(published, START, END, at) is None for at in (START, closing - timedelta(seconds=1))] == [True] * 2
    assert "s'ouvre au début" in str(obstacle(published, START, END, START - timedelta(seconds=1)))
    assert "14 jours" in str(obstacle(published, START, END, closing))
    assert "annulée" in str(obstacle(AnimationStatus.CANCELLED, START, END, START))
    assert "publiée" in str(obstacle(AnimationStatus.SUBMITTED, START, END, START))


def test_answers_count_by_value_and_words_count_as_nothing():
    assert tally(FORM, [*ALL, Answer(3, text="Madame Petit")]) == {"answers": 1, "1:4": 1, "2:1": 1}


@pytest.mark.parametrize(
    ("answers", "path", "wording"),
    [
        ((ALL[0],), ("answers",), "Question 2 : réponse attendue"),
        ((*ALL, Answer(4, scale=1)), ("answers", "2", "question"), "compte 3 question"),
        ((*ALL, ALL[0]), ("answers", "2", "question"), "une seule réponse"),
        ((Answer(1, scale=6), ALL[1]), ("answers", "0", "scale"), "de 1 à 5"),
        ((ALL[0], Answer(2, choice="oui")), ("answers", "1", "choice"), "Oui, Non"),
        ((Answer(1, text="4"), ALL[1]), ("answers", "0", "text"), "répondez par scale"),
    ],
)
def test_a_wrong_answer_names_its_question_and_what_is_accepted(
    answers: tuple[Answer, ...], path: tuple[str, ...], wording: str
):
    with pytest.raises(DomainError) as refusal:
        tally(FORM, answers)
    assert refusal.value.problems[0].field == path
    assert wording in refusal.value.problems[0].message


@given(st.integers(5, 3000), st.lists(st.integers(0, 600).map(lambda fives: 5 * fives), min_size=2, max_size=10))
def test_choices_never_add_up_to_more_than_those_who_answered(people: int, counts: list[int]):
    shares = shared_out(people, counts)
    assert sum(shares) == (people if any(counts) else 0)
    assert all(
        abs(share - people * count / (sum(counts) or 1)) < 1 for share, count in zip(shares, counts, strict=True)
    )


def test_shares_are_those_that_people_would_expect():
    assert shared_out(12, (15, 5)) == (9, 3)
    assert shared_out(7, (5, 5, 0)) == (4, 3, 0)
    assert shared_out(5, (0, 0)) == (0, 0)


def test_a_packet_tells_the_sum_of_grades_and_counts_of_choices_rounded_to_multiples_of_five():
    counted = {"answers": 7, "1:4": 5, "1:1": 2, "2:0": 6, "2:1": 1}
    packets = [results(FORM.questions, counted, drawing(drawn)) for drawn in (0.19, 0.2)]
    assert [[result.counts for result in packet] for packet in packets] == [[(), (10, 5), ()], [(), (5, 0), ()]]
    assert packets[0][0] == QuestionResult(number=1, answers=7, total=22)


@given(count=st.integers(0, 60), draws=st.integers(0, 999))
def test_rounding_is_right_on_the_whole(count: int, draws: int):
    """All draws alike, the mean of the rounded counts is the count."""
    rounded = [results((AGAIN,), {"1:0": count}, drawing(drawn / 1_000))[0].counts[0] for drawn in range(1_000)]
    assert sum(rounded) == 1_000 * count
    assert set(rounded) <= {5 * (count // 5), 5 * (count // 5) + 5}


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"answer_count": 4}, "au moins 5"),
        ({"results": ()}, "compte 1 question"),
        ({"results": (QuestionResult(number=1, answers=4, total=9),)}, "moins de 5"),
        ({"results": (QuestionResult(number=1, answers=6, counts=(6, 0)),)}, "multiples de 5"),
    ],
)
def test_no_packet_tells_of_fewer_than_five(changes: dict[str, object], wording: str):
    packet = AnswersRecorded(
        animation_id=UUID(int=1),
        structure_id=UUID(int=2),
        territory="34",
        type="cafe-des-parents",
        themes=("temps-ecran",),
        day=date(2027, 1, 15),
        form_version=1,
        answer_count=6,
        results=(QuestionResult(number=1, answers=6, total=27),),
    )
    assert record(packet, 1, SYSTEM) == [packet]
    with pytest.raises(DomainError, match=wording):
        record(packet.model_copy(update=changes), 1, SYSTEM)
    with pytest.raises(DomainError, match="pas le droit"):
        record(packet, 1, NATIONAL)
