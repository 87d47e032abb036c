"""The draft of a declaration, which the API keeps for its author: what was typed, by the names of the form's fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from web.core.documents import document
from web.core.forms import Form
from web.core.site import Site
from web.structure.animations import form as forms

_DRAFT, _KEEP = document("structure/animations/draft"), document("structure/animations/keep_draft")
#: The parameter of the page that shows what was kept.
RESUMING = "brouillon"
_NAMES = frozenset(each.name for each in forms.FIELDS)


async def draft_of(site: Site, request: Request, structure_id: str) -> Mapping[str, Any] | None:
    """Return a draft: `savedAt`, its `values`, its `structureId`; None where there is none."""
    draft = (await site.api.ask(request, _DRAFT, {"structureId": structure_id}))["animationDraft"]
    if draft is None:
        return None
    try:
        typed = json.loads(draft["content"])
    except ValueError:
        # The draft of another client, in a form of its own.
        return None
    pairs = typed.items() if isinstance(typed, dict) else ()
    values = {name: text for name, text in pairs if name in _NAMES and isinstance(text, str)}
    return {**draft, "structureId": structure_id, "values": values}


async def keep_draft(site: Site, request: Request, structure_id: str, form: Form) -> bool:
    """Keep what was typed. Return whether it was kept; if not, the form says why."""
    typed = {name: form.values[name] for name in _NAMES if form.values.get(name, "").strip()}
    content = json.dumps(typed, ensure_ascii=False)
    values = {"input": {"structureId": structure_id, "content": content}}
    errors = (await site.api.ask(request, _KEEP, values))["animationDraftKeep"]["errors"]
    form.general += [str(error["message"]) for error in errors]
    return not errors


async def discard_draft(site: Site, request: Request, structure_id: str) -> None:
    await site.api.ask(request, _KEEP, {"input": {"structureId": structure_id}})
