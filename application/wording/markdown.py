"""Markdown that people write (CommonMark and tables, without HTML and pictures), as safe HTML and as plain text.

Every line break counts, as in the plain texts that descriptions were before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Longer texts are shown as they are written; no field takes as much.
LONGEST_MARKDOWN = 100_000
_SCHEMES = {"http", "https", "mailto", "tel"}
_TAGS = {
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("p", "br", "hr", "strong", "em", "a", "code", "pre", "blockquote", "ul", "ol", "li"),
    *(f"h{level}" for level in range(1, 7)),
}
#: The page around has the first two levels of headings.
_ABOVE, _LOWEST = 2, 6


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return url.partition(":")[0].casefold() in _SCHEMES


_PARSER = _Parser("commonmark", {"html": False, "breaks": True}).enable("table")


@lru_cache(500)
def markdown_html(text: str) -> str:
    """Return the HTML of a text: links alone to http, https, mailto and tel, its headings from the third level on."""
    if len(text) > LONGEST_MARKDOWN:
        return f"<pre>{escape(text, quote=False)}</pre>"
    tokens = [_shown(token) for token in _PARSER.parse(text)]
    _number_headings(tokens)
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    # Sanitise what the parser lets through: it is no sanitiser.
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    ).strip()


def _number_headings(tokens: Iterable[Token]) -> None:
    """Number headings by how they lie in each other: no level is left out, whichever the author began with."""
    around: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
            around = [*(higher for higher in around if higher < level), level]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_ABOVE + len(around), _LOWEST)}"


def _shown(token: Token) -> Token:
    if token.type == "th_open":
        token.attrSet("scope", "col")
    elif token.type == "inline":
        token.children = [_without_picture(child) for child in token.children or ()]
    return token


def _without_picture(token: Token) -> Token:
    """Return what a picture says in words, since it may come from anywhere."""
    return Token("text", "", 0, content=_words([token])) if token.type == "image" else token


def plain_text(text: str) -> str:
    """Return the text without its marks, for papers, tables, calendars and letters. Plain text stays as it is."""
    if len(text) > LONGEST_MARKDOWN:
        return text
    return "\n".join(_lines(_PARSER.parse(text))).strip()


def _lines(tokens: Iterable[Token]) -> Iterator[str]:
    #: The next number of each list that is open, None for one of dashes.
    lists: list[int | None] = []
    mark = ""
    #: The cells of the row of a table that is open.
    cells: list[str] | None = None
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            if not lists:
                yield ""
        elif token.type == "list_item_open":
            number = lists[-1]
            mark = f"{'  ' * (len(lists) - 1)}{'-' if number is None else f'{number}.'} "
            lists[-1] = None if number is None else number + 1
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield mark + " | ".join(cells or ())
            cells, mark = None, ""
        elif token.type == "table_close":
            yield ""
        elif token.type == "inline" and cells is not None:
            cells.append(_words(token.children or ()))
        elif token.type == "inline":
            yield mark + _words(token.children or ())
            mark = ""
        elif token.type in ("fence", "code_block"):
            yield mark + token.content.rstrip("\n")
            yield ""
            mark = ""
        elif token.type == "heading_close" or (token.type == "paragraph_close" and not lists):
            yield ""


def _words(tokens: Iterable[Token]) -> str:
    words: list[str] = []
    address = ""
    start = 0
    for token in tokens:
        if token.type == "link_open":
            address, start = str(token.attrGet("href")), len(words)
        elif token.type == "link_close":
            if "".join(words[start:]) not in (address, address.partition(":")[2]):
                words.append(f" ({address})")
        elif token.type in ("softbreak", "hardbreak"):
            words.append("\n")
        elif token.type == "image":
            words.append(_words(token.children or ()))
        else:
            words.append(token.content)
    return "".join(words)
