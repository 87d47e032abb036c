"""Publications: structures propose, the national team decides, and what its structure changes is read again."""

from typing import Any

import pytest

from domain.catalogue import PUBLICATION
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.publications import publication as decisions
from domain.publications.content import PublicationContent, PublicationKind
from domain.publications.events import (
    PublicationAuthorErased,
    PublicationAuthorNamed,
    PublicationFileAttached,
    PublicationFileWithdrawn,
    PublicationModified,
    PublicationProposed,
    PublicationPublished,
    PublicationRefused,
    PublicationResubmitted,
    PublicationWithdrawn,
    PublicationWordsErased,
)
from domain.publications.transitions import allowed_actions
from domain.typology.typology import TermKind
from tests.support.domain.builders import (
    ACCOUNT,
    COORDONNATEUR,
    NATIONAL,
    NOW,
    OURS,
    PERSON,
    STRUCTURE,
    TODAY,
    actor,
    retired,
)
from tests.support.domain.story import fold

VALUES: dict[str, Any] = {
    "kind": PublicationKind.WORKSHOP,
    "title": "Régler les écrans",
    "summary": "Un atelier.",
    "text": "Le déroulé.",
    "themes": ("temps-ecran",),
    "audience": "parents",
}
DAY = decisions.day_of(NOW)
PROPOSED = PublicationProposed(**VALUES, structure_id=OURS, territory="34")
OF_TERRITORY = PublicationProposed(**VALUES, territory="34")
OF_NATION = PublicationProposed(**VALUES)
MODIFIED = PublicationModified(**VALUES | {"title": "Les écrans"}, changed=("title",))
PUBLISHED, RESUBMITTED = PublicationPublished(), PublicationResubmitted()
REFUSED, WITHDRAWN = PublicationRefused(reason="Durée à préciser"), PublicationWithdrawn(reason="Dépassée")


def file(digest: str) -> PublicationFileAttached:
    return PublicationFileAttached(
        file_name="fichier-1.pdf", media_type="application/pdf", size=9, sha256=digest * 64, label="Fiche"
    )


def state(*past: Any) -> Any:
    return fold(PUBLICATION, *past)


def modified(past: Any, who: Any, **changes: Any) -> Any:
    return decisions.modify(state(*past), who, changes or {"title": "Les écrans"}, TODAY, DAY)


@pytest.mark.parametrize(
    ("who", "structure", "territory", "expected"),
    [
        (STRUCTURE, ACCOUNT, None, PROPOSED),
        (COORDONNATEUR, None, "34", OF_TERRITORY),
        (NATIONAL, None, None, OF_NATION),
    ],
    ids=["structure", "territory", "nation"],
)
def test_each_proposes_for_what_is_theirs_and_who_may_publish_it_needs_nobody(who, structure, territory, expected):
    content = PublicationContent(**VALUES)
    assert decisions.propose(content, who, structure, territory, TODAY, DAY) == [expected]
    assert decisions.publishes_directly(state(expected), who) == (structure is None)


@pytest.mark.parametrize(
    ("who", "structure_id", "territory", "code", "field"),
    [
        (STRUCTURE, None, None, ErrorCode.INVALID, ("structure_id",)),
        (COORDONNATEUR, None, None, ErrorCode.INVALID, ("territory",)),
        (NATIONAL, OURS, "34", ErrorCode.INVALID, ("structure_id",)),
        (STRUCTURE, None, "34", ErrorCode.FORBIDDEN, ()),
        (COORDONNATEUR, OURS, None, ErrorCode.FORBIDDEN, ()),
        (COORDONNATEUR, None, "02", ErrorCode.FORBIDDEN, ()),
        (actor(Role.AUDITOR), None, None, ErrorCode.FORBIDDEN, ()),
    ],
)
def test_nobody_proposes_for_others(who, structure_id, territory, code, field):
    with pytest.raises(DomainError) as refused:
        decisions.check_owner(who, structure_id, territory)
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [(code, field)]


@pytest.mark.parametrize(
    ("past", "who", "further"),
    [
        ([PROPOSED], STRUCTURE, []),
        ([PROPOSED, REFUSED], STRUCTURE, [RESUBMITTED]),
        ([PROPOSED, PUBLISHED], STRUCTURE, [RESUBMITTED]),
        ([PROPOSED, PUBLISHED], NATIONAL, []),
        ([OF_TERRITORY, PUBLISHED], COORDONNATEUR, []),
    ],
)
def test_what_a_structure_changes_is_read_again_and_what_the_national_team_corrects_is_not(past, who, further):
    assert modified(past, who) == [MODIFIED, *further]
    named = PublicationAuthorNamed(person_id=PERSON, author="Anne Autrice")
    assert decisions.name_author(state(*past), who, named) == [named, *further]
    assert decisions.attach_file(state(*past), who, file("a")) == [file("a"), *further]
    withdrawn = PublicationFileWithdrawn(sha256="a" * 64)
    assert decisions.withdraw_file(state(*past, file("a")), who, "a" * 64) == [withdrawn, *further]


