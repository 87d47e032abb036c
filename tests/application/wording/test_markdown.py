"""Markdown becomes HTML that can do no harm, and plain text for whatever shows no HTML."""

from __future__ import annotations

import re
import time

import pytest

from application.wording.markdown import LONGEST_MARKDOWN, markdown_html, plain_text

TEXT = """# Au programme

Un *tour de table*, puis **la pratique**.
Venez avec votre téléphone.

1. Pronote
2. Educonnect

- le [site](https://exemple.fr/a?b=1&c=2)
- ou <mailto:bonjour@exemple.fr>"""


def test_marks_become_html_whose_headings_fit_under_those_of_a_page():
    assert markdown_html(TEXT) == (
        "<h3>Au programme</h3>\n"
        "<p>Un <em>tour de table</em>, puis <strong>la pratique</strong>.<br>\nVenez avec votre téléphone.</p>\n"
        "<ol>\n<li>Pronote</li>\n<li>Educonnect</li>\n</ol>\n"
        '<ul>\n<li>le <a href="https://exemple.fr/a?b=1&amp;c=2" rel="nofollow noopener">site</a></li>\n'
        '<li>ou <a href="mailto:bonjour@exemple.fr" rel="nofollow noopener">mailto:bonjour@exemple.fr</a></li>\n</ul>'
    )


def test_headings_leave_out_no_level_whichever_the_author_began_with():
    html = markdown_html("### Cadre\n\n##### Durée\n\n### Lieu\n\n# Après\n\n## Le lendemain")
    levels = [line[2] for line in html.split("\n")]
    assert levels == ["3", "4", "3", "3", "4"]


def test_a_table_is_one_and_a_line_for_each_row_as_plain_text():
    text = "Avant\n\n| Jour | Lieu |\n|---|---|\n| lundi | *école* |\n\nAprès"
    html = markdown_html(text)
    assert '<th scope="col">Jour</th>' in html
    assert "<td><em>école</em></td>" in html
    assert plain_text(text) == "Avant\n\nJour | Lieu\nlundi | école\n\nAprès"


def test_plain_text_has_the_words_and_the_addresses_without_the_marks():
    assert plain_text(TEXT) == (
        "Au programme\n\nUn tour de table, puis la pratique.\nVenez avec votre téléphone.\n\n"
        "1. Pronote\n2. Educonnect\n\n- le site (https://exemple.fr/a?b=1&c=2)\n- ou mailto:bonjour@exemple.fr"
    )


@pytest.mark.parametrize("text", ["Un échange.", "Première ligne\nseconde ligne\n\nUn autre alinéa, 2 * 3 = 6 & plus"])
def test_a_text_without_marks_stays_as_it_is(text):
    assert plain_text(text) == text
    assert markdown_html(text).count("<br>") == text.replace("\n\n", "").count("\n")


#: What an attacker tries, and browsers run if it gets through.
HOSTILE = [
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#x0A;script:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](<java script:alert(1)>)",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x) [a](file:///etc/passwd) [a](//exemple.com) [a](/relatif) [a](?x=1)",
    "<javascript:alert(1)>",
    "![a](https://exemple.com/suivi.png) ![b](data:image/png;base64,AAAA)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)> <svg/onload=alert(1)> <iframe src=https://x.fr></iframe>",
    '[a](https://x.fr "titre\\" onmouseover=\\"alert(1)")',
    "[a]: javascript:alert(1)\n\n[a]",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "<style>body{display:none}</style>\n\n<math><mi//xlink:href='data:x'>",
    "\u202e<b>\u2066",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_gets_through(text):
    html = markdown_html(text)
    tags = re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>", html)
    assert {name for name, _ in tags} <= {"p", "a", "pre", "code", "br"}, html
    for name, attributes in tags:
        assert not attributes or name == "a", html
        assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', attributes)), html
    assert all(
        link.startswith(("http://", "https://", "mailto:", "tel:")) for link in re.findall('href="([^"]*)"', html)
    )
    plain_text(text)


@pytest.mark.parametrize("unit", ["- ", "> ", "1. ", "[", "![", "*", "_a", "`", "<", "&#", "[a](", "**a ", "\n- a\n  "])
def test_a_deep_or_endless_text_is_answered_in_a_moment(unit):
    text = (unit * 10_000)[:LONGEST_MARKDOWN]
    began = time.process_time()
    assert len(markdown_html(text)) < 20 * len(text) + 100
    plain_text(text)
    assert time.process_time() - began < 10


def test_what_is_longer_than_any_field_is_shown_as_it_is_written():
    text = "<b>" * LONGEST_MARKDOWN
    assert markdown_html(text).startswith("<pre>&lt;b&gt;")
    assert plain_text(text) == text
