"""A notice that an older version recorded leads to the thing that it is about, where what it holds says which."""

from __future__ import annotations

from uuid import UUID

import pytest

from application.notifications.kinds import NoticeKind
from application.wording.notice_pages import notice_page
from application.wording.things import Thing

THING, OTHER = UUID(int=1), UUID(int=2)
STRUCTURE, TERRITORY, SCHOOL = f"structure:{OTHER}", "territory:34", "school:0340005W:DIRECTOR"
NAMED = {"animation": Thing("animation", OTHER), "structure": Thing("structure", OTHER)}


@pytest.mark.parametrize(
    ("recipient", "kind", "page"),
    [
        (STRUCTURE, "animation.refused", f"/structure/animations/{THING}"),
        (STRUCTURE, "dossier.returned", f"/structure/dossiers/{THING}"),
        (STRUCTURE, "registration.to_call", f"/structure/animations/{OTHER}/presences"),
        (STRUCTURE, "convention.signed", "/structure"),
        (STRUCTURE, "contact.unreached", "/structure/contacts"),
        (TERRITORY, "animation.declared", f"/territoire/structures/{OTHER}"),
        (TERRITORY, "candidature.validated", f"/territoire/candidatures/{THING}"),
        (TERRITORY, "control.opened", f"/controle/{THING}"),
        (TERRITORY, "control.piece_refused", f"/territoire/dossiers/{THING}"),
        (SCHOOL, "candidature.to_examine", f"/ecole/candidatures/{THING}"),
        (SCHOOL, "animation_request.declined", f"/ecole/demandes/{THING}"),
        ("national", "animation.to_publish", f"/moderation/animations/{THING}"),
        ("author:1", "registration.to_call", None),
    ],
)
def test_a_notice_without_a_page_or_with_that_of_a_desk_leads_to_its_thing(recipient, kind, page):
    desk = {"structure": "/structure", "territory": "/territoire", "school": "/ecole", "national": "/moderation"}
    older = f"{desk.get(recipient.partition(':')[0], '/mon-compte')}#{THING}"
    for recorded in (None, older):
        assert notice_page(recorded, recipient, kind, THING, NAMED, "{animation}") == page


def test_a_refused_piece_leads_to_the_dossier_in_its_control():
    held = {"control": Thing("control", OTHER)}
    page = notice_page(f"/structure#{THING}", STRUCTURE, "control.piece_refused", THING, held, "Refusée")
    assert page == f"/controle/{OTHER}/dossiers/{THING}"


def test_a_request_is_no_more_to_be_looked_for_in_a_list():
    page = notice_page("/structure/demandes", STRUCTURE, "animation_request.sent", THING, {}, "{school} demande")
    assert page == f"/structure/demandes/{THING}"


def test_a_notice_about_several_animations_leads_to_the_desk():
    message = "3 animations sont publiées : {animation}, et 2 autres."
    for recorded in (None, f"/structure#{THING}", "/structure"):
        assert notice_page(recorded, STRUCTURE, "animation.published", THING, NAMED, message) == "/structure"


def test_a_page_that_was_recorded_stays():
    for page in (f"/animations/{THING}", "/structure", f"/structure/publications/{THING}"):
        assert notice_page(page, STRUCTURE, "animation.published", THING, {}, "{animation} est publiée.") == page


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_older_notice_of_any_kind_leads_nowhere(kind):
    for recipient in (STRUCTURE, TERRITORY, SCHOOL, "national"):
        page = notice_page(None, recipient, kind, THING, {}, "Un message.")
        assert page
        assert "#" not in page