def test_a_retired_theme_stays_and_cannot_be_chosen_anew():
    without = retired(TermKind.THEME, "temps-ecran")
    kept = decisions.modify(state(PROPOSED), STRUCTURE, {"title": "Les écrans"}, without, DAY)
    assert kept == [MODIFIED]
    other = PublicationProposed(**VALUES | {"themes": ("ent-pronote",)}, structure_id=OURS, territory="34")
    with pytest.raises(DomainError) as refused:
        decisions.modify(state(other), STRUCTURE, {"themes": ["ent-pronote", "temps-ecran"]}, without, DAY)
    assert [problem.field for problem in refused.value.problems] == [("themes", "1")]


def test_a_video_is_published_with_a_link_or_a_file():
    video = OF_NATION.model_copy(update={"kind": PublicationKind.VIDEO})
    linked = video.model_copy(update={"link_labels": ("Voir",), "link_urls": ("https://exemple.fr/video",)})
    with pytest.raises(DomainError, match="un lien vers elle"):
        decisions.check_video(state(video))
    for watchable in (state(linked), state(video, file("a")), state(OF_NATION)):
        decisions.check_video(watchable)


def test_every_wrong_field_is_named_at_once_and_links_lead_to_the_web_alone():
    with pytest.raises(DomainError) as refused:
        modified([PROPOSED], STRUCTURE, title=" ", themes=[], link_urls=["javascript:alert(1)"], link_labels=["x"])
    fields = [problem.field for problem in refused.value.problems]
    assert fields == [("title",), ("themes",), ("link_urls", "0")]
    assert "https://" in refused.value.problems[2].message


def test_ten_files_and_each_once():
    past = [PROPOSED, *(file(digit) for digit in "0123456789")]
    for files, digest, saying in ((past, "a", "10 fichiers au plus"), (past[:2], "0", "déjà joint")):
        with pytest.raises(DomainError, match=saying):
            decisions.attach_file(state(*files), STRUCTURE, file(digest))


#: What each may do, by what has happened: an open action is written as it is, a closed one in brackets.
ALLOWED: dict[str, tuple[list[Any], str, str]] = {
    "proposed": ([PROPOSED], "Modify FileAttach (FileWithdraw) Withdraw", "Publish Refuse"),
    "refused": ([PROPOSED, REFUSED], "Modify FileAttach (FileWithdraw) Withdraw", "(Publish) (Refuse)"),
    "published": ([PROPOSED, PUBLISHED], "Modify FileAttach (FileWithdraw) Withdraw", "(Publish) (Refuse)"),
    "withdrawn": (
        [PROPOSED, WITHDRAWN],
        "(Modify) (FileAttach) (FileWithdraw) (Withdraw)",
        "(Publish) (Refuse)",
    ),
}


@pytest.mark.parametrize("past", sorted(ALLOWED))
def test_the_table_says_what_may_be_done_next(past):
    events, both, national = ALLOWED[past]
    for who, expected in ((STRUCTURE, both), (NATIONAL, f"{national} {both}"), (COORDONNATEUR, "")):
        actions = allowed_actions(state(*events), who)
        names = [action.action.removeprefix("publication") for action in actions]
        shown = [name if action.allowed else f"({name})" for name, action in zip(names, actions, strict=True)]
        assert shown == expected.split()
        assert all(action.allowed or action.reason for action in actions)


def test_decisions_are_recorded_with_their_reasons_and_a_withdrawal_is_final():
    assert decisions.publish(state(PROPOSED), NATIONAL) == [PUBLISHED]
    assert decisions.refuse_publication(state(PROPOSED), NATIONAL, "Durée à préciser") == [REFUSED]
    assert decisions.withdraw(state(PROPOSED, PUBLISHED), NATIONAL, "Dépassée") == [WITHDRAWN]
    with pytest.raises(DomainError, match="proposez-en une autre"):
        modified([PROPOSED, WITHDRAWN], NATIONAL)
    with pytest.raises(DomainError, match="motif"):
        decisions.refuse_publication(state(PROPOSED), NATIONAL, "...")


def test_who_signs_is_erased_once_and_the_words_of_the_thing_by_themselves():
    named = PublicationAuthorNamed(person_id=PERSON, author="Anne Autrice")
    erased = PublicationAuthorErased(person_id=PERSON)
    assert decisions.erase_author(state(PROPOSED, named), NATIONAL, PERSON) == [erased]
    with pytest.raises(DomainError, match="déjà effacé"):
        decisions.erase_author(state(PROPOSED, named, erased), NATIONAL, PERSON)
    content = state(PROPOSED, PublicationWordsErased()).content
    assert (content.title, content.summary, content.link_urls) == ("[texte effacé]", "[texte effacé]", ())
