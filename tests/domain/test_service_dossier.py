"""Service dossiers: opened, gathered, submitted, sent back, certified, paid (domain.md, "Proof of service…")."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.actors import Role
from domain.animation_transitions import AnimationStatus
from domain.catalogue import SERVICE_DOSSIER
from domain.errors import DomainError, ErrorCode
from domain.service_dossier import (
    MOST_ANIMATIONS,
    attach_piece,
    certify,
    gather,
    open_dossier,
    record_payment,
    send_back,
    submit,
)
from domain.service_dossier_events import DossierGathered, DossierReturned
from domain.service_dossier_transitions import DossierStatus, allowed_actions
from tests.domain.builders import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE, THEIRS, actor, convention
from tests.domain.dossier_builders import (
    FIRST,
    GATHERED,
    OPENED,
    PAID,
    SECOND,
    SHEET,
    THIRD,
    TO_CERTIFIED,
    TO_SUBMITTED,
    attended,
    certified,
    line,
    piece,
    submitted,
)
from tests.domain.story import SUBJECT, given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
FROM, UNTIL = OPENED.period_from, OPENED.period_until
TODAY = date(2027, 4, 20)
RETURNED = DossierReturned(reason="Il manque une feuille")
WITH_PIECE = convention(required_pieces=("Facture",))


def dossier(*events):
    return given(SERVICE_DOSSIER, *events)


def test_a_structure_opens_a_dossier_for_a_convention_and_a_period():
    given().when(open_dossier, convention(), FROM, UNTIL, STRUCTURE).then(OPENED)


def test_another_structure_does_not_open_it():
    given().when(open_dossier, convention(), FROM, UNTIL, OTHER_STRUCTURE).then_refused(FORBIDDEN)


def test_a_coordonnateur_does_not_open_it():
    given().when(open_dossier, convention(), FROM, UNTIL, COORDONNATEUR).then_refused(FORBIDDEN)


def test_a_period_ends_after_it_begins():
    given().when(open_dossier, convention(), UNTIL, FROM, STRUCTURE).then_refused(INVALID, "period_until")


def test_a_period_may_be_a_single_day():
    given().when(open_dossier, convention(), FROM, FROM, STRUCTURE).then_accepted()


@pytest.mark.parametrize(
    ("start", "end"),
    [(date(2026, 8, 1), date(2026, 8, 31)), (date(2027, 9, 1), date(2027, 9, 30))],
    ids=["before it is valid", "after it is valid"],
)
def test_the_convention_covers_the_period_in_part_at_least(start, end):
    given().when(open_dossier, convention(), start, end, STRUCTURE).then_refused(RULE_BROKEN, "period_from", "valable")


@pytest.mark.parametrize(
    ("start", "end"),
    [(date(2026, 8, 1), date(2026, 9, 1)), (date(2027, 8, 31), date(2027, 9, 30))],
    ids=["its first day", "its last day"],
)
def test_one_day_of_the_convention_in_the_period_is_enough(start, end):
    given().when(open_dossier, convention(), start, end, STRUCTURE).then_accepted()


def test_a_dossier_gathers_attested_animations():
    found = {FIRST: attended(FIRST), SECOND: attended(SECOND)}
    state = dossier(OPENED).when(gather, found, STRUCTURE).then(GATHERED)
    assert state.animation_ids == (FIRST, SECOND)


OBSTACLES = {
    "does not exist": (None, "pas une animation de la structure"),
    "is of another structure": (attended(structure_id=THEIRS), "pas une animation de la structure"),
    "is under another convention": (attended(convention_id=UUID(int=9)), "autre convention"),
    "is not attested": (attended(attendance=None), "pas attestée"),
    "is cancelled": (attended(status=AnimationStatus.CANCELLED), "pas attestée"),
    "was held before the period": (attended(days=-74), "hors de la période"),
    "was held after the period": (attended(days=17), "hors de la période"),
    "is in another dossier": (attended(dossier_id=THIRD), "autre dossier"),
}


@pytest.mark.parametrize("why", OBSTACLES)
def test_a_dossier_does_not_gather_an_animation_that(why):
    animation, saying = OBSTACLES[why]
    dossier(OPENED).when(gather, {FIRST: animation}, STRUCTURE).then_refused(RULE_BROKEN, "animation_ids.0", saying)


def test_every_animation_that_cannot_be_gathered_is_named_by_its_place():
    found = {FIRST: attended(FIRST), SECOND: None, THIRD: attended(THIRD, dossier_id=FIRST)}
    with pytest.raises(DomainError) as refusal:
        gather(dossier(OPENED).state, found, STRUCTURE)
    assert [problem.field for problem in refusal.value.problems] == [("animation_ids", "1"), ("animation_ids", "2")]


@pytest.mark.parametrize("days", [-73, 16], ids=["first", "last"])
def test_the_first_and_the_last_day_of_the_period_are_included(days):
    dossier(OPENED).when(gather, {FIRST: attended(days=days)}, STRUCTURE).then_accepted()


def test_what_the_dossier_holds_already_it_may_keep():
    found = {FIRST: attended(FIRST, dossier_id=SUBJECT), THIRD: attended(THIRD)}
    dossier(OPENED, GATHERED).when(gather, found, STRUCTURE).then(DossierGathered(animation_ids=(FIRST, THIRD)))


def test_gathering_the_same_again_changes_nothing():
    found = {SECOND: attended(SECOND, dossier_id=SUBJECT), FIRST: attended(FIRST, dossier_id=SUBJECT)}
    dossier(OPENED, GATHERED).when(gather, found, STRUCTURE).then_refused(RULE_BROKEN, saying="Rien ne change")


def test_a_dossier_that_was_sent_back_is_open_again_once_it_gathers():
    found = {FIRST: attended(FIRST), SECOND: attended(SECOND)}
    state = dossier(*TO_SUBMITTED, RETURNED).when(gather, found, STRUCTURE).then(GATHERED)
    assert state.status is DossierStatus.OPEN


def test_a_dossier_holds_so_many_animations_and_no_more():
    many = {UUID(int=1 << 64 | number): attended() for number in range(MOST_ANIMATIONS)}
    dossier(OPENED).when(gather, many, STRUCTURE).then_accepted()
    one_more = many | {FIRST: attended(FIRST)}
    dossier(OPENED).when(gather, one_more, STRUCTURE).then_refused(INVALID, "animation_ids", str(MOST_ANIMATIONS))


def test_another_structure_does_not_gather():
    dossier(OPENED).when(gather, {}, OTHER_STRUCTURE).then_refused(FORBIDDEN)


def test_a_piece_that_the_convention_requires_is_attached():
    state = dossier(OPENED).when(attach_piece, WITH_PIECE, piece(), STRUCTURE).then(piece())
    assert state.pieces == {"Facture": SHEET}


def test_a_piece_that_this_convention_does_not_require_is_refused():
    dossier(OPENED).when(attach_piece, WITH_PIECE, piece("RIB"), STRUCTURE).then_refused(INVALID, "piece", "Facture")
    dossier(OPENED).when(attach_piece, convention(), piece(), STRUCTURE).then_refused(INVALID, "piece", "aucune")


def test_a_further_file_for_a_piece_takes_its_place():
    other = piece(sha256="00" * 32)
    state = dossier(OPENED, piece()).when(attach_piece, WITH_PIECE, other, STRUCTURE).then(other)
    assert state.pieces == {"Facture": "00" * 32}


def test_the_same_file_is_not_attached_twice():
    dossier(OPENED, piece()).when(attach_piece, WITH_PIECE, piece(), STRUCTURE).then_refused(RULE_BROKEN, "file")


TWO = [(attended(FIRST), 4), (attended(SECOND), 4)]


def test_what_is_submitted_is_what_stands_at_that_moment():
    state = dossier(OPENED, GATHERED).when(submit, convention(), TWO, STRUCTURE).then(submitted())
    assert (state.status, state.lines) == (DossierStatus.SUBMITTED, (line(FIRST), line(SECOND)))


def test_a_line_keeps_the_digest_of_the_signed_sheet():
    with_sheet = [(attended(FIRST, sheet=SHEET), 5)]
    expected = submitted(line(FIRST, animation_version=5, sheet=SHEET))
    dossier(OPENED, GATHERED).when(submit, convention(), with_sheet, STRUCTURE).then(expected)


def test_an_empty_dossier_is_not_submitted():
    dossier(OPENED).when(submit, convention(), [], STRUCTURE).then_refused(RULE_BROKEN, saying="aucune animation")


def test_without_a_rate_there_is_nothing_to_be_paid():
    bare = convention(rate_per_animation=None)
    dossier(OPENED, GATHERED).when(submit, bare, TWO, STRUCTURE).then_refused(RULE_BROKEN, saying="montant")


def test_every_required_piece_that_is_missing_is_named():
    demanding = convention(required_pieces=("Facture", "RIB", "Bilan"))
    with pytest.raises(DomainError) as refusal:
        submit(dossier(OPENED, GATHERED, piece("RIB")).state, demanding, TWO, STRUCTURE)
    assert [problem.code for problem in refusal.value.problems] == [RULE_BROKEN, RULE_BROKEN]
    assert ["Facture" in refusal.value.problems[0].message, "Bilan" in refusal.value.problems[1].message] == [True] * 2


def test_with_its_pieces_it_is_submitted():
    expected = submitted(required_pieces=("Facture",))
    dossier(OPENED, GATHERED, piece()).when(submit, WITH_PIECE, TWO, STRUCTURE).then(expected)


def test_a_submitted_dossier_is_not_submitted_again():
    dossier(*TO_SUBMITTED).when(submit, convention(), TWO, STRUCTURE).then_refused(RULE_BROKEN, saying="soumis")


def test_a_dossier_that_was_sent_back_gathers_before_it_is_submitted():
    story = dossier(*TO_SUBMITTED, RETURNED)
    story.when(submit, convention(), TWO, STRUCTURE).then_refused(RULE_BROKEN, saying="rassemblez")


def test_the_coordonnateur_sends_a_dossier_back_with_a_reason():
    state = dossier(*TO_SUBMITTED).when(send_back, COORDONNATEUR, RETURNED.reason).then(RETURNED)
    assert state.status is DossierStatus.RETURNED


def test_nothing_is_sent_back_without_a_reason():
    dossier(*TO_SUBMITTED).when(send_back, COORDONNATEUR, "  ").then_refused(INVALID, "reason")


def test_the_coordonnateur_certifies_the_service_done():
    state = dossier(*TO_SUBMITTED).when(certify, convention(), COORDONNATEUR, None).then(certified())
    assert (state.status, state.amount) == (DossierStatus.CERTIFIED, Decimal("300.00"))


ELSEWHERE = actor(Role.COORDONNATEUR, territories=frozenset(["02"]))


@pytest.mark.parametrize("who", [STRUCTURE, NATIONAL, ELSEWHERE, actor(Role.AUDITOR)], ids=lambda who: who.role)
def test_nobody_but_the_coordonnateur_of_the_territory_certifies_or_sends_back(who):
    dossier(*TO_SUBMITTED).when(certify, convention(), who, None).then_refused(FORBIDDEN)
    dossier(*TO_SUBMITTED).when(send_back, who, "Non").then_refused(FORBIDDEN)


def test_nobody_certifies_a_dossier_that_they_submitted_themselves():
    both = replace(COORDONNATEUR, name="structure")
    dossier(*TO_SUBMITTED).when(certify, convention(), both, None).then_refused(RULE_BROKEN, saying="lui-même")


def test_the_rate_is_that_of_the_submission_whatever_the_convention_says_later():
    raised = convention(rate_per_animation=Decimal("400.00"))
    dossier(*TO_SUBMITTED).when(certify, raised, COORDONNATEUR, None).then(certified())


def test_more_than_planned_is_not_certified_without_a_reason():
    nearly_done = convention(planned_animations=10, certified_animations=9)
    story = dossier(*TO_SUBMITTED)
    story.when(certify, nearly_done, COORDONNATEUR, None).then_refused(RULE_BROKEN, "overrun_reason", "11 animations")
    story.when(certify, nearly_done, COORDONNATEUR, " ").then_refused(INVALID, "reason")
    expected = certified(already_certified=9, overrun_reason="Demande du collège")
    story.when(certify, nearly_done, COORDONNATEUR, "Demande du collège").then(expected)


def test_exactly_what_was_planned_needs_no_reason():
    just = convention(planned_animations=10, certified_animations=8)
    dossier(*TO_SUBMITTED).when(certify, just, COORDONNATEUR, "Inutile").then(certified(already_certified=8))


def test_a_convention_without_a_plan_has_no_bound():
    free = convention(planned_animations=None, certified_animations=1_000)
    expected = certified(planned_animations=None, already_certified=1_000)
    dossier(*TO_SUBMITTED).when(certify, free, COORDONNATEUR, None).then(expected)


def test_payment_is_recorded_with_its_date_and_reference():
    state = dossier(*TO_CERTIFIED).when(record_payment, COORDONNATEUR, TODAY, PAID.reference, TODAY).then(PAID)
    assert state.status is DossierStatus.PAID


def test_the_national_team_may_record_a_payment_and_the_structure_may_not():
    dossier(*TO_CERTIFIED).when(record_payment, NATIONAL, TODAY, "VIR", TODAY).then_accepted()
    dossier(*TO_CERTIFIED).when(record_payment, STRUCTURE, TODAY, "VIR", TODAY).then_refused(FORBIDDEN)


def test_what_is_not_certified_is_not_paid():
    dossier(*TO_SUBMITTED).when(record_payment, NATIONAL, TODAY, "VIR", TODAY).then_refused(RULE_BROKEN)


def test_nothing_is_paid_twice():
    dossier(*TO_CERTIFIED, PAID).when(record_payment, NATIONAL, TODAY, "VIR", TODAY).then_refused(RULE_BROKEN)


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), FROM - timedelta(days=1)], ids=["future", "too early"])
def test_a_payment_has_a_possible_date(day):
    dossier(*TO_CERTIFIED).when(record_payment, NATIONAL, day, "VIR", TODAY).then_refused(INVALID, "paid_on")


@for_any(
    rate=st.decimals(min_value="0.01", max_value="9999999.99", places=2),
    count=st.integers(min_value=1, max_value=MOST_ANIMATIONS),
)
def test_the_amount_is_the_number_times_the_rate_to_the_cent(rate, count):
    held = [(attended(UUID(int=number)), 4) for number in range(count)]
    agreed = convention(rate_per_animation=rate, planned_animations=None)
    asked = dossier(OPENED, GATHERED).when(submit, agreed, held, STRUCTURE).then_accepted()
    (due,) = dossier(OPENED, GATHERED, *asked).when(certify, agreed, COORDONNATEUR, None).then_accepted()
    cents = int(rate.scaleb(2)) * count
    assert (int(due.amount.scaleb(2)), due.amount.as_tuple().exponent) == (cents, -2)
    assert asked[0].amount == due.amount
    assert isinstance(due.amount, Decimal)


STEPS = {
    DossierStatus.OPEN: (OPENED, GATHERED),
    DossierStatus.SUBMITTED: TO_SUBMITTED,
    DossierStatus.RETURNED: (*TO_SUBMITTED, RETURNED),
    DossierStatus.CERTIFIED: TO_CERTIFIED,
    DossierStatus.PAID: (*TO_CERTIFIED, PAID),
}
OPEN_TO = {
    (Role.STRUCTURE, DossierStatus.OPEN): {"serviceDossierGather", "servicePieceAttach", "serviceDossierSubmit"},
    (Role.STRUCTURE, DossierStatus.RETURNED): {"serviceDossierGather", "servicePieceAttach"},
    (Role.STRUCTURE, DossierStatus.CERTIFIED): {"serviceAmendmentPropose"},
    (Role.STRUCTURE, DossierStatus.PAID): {"serviceAmendmentPropose"},
    (Role.COORDONNATEUR, DossierStatus.SUBMITTED): {"serviceDossierCertify", "serviceDossierReturn"},
    (Role.COORDONNATEUR, DossierStatus.CERTIFIED): {
        "servicePaymentRecord",
        "serviceAmendmentAccept",
        "serviceAmendmentRefuse",
    },
    (Role.COORDONNATEUR, DossierStatus.PAID): {"serviceAmendmentAccept", "serviceAmendmentRefuse"},
    (Role.NATIONAL, DossierStatus.CERTIFIED): {"servicePaymentRecord"},
}


@pytest.mark.parametrize("status", DossierStatus)
@pytest.mark.parametrize("role", Role)
def test_allowed_actions_tell_what_can_be_done_and_why_the_rest_cannot(status, role):
    found = allowed_actions(dossier(*STEPS[status]).state, actor(role))
    assert {one.action for one in found if one.allowed} == OPEN_TO.get((role, status), set())
    assert all(one.reason for one in found if not one.allowed)
    assert not any(one.reason for one in found if one.allowed)
