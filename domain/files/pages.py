"""Pages that people hand in one by one, by their digests: one may take the place of others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

P = TypeVar("P")

#: Files of one thing; each may have several pages itself.
MOST_FILES = 50


def with_page(pages: Mapping[str, P], sha256: str, page: P, replaces: Collection[str] | None) -> dict[str, P]:
    """Return the pages with one more, in the first place of those that it replaces, else at the end.

    `replaces` None: all of them.
    """
    after: dict[str, P] = {}
    for digest, other in pages.items():
        if replaces is None or digest in replaces:
            after.setdefault(sha256, page)
        else:
            after[digest] = other
    after.setdefault(sha256, page)
    return after


def without_page(pages: Mapping[str, P], sha256: str) -> dict[str, P]:
    return {digest: page for digest, page in pages.items() if digest != sha256}
