"""Sampled controls: drawn from a seed, judged piece by piece, answered, closed."""

from dataclasses import replace
from hashlib import sha256
from itertools import product
from math import ceil
from uuid import UUID

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.catalogue import CONTROL
from domain.controls.control import MOST_DRAWN, MOST_IN_POPULATION, announce, answer, close, draw_lots, judge
from domain.controls.draw import draw
from domain.controls.events import ControlAnswered
from domain.controls.pieces import REASON_LABELS, ReasonCode, pieces_of
from domain.controls.transitions import ControlStatus, allowed_actions
from domain.kernel.actors import SYSTEM, Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE, actor
from tests.support.domain.control_builders import (
    ALL_JUDGED,
    ANSWERED,
    AS_OF,
    AUDITOR,
    CHECKPOINT_SIZE,
    CLOSED,
    OURS,
    PERIOD,
    PIECES,
    ROOT,
    THEIRS,
    accepted,
    announced,
    dossier,
    drawn,
    opened,
    refused,
)
from tests.support.domain.dossier_builders import FIRST
from tests.support.domain.story import given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
MISSING, OTHER, CONFORM = ReasonCode.MISSING, ReasonCode.OTHER, ReasonCode.CONFORM
NAME = "Contrôle du printemps"

populations = st.lists(st.uuids(), unique=True, max_size=60)
shares = st.integers(min_value=1, max_value=100)
seeds = st.text(min_size=8, max_size=200)


def control(*events):
    return given(CONTROL, *events)


def opening(dossiers, who=AUDITOR, period=PERIOD, territory=None, share=50):
    def population():
        return AS_OF, tuple(sorted(dossiers))

    return given().when(announce, NAME, period, territory, share, population, who)


@for_any(seeds, populations, shares, st.randoms())
def test_the_draw_is_the_same_whatever_the_order_of_the_population(seed, population, share, random):
    shuffled = random.sample(population, len(population))
    assert draw(seed, shuffled, share) == draw(seed, population, share)


@for_any(seeds, populations, shares)
def test_the_draw_takes_the_share_rounded_up_and_nothing_twice(seed, population, share):
    drawn = draw(seed, population, share)
    assert len(drawn) == len(set(drawn)) == ceil(share * len(population) / 100)
    assert set(drawn) <= set(population)
    assert bool(drawn) is bool(population)


@for_any(seeds, populations, shares)
def test_a_greater_share_adds_dossiers_and_drops_none(seed, population, share):
    assert draw(seed, population, 100)[: len(draw(seed, population, share))] == draw(seed, population, share)


def test_the_draw_can_be_made_again_with_any_sha256_tool():
    three = [UUID(int=number) for number in (1, 2, 3)]
    by_hand = sorted(three, key=lambda dossier_id: sha256(b"lottery!" + dossier_id.bytes).hexdigest())
    assert draw("lottery!", three, 67) == tuple(by_hand)
    assert draw("lottery!", three, 1) == tuple(by_hand[:1])
    # Worked out once with sha256sum: who changes the draw changes what auditors can find again.
    assert [dossier_id.int for dossier_id in draw("lottery!", three, 100)] == [3, 1, 2]


def test_another_seed_draws_others():
    many = [UUID(int=number) for number in range(1_000)]
    assert set(draw("premier tirage", many, 10)) != set(draw("second tirage", many, 10))


def test_an_auditor_announces_a_control_among_certified_dossiers():
    opening([OURS, THEIRS]).then(announced(OURS, THEIRS))
    state = control(announced(OURS, THEIRS)).state
    assert (state.status, state.drawn) == (ControlStatus.ANNOUNCED, ())


def test_the_draw_follows_from_the_root_of_a_later_checkpoint():
    story = control(announced(OURS, THEIRS))
    expected = drawn(announced(OURS, THEIRS))
    state = story.when(draw_lots, CHECKPOINT_SIZE, ROOT, SYSTEM).then(expected)
    assert (state.status, state.drawn) == (ControlStatus.OPEN, draw(ROOT, [THEIRS, OURS], 50))
    control(*story.events, expected).when(draw_lots, 600, ROOT, SYSTEM).then_refused(RULE_BROKEN, saying="déjà fait")


@pytest.mark.parametrize("who", [STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR], ids=lambda who: who.role)
def test_nobody_draws_but_the_system(who):
    control(announced()).when(draw_lots, CHECKPOINT_SIZE, ROOT, who).then_refused(FORBIDDEN)


