"""Lists narrowed by what an address names: what is not understood is left out, and the page says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from web.core.asking import Answer, Api
from web.core.documents import Document
from web.core.problems import Problem

#: Of words that are looked for.
LONGEST = 100
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Search:
    """Words to look for. `typed` is shown again, and `text` looked for: empty where `error` says what is wrong."""

    typed: str
    text: str
    error: str | None = None

    @classmethod
    def read(cls, params: QueryParams, name: str, label: str) -> Search:
        text = params.get(name, "").strip()
        if len(text) > LONGEST:
            error = f"{label} : {LONGEST} caractères au plus. Voici la page sans ce critère."
            return cls(text[:_SHOWN], "", error)
        return cls(text, text)


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
