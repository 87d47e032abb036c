"""For which structure the reader of a page speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from web.core.asking import Answer, Api
from web.core.desks import STRUCTURE, of_structure
from web.core.documents import document
from web.core.problems import Problem

WHO = document("structure/who")
_ROLE = "STRUCTURE"


def spoken_for(request: Request, viewer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the structure that the address names, or else the reader's first; the page is of that one.

    Raises Problem for whoever has none.
    """
    structures = viewer["structures"]
    if viewer["role"] != _ROLE or not structures:
        raise Problem.missing()
    wanted = request.query_params.get(STRUCTURE)
    chosen: Mapping[str, Any] | None = next(
        (each for each in structures if wanted in (None, "", each["id"])), structures[0] if not wanted else None
    )
    if chosen is None:
        raise Problem.missing()
    if len(structures) > 1:
        of_structure(request, chosen["id"])
    return chosen


async def spoken_for_id(api: Api, request: Request) -> str:
    """Return the id of the structure that the reader speaks for. Raises Problem for whoever speaks for none."""
    return str(spoken_for(request, (await api.ask(request, WHO, {}))["viewer"])["id"])


def speaks_for(request: Request, viewer: Mapping[str, Any], structure_id: str) -> None:
    """Raise Problem unless the reader speaks for the structure, which the page is of: others find nothing here."""
    structures = [each["id"] for each in viewer["structures"]]
    if viewer["role"] != _ROLE or structure_id not in structures:
        raise Problem.missing()
    if len(structures) > 1:
        of_structure(request, structure_id)


def own_animation(request: Request, answer: Answer) -> Mapping[str, Any]:
    """Return the animation of an answer. Raises Problem for one that the reader does not speak for."""
    animation: Mapping[str, Any] | None = answer["animation"]
    if animation is None:
        raise Problem.missing()
    speaks_for(request, answer["viewer"], animation["structure"]["id"])
    return animation
