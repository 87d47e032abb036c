"""Addresses of this site that came in from outside."""

from __future__ import annotations

from web.core.problems import Problem

_ACCOUNT = "/mon-compte"


def own_path(path: str) -> str:
    """Return a path of this site: whoever signs in is led to no other. Raises Problem for anything else.

    Browsers take `\\` for `/`, and pass over tabs and line ends.
    """
    if not path:
        return _ACCOUNT
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable() or len(path) > 1_000:
        raise Problem.missing()
    return path
