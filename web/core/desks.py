"""Whose page it is at a desk: of one of several structures, territories or schools of its reader, as addresses name."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from starlette.requests import Request

from web.core.asking import Api
from web.core.documents import document
from web.core.problems import Problem

_WHOSE = document("core/whose")
STRUCTURE, TERRITORY, SCHOOL = "structure", "territoire", "ecole"
#: The parameters that name it, by the desks.
_NAMES = {"/structure": STRUCTURE, "/territoire": TERRITORY, "/ecole": SCHOOL}
#: What says itself whose it is.
_THING = re.compile(r"/structure/(?:animations|dossiers)/[0-9a-f-]{36}")
_LONGEST = 100


def of_structure(request: Request, structure_id: str) -> None:
    """Say which of several structures the thing of this page is of."""
    request.state.of_structure = structure_id


def whose(request: Request) -> tuple[str, str] | None:
    """Return the parameter that names whose page this is; None where there is no choice, or none was made."""
    name = _NAMES.get(_desk(request.url.path))
    of_thing = getattr(request.state, "of_structure", "") if name == STRUCTURE else ""
    value = of_thing or request.query_params.get(name or "", "")[:_LONGEST].strip()
    return (name, value) if name and value else None


async def check_choice(api: Api, request: Request) -> None:
    """Raise Problem (404) where the address names what its reader does not speak for.

    Who speaks for none, as the national team, may read about any. Of a territory that there is not, lists say so.
    """
    if (named := whose(request)) is None:
        return
    name, value = named
    answer = await api.ask(request, _WHOSE, {})
    viewer = answer["viewer"]
    if name == TERRITORY:
        own, known = viewer["territories"], {each["code"] for each in answer["territories"]}
        is_foreign = value in known.difference(own)
    else:
        own = viewer["schools"] if name == SCHOOL else [each["id"] for each in viewer["structures"]]
        is_foreign = value not in own
    if own and is_foreign:
        raise Problem.missing()


def chosen(request: Request) -> str:
    """Return the structure, territory or school that this page is of, or "" where it is of all those of its reader."""
    named = whose(request)
    return named[1] if named else ""


def at_desk(request: Request, address: str, *further: tuple[str, str]) -> str:
    """Return an address with further parameters; at this desk, of what this page is of."""
    path, mark, query = address.partition("?")
    named = whose(request) if _desk(path) == _desk(request.url.path) and not _THING.match(path) else None
    if named and f"{named[0]}=" in query:
        named = None
    if not named and not further:
        return address
    added = urlencode([*([named] if named else []), *further])
    return address + (("&" if mark else "?") + added if added else "")


def _desk(path: str) -> str:
    return f"/{path.split('/')[1]}" if path.startswith("/") else ""
