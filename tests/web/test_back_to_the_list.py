"""The way back from what stands in a list leads to the list as its reader last saw it, without scripts."""

from __future__ import annotations

from html import unescape

import pytest

from tests.support.people import STRUCTURE_ID
from tests.support.visitor import Visitor, links


def back(page: str, path: str) -> list[str]:
    """The links of a page's trail to the list at this path, however narrowed."""
    trail = page.partition('aria-label="Vous êtes ici"')[2].partition("</nav>")[0]
    return [unescape(link) for link in links(trail) if link.partition("?")[0] == path]


def test_a_search_is_found_again_from_an_animation_by_who_has_signed_in(visitor: Visitor, animation: str):
    visitor.signs_in("STRUCTURE")
    assert back(visitor.sees(f"/animations/{animation}"), "/animations") == ["/animations"]
    visitor.sees("/animations?territory=34&startsFrom=2026-12-01")
    assert back(visitor.sees(f"/animations/{animation}"), "/animations") == [
        "/animations?territory=34&startsFrom=2026-12-01"
    ]
    visitor.sees("/animations")
    assert back(visitor.sees(f"/animations/{animation}"), "/animations") == ["/animations"]


def test_who_only_looks_around_is_given_no_cookie(visitor: Visitor, animation: str):
    visitor.sees("/animations?territory=34&startsFrom=2026-12-01")
    assert not visitor.http.cookies
    assert back(visitor.sees(f"/animations/{animation}"), "/animations") == ["/animations"]


def test_a_list_of_a_desk_is_found_again_from_its_things_and_their_pages(visitor: Visitor, animation: str):
    visitor.signs_in("STRUCTURE").sees("/structure?quand=a-venir&tri=titre")
    for page in (f"/structure/animations/{animation}", f"/structure/animations/{animation}/presences"):
        assert back(visitor.sees(page), "/structure") == ["/structure?quand=a-venir&tri=titre"]
    # From another list the way leads to the desk itself.
    assert back(visitor.sees("/structure/dossiers"), "/structure") == ["/structure"]


def test_the_nearest_list_alone_is_found_again(visitor: Visitor):
    visitor.signs_in("TEAM")
    visitor.sees("/territoire?nom=tilleuls")
    assert back(visitor.sees(f"/territoire/structures/{STRUCTURE_ID}"), "/territoire") == ["/territoire?nom=tilleuls"]
    assert back(visitor.sees("/territoire/projets"), "/territoire") == ["/territoire"]


def test_a_search_is_not_found_by_whoever_signs_in_after(visitor: Visitor, animation: str):
    visitor.signs_in("STRUCTURE").sees("/structure?mots=secret")
    visitor.signs_in("TEAM")
    visitor.signs_in("BOTH")
    (address,) = back(visitor.sees(f"/structure/animations/{animation}"), "/structure")
    assert "secret" not in address


@pytest.mark.parametrize("query", ["", "?utm_source=x" * 60, f"?structure={STRUCTURE_ID}"])
def test_what_narrows_nothing_or_is_too_long_is_not_kept(visitor: Visitor, animation: str, query: str):
    visitor.signs_in("STRUCTURE").sees(f"/structure{query}")
    assert not any("listes" in name for name in visitor.http.cookies)


def test_the_last_lists_alone_are_kept_and_each_on_its_own(visitor: Visitor, animation: str):
    visitor.signs_in("TEAM").sees("/animations?territory=34")
    for path in ("/moderation", "/moderation/publications", "/territoire", "/territoire/dossiers", "/ressources"):
        visitor.sees(f"{path}?mots=a")
    assert back(visitor.sees(f"/animations/{animation}"), "/animations") == ["/animations?territory=34"]
    visitor.sees("/actualites?text=a")
    assert back(visitor.sees(f"/animations/{animation}"), "/animations") == ["/animations"]
