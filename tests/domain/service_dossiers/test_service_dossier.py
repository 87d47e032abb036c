"""Service dossiers: opened, gathered, submitted, sent back, certified, paid (docs/glossary.md, "Proof of service…")."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.animations.transitions import AnimationStatus
from domain.conventions.rates import AgreedRate
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import DomainError, ErrorCode
from domain.service_dossiers.events import (
    DossierGathered,
    DossierReturned,
    DossierSubmitted,
    PieceWithdrawn,
)
from domain.service_dossiers.gathering import MOST_ANIMATIONS, gather, open_dossier
from domain.service_dossiers.missing import names_the_sheets
from domain.service_dossiers.submission import attach_piece, submit, withdraw_piece
from tests.support.domain.builders import COORDONNATEUR, OTHER_STRUCTURE, STRUCTURE, THEIRS, convention
from tests.support.domain.dossier_builders import (
    FIRST,
    GATHERED,
    OPENED,
    SECOND,
    SHEET,
    THIRD,
    TO_SUBMITTED,
    attended,
    dossier,
    line,
    piece,
    submitted,
)
from tests.support.domain.story import SUBJECT, given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
FROM, UNTIL = OPENED.period_from, OPENED.period_until
RETURNED = DossierReturned(reason="Il manque une feuille")
WITH_PIECE = convention(required_pieces=("Facture",))


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
    given().when(open_dossier, convention(), start, end, STRUCTURE).then_refused(
        RULE_BROKEN, "period_from", "couvre les jours"
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [(date(2026, 8, 1), date(2026, 9, 1)), (date(2027, 8, 31), date(2027, 9, 30))],
    ids=["its first day", "its last day"],
)
def test_one_day_of_the_convention_in_the_period_is_enough(start, end):
    given().when(open_dossier, convention(), start, end, STRUCTURE).then_accepted()


def test_a_dossier_gathers_attested_animations():
    attendances = {FIRST: attended(FIRST), SECOND: attended(SECOND)}
    state = dossier(OPENED).when(gather, convention(), attendances.items(), STRUCTURE).then(GATHERED)
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
    dossier(OPENED).when(gather, convention(), {FIRST: animation}.items(), STRUCTURE).then_refused(
        RULE_BROKEN, "animation_ids.0", saying
    )


def test_every_animation_that_cannot_be_gathered_is_named_by_its_place():
    attendances = {FIRST: attended(FIRST), SECOND: None, THIRD: attended(THIRD, dossier_id=FIRST)}
    with pytest.raises(DomainError) as refusal:
        gather(dossier(OPENED).state, convention(), attendances.items(), STRUCTURE)
    assert [problem.field for problem in refusal.value.problems] == [("animation_ids", "1"), ("animation_ids", "2")]


@pytest.mark.parametrize("days", [-73, 16], ids=["first", "last"])
def test_the_first_and_the_last_day_of_the_period_are_included(days):
    dossier(OPENED).when(gather, convention(), {FIRST: attended(days=days)}.items(), STRUCTURE).then_accepted()


def test_what_the_dossier_holds_already_it_may_keep():
    attendances = {FIRST: attended(FIRST, dossier_id=SUBJECT), THIRD: attended(THIRD)}
    dossier(OPENED, GATHERED).when(gather, convention(), attendances.items(), STRUCTURE).then(
        DossierGathered(animation_ids=(FIRST, THIRD))
    )


def test_gathering_the_same_again_changes_nothing():
    attendances = {SECOND: attended(SECOND, dossier_id=SUBJECT), FIRST: attended(FIRST, dossier_id=SUBJECT)}
    dossier(OPENED, GATHERED).when(gather, convention(), attendances.items(), STRUCTURE).then_refused(
        RULE_BROKEN, saying="Rien ne change"
    )


def test_a_dossier_that_was_sent_back_is_open_again_once_it_gathers():
    attendances = {FIRST: attended(FIRST), SECOND: attended(SECOND)}
    state = dossier(*TO_SUBMITTED, RETURNED).when(gather, convention(), attendances.items(), STRUCTURE).then(GATHERED)
    assert state.status is DossierStatus.OPEN


def test_a_dossier_holds_so_many_animations_and_no_more():
    many = {UUID(int=1 << 64 | number): attended() for number in range(MOST_ANIMATIONS)}
    dossier(OPENED).when(gather, convention(), many.items(), STRUCTURE).then_accepted()
    one_more = many | {FIRST: attended(FIRST)}
    dossier(OPENED).when(gather, convention(), one_more.items(), STRUCTURE).then_refused(
        INVALID, "animation_ids", str(MOST_ANIMATIONS)
    )


def test_another_structure_does_not_gather():
    dossier(OPENED).when(gather, convention(), {}.items(), OTHER_STRUCTURE).then_refused(FORBIDDEN)


def test_a_piece_that_the_convention_requires_is_attached():
    state = dossier(OPENED).when(attach_piece, WITH_PIECE, piece(), STRUCTURE).then(piece())
    assert state.pieces == {"Facture": (SHEET,)}


def test_a_piece_that_this_convention_does_not_require_is_refused():
    dossier(OPENED).when(attach_piece, WITH_PIECE, piece("RIB"), STRUCTURE).then_refused(INVALID, "piece", "Facture")
    dossier(OPENED).when(attach_piece, convention(), piece(), STRUCTURE).then_refused(INVALID, "piece", "aucune")


def test_a_piece_has_as_many_files_as_are_attached():
    other = piece(sha256="00" * 32)
    state = dossier(OPENED, piece()).when(attach_piece, WITH_PIECE, other, STRUCTURE).then(other)
    assert state.pieces == {"Facture": (SHEET, "00" * 32)}


def test_a_file_takes_the_place_of_another_for_a_reason():
    better = piece(sha256="11" * 32, replaces=(SHEET,), reason="Illisible")
    story = dossier(OPENED, piece(), piece(sha256="00" * 32))
    state = story.when(attach_piece, WITH_PIECE, better, STRUCTURE).then(better)
    assert state.pieces == {"Facture": ("11" * 32, "00" * 32)}
    silent = better.model_copy(update={"reason": None})
    story.when(attach_piece, WITH_PIECE, silent, STRUCTURE).then_refused(INVALID, "reason")
    elsewhere = better.model_copy(update={"replaces": ("22" * 32,)})
    story.when(attach_piece, WITH_PIECE, elsewhere, STRUCTURE).then_refused(INVALID, "replaces")


def test_a_file_sent_by_mistake_is_withdrawn_and_without_any_the_piece_is_missing_again():
    gone = PieceWithdrawn(piece="Facture", sha256=SHEET, reason="Autre dossier")
    state = dossier(OPENED, piece()).when(withdraw_piece, STRUCTURE, "Facture", SHEET, "Autre dossier").then(gone)
    assert state.pieces == {}
    unknown = dossier(OPENED, piece()).when(withdraw_piece, STRUCTURE, "Facture", "00" * 32, "Autre dossier")
    unknown.then_refused(INVALID, "sha256")


def test_a_file_of_old_takes_the_place_of_all_of_its_piece():
    old = piece(sha256="00" * 32, replaces=None)
    assert dossier(OPENED, piece(), old).state.pieces == {"Facture": ("00" * 32,)}


def test_the_same_file_is_not_attached_twice():
    dossier(OPENED, piece()).when(attach_piece, WITH_PIECE, piece(), STRUCTURE).then_refused(RULE_BROKEN, "file")


TWO = [(attended(FIRST), 4), (attended(SECOND), 4)]


def test_what_is_submitted_is_what_stands_at_that_moment():
    state = dossier(OPENED, GATHERED).when(submit, convention(), TWO, STRUCTURE).then(submitted())
    assert (state.status, state.lines) == (DossierStatus.SUBMITTED, (line(FIRST), line(SECOND)))


def test_a_line_keeps_the_digests_of_the_pages_of_the_signed_sheet():
    with_sheet = [(attended(FIRST, sheets={SHEET: (), "9f" * 32: ()}), 5)]
    expected = submitted(line(FIRST, animation_version=5, sheets=(SHEET, "9f" * 32)))
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


ENDED = convention(terminated_on=date(2027, 1, 31))


def test_an_animation_after_the_convention_is_named_with_the_last_day_covered():
    (problem,) = (
        dossier(OPENED)
        .when(gather, ENDED, {FIRST: attended(FIRST)}.items(), STRUCTURE)
        .then_refused(RULE_BROKEN, "animation_ids.0", "31/01/2027")
    )
    assert attended(FIRST).content.title in problem.message
    dossier(OPENED, GATHERED).when(submit, ENDED, TWO[:1], STRUCTURE).then_refused(RULE_BROKEN, saying="31/01/2027")


def test_a_period_after_the_end_of_the_convention_is_not_opened():
    start, end = date(2027, 2, 1), date(2027, 3, 31)
    given().when(open_dossier, ENDED, start, end, STRUCTURE).then_refused(RULE_BROKEN, "period_from", "31/01/2027")


def test_each_line_has_the_rate_of_its_day():
    rates = (AgreedRate(Decimal("100.00")), AgreedRate(Decimal("900.00"), date(2027, 3, 16)))
    held = [(attended(FIRST), 4), (attended(SECOND, days=1), 4)]
    (claim,) = dossier(OPENED, GATHERED).when(submit, convention(rates=rates), held, STRUCTURE).then_accepted()
    assert isinstance(claim, DossierSubmitted)
    assert [line.rate for line in claim.lines] == [Decimal("100.00"), Decimal("900.00")]
    assert (claim.amount, claim.rate_per_animation, claim.agreed_rate) == (Decimal("1000.00"), None, Decimal("900.00"))


def test_an_animation_of_a_day_without_a_rate_is_named():
    rates = (AgreedRate(None), AgreedRate(Decimal("900.00"), date(2027, 3, 16)))
    story = dossier(OPENED, GATHERED)
    story.when(submit, convention(rates=rates), TWO[:1], STRUCTURE).then_refused(RULE_BROKEN, saying="15/03/2027")


SHEETS = convention(required_pieces=("Liste d'émargement signée", "Facture"))


def test_the_sheets_of_all_animations_are_the_piece_that_has_their_name():
    without = [*TWO[:1], (attended(SECOND, sheets={}), 4)]
    dossier(OPENED, GATHERED, piece()).when(submit, SHEETS, TWO, STRUCTURE).then_accepted()
    dossier(OPENED, GATHERED, piece()).when(submit, SHEETS, without, STRUCTURE).then_refused(
        RULE_BROKEN, saying="émargement"
    )


@pytest.mark.parametrize(
    ("name", "sheets"),
    [("Feuilles d’émargement", True), ("LISTE D'EMARGEMENT", True), ("émargements", True), ("Facture", False)],
)
def test_a_piece_is_the_sheets_by_its_name(name, sheets):
    assert names_the_sheets(name) is sheets