def test_nothing_is_judged_answered_or_closed_before_the_draw():
    story = control(announced())
    story.when(judge, dossier(), PIECES[0], True, None, None, AUDITOR).then_refused(RULE_BROKEN, saying="tirage")
    story.when(answer, dossier(), PIECES[0], "Mais…", STRUCTURE).then_refused(RULE_BROKEN, saying="tirage")
    story.when(close, [], "Bien", AUDITOR).then_refused(RULE_BROKEN, saying="tirage")


def test_a_control_that_was_drawn_as_it_was_opened_is_open():
    state = control(opened(OURS, THEIRS)).state
    assert (state.status, len(state.drawn)) == (ControlStatus.OPEN, 1)


def test_without_a_certified_dossier_there_is_nothing_to_draw():
    opening([]).then_refused(RULE_BROKEN, saying="Aucun dossier")


def test_a_period_ends_after_it_begins():
    opening([OURS], period=(PERIOD[1], PERIOD[0])).then_refused(INVALID, "period_until")
    opening([OURS], period=(PERIOD[0], PERIOD[0])).then_accepted()


def test_what_is_too_much_to_read_or_to_judge_is_refused():
    many = [UUID(int=number) for number in range(MOST_IN_POPULATION)]
    opening(many, share=MOST_DRAWN * 100 // MOST_IN_POPULATION).then_accepted()
    opening(many, share=11).then_refused(INVALID, "share_percent", "550 dossiers")
    opening([*many, UUID(int=1 << 64)], share=1).then_refused(INVALID, "period_until", "5000")


@pytest.mark.parametrize("who", [STRUCTURE, COORDONNATEUR, NATIONAL], ids=lambda who: who.role)
def test_nobody_but_an_auditor_opens_judges_or_closes(who):
    opening([OURS], who).then_refused(FORBIDDEN)
    opening([OURS], who, territory="34").then_refused(FORBIDDEN)
    control(opened()).when(judge, dossier(), PIECES[0], True, None, None, who).then_refused(FORBIDDEN)
    control(*ALL_JUDGED).when(close, [dossier()], "Bien", who).then_refused(FORBIDDEN)


def test_the_pieces_of_a_dossier_are_its_attestations_its_sheets_and_what_was_attached():
    # A piece of several files is one to judge.
    assert pieces_of([FIRST], ["Facture", "Facture"]) == (f"attestation:{FIRST}", f"sheet:{FIRST}", "piece:Facture")


@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_of_a_dossier_is_accepted_or_refused(piece):
    control(opened()).when(judge, dossier(), piece, True, None, None, AUDITOR).then(accepted(piece))
    control(opened()).when(judge, dossier(), piece, True, CONFORM, None, AUDITOR).then(accepted(piece))
    control(opened()).when(judge, dossier(), piece, False, MISSING, None, AUDITOR).then(refused(piece))


@pytest.mark.parametrize("piece", ["piece:RIB", f"sheet:{THEIRS}", "Facture", f"attestation:{str(FIRST).upper()}x"])
def test_what_is_no_piece_of_the_dossier_is_not_judged(piece):
    control(opened()).when(judge, dossier(), piece, True, None, None, AUDITOR).then_refused(INVALID, "piece")


def test_a_dossier_that_was_not_drawn_is_not_judged():
    other = dossier(THEIRS)
    control(opened()).when(judge, other, PIECES[0], True, None, None, AUDITOR).then_refused(INVALID, "dossier_id")


@pytest.mark.parametrize(("is_accepted", "reason"), [(True, MISSING), (True, OTHER), (False, CONFORM), (False, None)])
def test_a_reason_goes_with_the_judgement(is_accepted, reason):
    story = control(opened())
    story.when(judge, dossier(), PIECES[0], is_accepted, reason, "?", AUDITOR).then_refused(INVALID, "reason_code")


def test_another_reason_than_those_listed_is_said_in_words():
    story = control(opened())
    story.when(judge, dossier(), PIECES[0], False, OTHER, None, AUDITOR).then_refused(INVALID, "comment")
    expected = refused(reason=OTHER, comment="Photo d'écran")
    story.when(judge, dossier(), PIECES[0], False, OTHER, "Photo d'écran", AUDITOR).then(expected)


def test_the_auditor_may_think_again_until_the_end():
    story = control(opened(), refused())
    state = story.when(judge, dossier(), PIECES[0], True, None, None, AUDITOR).then(accepted())
    assert state.judged[OURS][PIECES[0]].accepted
    story.when(judge, dossier(), PIECES[0], False, MISSING, None, AUDITOR).then_refused(RULE_BROKEN, saying="change")


def test_the_structure_answers_to_a_refusal_and_may_answer_again():
    control(opened(), refused()).when(answer, dossier(), PIECES[0], ANSWERED.answer, STRUCTURE).then(ANSWERED)
    further = ControlAnswered(dossier_id=OURS, piece=PIECES[0], answer="La voici.")
    control(opened(), refused(), ANSWERED).when(answer, dossier(), PIECES[0], "La voici.", STRUCTURE).then(further)


@pytest.mark.parametrize("events", [(), (accepted(),), (refused(), accepted()), (refused(PIECES[1]),)])
def test_there_is_no_answer_to_what_is_not_refused(events):
    story = control(opened(), *events)
    story.when(answer, dossier(), PIECES[0], "Mais…", STRUCTURE).then_refused(RULE_BROKEN, "piece")


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR], ids=lambda who: who.role)
def test_nobody_answers_but_the_structure_whose_dossier_it_is(who):
    control(opened(), refused()).when(answer, dossier(), PIECES[0], "Mais…", who).then_refused(FORBIDDEN)


