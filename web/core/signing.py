"""Acts that people sign with a passkey: the browser is asked for it on a page of its own, the one with a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.documents import Document, document
from web.core.site import Site

_SIGN = document("core/sign")
#: The parts of a signature, as the API and the script name them. In forms they begin with `signature-`.
_PARTS = ("expiresAt", "credentialId", "authenticatorData", "clientDataJSON", "signature")
_PREFIX, _FIELD = "signature-", "signature"


async def carry_out(
    site: Site, request: Request, mutation: Document, values: Mapping[str, Any], label: str
) -> Mapping[str, Any] | Response:
    """Carry out a mutation of one root field with what was posted; return its payload.

    Where it has to be signed and is not, return the page that asks for the signature: it posts the same form again.
    """
    typed = dict(getattr(request.state, "typed", ()))
    signature = {part: typed.get(f"{_PREFIX}{part}", "") for part in _PARTS}
    signed = {"signature": signature} if all(signature.values()) else {}
    answer = await site.api.ask(request, mutation, {"input": {**values, **signed}})
    ((name, payload),) = answer.data.items()
    refusal = next((each for each in payload["errors"] if (each["field"] or [None])[0] == _FIELD), None)
    if refusal is None:
        return dict(payload)
    return await _asking(site, request, {name: dict(values)}, label, str(refusal["message"]) if signed else "")


async def _asking(site: Site, request: Request, act: Mapping[str, Any], label: str, refusal: str) -> Response:
    to_sign = (await site.api.ask(request, _SIGN, {"act": act}))["actSignature"]
    ((_, values),) = act.items()
    form = site.guard.form(request, ())
    form.key = values.get("idempotencyKey") or form.key
    typed = getattr(request.state, "typed", ())
    response = site.templates.scripted_page(
        request,
        "layout/signing",
        422,
        form=form,
        typed=[(field, value) for field, value in typed if not field.startswith(_PREFIX)],
        parts=[f"{_PREFIX}{part}" for part in _PARTS if part != "expiresAt"],
        expires_at=to_sign["expiresAt"],
        options=to_sign["options"],
        problems=[refusal] * bool(refusal) + [str(error["message"]) for error in to_sign["errors"]],
        label=label,
    )
    return site.guard.keep(request, response)
