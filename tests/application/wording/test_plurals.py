"""What people read agrees with its number: nobody is told of « 1 page(s) »."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_LAYERS = ("domain", "application", "projections", "graphql/api", "web", "demo")
#: Feminine forms, as in « inscrit(e) », are of whoever is addressed, whom nothing tells.
_EITHER = re.compile(r"[a-zà-ÿœ]{2,}\((?:s|x|es|nt|ent|ux|aux)\)")
#: What people write in the heading of their own table, and the name of two protocols.
_NOT_SHOWN = {"thème(s)", "http(s)"}


def test_no_message_or_page_leaves_the_plural_to_who_reads_it():
    texts = [
        path
        for layer in _LAYERS
        for path in (_ROOT / layer).rglob("*")
        if path.suffix in {".py", ".html", ".typ", ".toml"}
    ]
    assert len(texts) > 500
    either = {
        f"{path.relative_to(_ROOT)}: {word}"
        for path in texts
        for word in _EITHER.findall(path.read_text(encoding="utf-8"))
        if word not in _NOT_SHOWN
    }
    assert either == set()