def test_the_auditor_closes_once_everything_is_judged():
    state = control(*ALL_JUDGED).when(close, [dossier()], CLOSED.conclusion, AUDITOR).then(CLOSED)
    assert state.status is ControlStatus.CLOSED


def test_a_control_with_a_piece_that_nobody_judged_is_not_closed():
    story = control(*ALL_JUDGED[:-1])
    story.when(close, [dossier()], "Bien", AUDITOR).then_refused(RULE_BROKEN, saying="restent à juger : 1")
    two = control(opened(OURS, THEIRS, share_percent=100), *ALL_JUDGED[1:])
    both = [dossier(), dossier(THEIRS)]
    two.when(close, both, "Bien", AUDITOR).then_refused(RULE_BROKEN, saying="restent à juger : 5")


def test_nothing_more_happens_to_a_closed_control():
    story = control(*ALL_JUDGED, CLOSED)
    story.when(judge, dossier(), PIECES[0], True, None, "Vu", AUDITOR).then_refused(RULE_BROKEN, saying="ne pèse plus")
    story.when(answer, dossier(), PIECES[0], "Mais…", STRUCTURE).then_refused(RULE_BROKEN, saying="clos")
    story.when(close, [dossier()], "Bien", AUDITOR).then_refused(RULE_BROKEN, saying="clos")


def test_every_reason_is_told_in_french():
    assert set(REASON_LABELS) == set(ReasonCode)


#: Who may do what with an open control that has so many pieces unjudged and refused.
OPEN_TO = {
    (Role.AUDITOR, 1, 0): {"controlPieceJudge"},
    (Role.AUDITOR, 0, 1): {"controlPieceJudge", "controlClose"},
    (Role.STRUCTURE, 0, 1): {"controlAnswer"},
}


def _open_to(status: ControlStatus, role: Role, unjudged: int, refusals: int) -> set[str]:
    if status is ControlStatus.OPEN:
        return OPEN_TO.get((role, unjudged, refusals), set())
    review = status is ControlStatus.CLOSED and role is Role.AUDITOR and refusals
    return {"controlPieceJudge"} if review else set()


@pytest.mark.parametrize("status", ControlStatus)
def test_allowed_actions_tell_what_can_be_done_and_why_the_rest_cannot(status):
    state, wrong = replace(control(opened()).state, status=status), []
    for role, (unjudged, refusals) in product(Role, [(1, 0), (0, 1)]):
        answers = allowed_actions(state, [dossier().belongings], unjudged, refusals, actor(role))
        allowed = {answer.action for answer in answers if answer.allowed}
        cell = f"{role}, {unjudged} unjudged, {refusals} refused"
        if allowed != _open_to(status, role, unjudged, refusals):
            wrong.append(f"{cell}: may {sorted(allowed)}")
        wrong += [f"{cell}: {answer}" for answer in answers if bool(answer.reason) is answer.allowed]
    assert not wrong, "\n".join(wrong)
