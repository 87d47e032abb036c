"""Lists narrowed by what an address names: what is not understood is left out, and the page says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from web.core.asking import Answer, Api
from web.core.documents import Document
from web.core.problems import Problem


async def ask_narrowed(
    api: Api, request: Request, document: Document, where: dict[str, Any], variables: Mapping[str, Any]
) -> tuple[Answer, list[str]]:
    """Return the answer, and the criteria that the API refused: these are taken out of `where`."""
    refused: list[str] = []
    while True:
        try:
            return await api.ask(request, document, {**variables, "where": where}), refused
        except Problem as problem:
            named = [name for name in problem.where if name in where]
            if problem.status != 404 or not named:
                raise
            refused += named
            for name in named:
                del where[name]
